import type { Comparison } from './Expression';
import { parseNumber } from './parseNumber';
import { textForm } from './textForm';
import { isList, isNullOrEmpty, type Value } from './Value';

/**
 * `[a] = "x"` and its sisters. Numbers on either side are compared as numbers, dates as points in time, all else by its
 * text with letter case (entra-expressions.md 2, "comparison"). A missing value equals "" and is neither larger nor
 * smaller than anything: docs/decisions/0005.
 */
export function compareValues(operator: Comparison, left: Value, right: Value): boolean {
  switch (operator) {
    case '=':
      return areEqual(left, right);
    case '<>':
      return !areEqual(left, right);
    default: {
      const order = orderOf(left, right);
      if (order === null) return false;
      if (operator === '>') return order > 0;
      if (operator === '>=') return order >= 0;
      return operator === '<' ? order < 0 : order <= 0;
    }
  }
}

function areEqual(left: Value, right: Value): boolean {
  if (isNullOrEmpty(left) || isNullOrEmpty(right)) return isNullOrEmpty(left) && isNullOrEmpty(right);
  if (isList(left) || isList(right)) {
    const [a, b] = [isList(left) ? left : [left], isList(right) ? right : [right]];
    return a.length === b.length && a.every((value, index) => areEqual(value, b[index] ?? null));
  }
  if (typeof left === 'boolean' || typeof right === 'boolean') return lower(left) === lower(right);
  return orderOf(left, right) === 0;
}

/** Negative, zero or positive; null when one side has no order. */
function orderOf(left: Value, right: Value): number | null {
  if (isNullOrEmpty(left) || isNullOrEmpty(right) || left === null || right === null) return null;
  if (isList(left) || isList(right)) return null;
  if (kindIsDate(left) && kindIsDate(right)) return sign(left.ticks, right.ticks);
  if (isNumeric(left) || isNumeric(right) || (typeof left === 'string' && typeof right === 'string')) {
    const a = numberOf(left);
    const b = numberOf(right);
    const bothTexts = typeof left === 'string' && typeof right === 'string';
    // "007" = "7" is false as text; only an unquoted number makes a comparison numeric. Order of two digit texts is.
    if (a !== null && b !== null && !(bothTexts && a === b)) return sign(a, b);
  }
  return sign(textForm(left), textForm(right));
}

const sign = <T extends bigint | number | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
const lower = (value: Value): string | null =>
  value === null || isList(value) ? null : textForm(value).trim().toLowerCase();
const isNumeric = (value: Value): value is bigint | number => typeof value === 'bigint' || typeof value === 'number';
const numberOf = (value: Value): bigint | number | null =>
  isNumeric(value) ? value : typeof value === 'string' ? parseNumber(value) : null;
const kindIsDate = (value: Exclude<Value, null>): value is Extract<Value, { readonly kind: 'date' }> =>
  typeof value === 'object' && 'kind' in value && value.kind === 'date';
