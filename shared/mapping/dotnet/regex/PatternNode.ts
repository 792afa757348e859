import type { UnitSet } from './CharacterSet';

/** What a position is tested for; the names say .NET's anchors. */
export type AssertionKind =
  | 'beginning' // ^ and \A
  | 'lineBeginning' // ^ with the m option
  | 'end' // $ and \Z: also before a final line feed
  | 'lineEnd' // $ with the m option
  | 'veryEnd' // \z
  | 'searchStart' // \G
  | 'boundary'
  | 'notBoundary';

export type PatternNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'unit'; readonly unit: number }
  | { readonly kind: 'set'; readonly set: UnitSet }
  | { readonly kind: 'assertion'; readonly assertion: AssertionKind }
  | { readonly kind: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'alternation'; readonly items: readonly PatternNode[] }
  | {
      readonly kind: 'loop';
      readonly body: PatternNode;
      readonly min: number;
      /** Infinity for no upper bound. */
      readonly max: number;
      readonly lazy: boolean;
    }
  | { readonly kind: 'group'; readonly slot: number; readonly body: PatternNode }
  | { readonly kind: 'look'; readonly ahead: boolean; readonly negative: boolean; readonly body: PatternNode }
  | { readonly kind: 'atomic'; readonly body: PatternNode };

export interface ParsedPattern {
  readonly root: PatternNode;
  /** Names and numbers of the groups → slot; slot 0 is the whole match. */
  readonly groups: ReadonlyMap<string, number>;
  readonly slots: number;
}
