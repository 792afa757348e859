import type { DotnetDate } from '../dotnet/DotnetDate';

/**
 * What an expression works with. Whole numbers are bigint, because file times have 64 bits (entra-expressions.md 3.4);
 * `number` appears only with a fraction.
 */
export type Value = null | string | boolean | bigint | number | DotnetDate | RoleObject | readonly Value[];

/** One element of a SCIM `roles` attribute. */
export interface RoleObject {
  readonly kind: 'role';
  readonly id: string;
  readonly value: string;
  readonly displayName: string;
}

/** No text grows beyond this, in UTF-16 units: calls of Replace in each other could fill the memory. */
export const MAX_TEXT_LENGTH = 100_000;

/** Numbers and dates become text before most functions use them. */
const SCALAR = 50;
const LIST_ITEM = 8;

export type ValueKind = 'null' | 'text' | 'boolean' | 'number' | 'date' | 'role' | 'list';

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

export function kindOf(value: Value): ValueKind {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'bigint' || typeof value === 'number') return 'number';
  if (isList(value)) return 'list';
  return value.kind;
}

/** What going through a value costs, in UTF-16 units. */
export function sizeOf(value: Value): number {
  if (value === null) return 1;
  if (typeof value === 'string') return 1 + value.length;
  if (isList(value)) return value.reduce<number>((sum, one) => sum + sizeOf(one), 1 + value.length * LIST_ITEM);
  if (typeof value === 'object' && value.kind === 'role') {
    return value.id.length + value.value.length + value.displayName.length + 1;
  }
  return SCALAR;
}

/** Absent, empty text or a list without values: what IsNullOrEmpty means. */
export const isNullOrEmpty = (value: Value): boolean =>
  value === null || value === '' || (isList(value) && value.length === 0);
