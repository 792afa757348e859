export type FieldValue = string | number | boolean | null;

/** A property that may be named in `$filter` and `$orderby`. */
export interface FilterField<T> {
  /** `moment` is a text in ISO 8601. */
  readonly type: 'text' | 'moment' | 'number' | 'flag';
  /** Letters compare without regard to case: names and addresses that people type, and what Graph compares so. */
  readonly ignoresCase?: boolean;
  /** Undefined while it is not known: the answer is open then. */
  readonly valueOf: (item: T) => FieldValue | undefined;
}

/** By path, as it is written in a filter. */
export type FilterFields<T> = Readonly<Record<string, FilterField<T>>>;
