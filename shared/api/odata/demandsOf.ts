import type { Filter } from './Filter';

/** What every item that a filter lets through must have: lists use it to read less. */
export interface Demands {
  /** @returns the only values the field may have; undefined when the filter leaves it open */
  readonly valuesOf: (field: string) => readonly string[] | undefined;
  /** Whether the filter names the field at all. */
  readonly names: (field: string) => boolean;
  /** @returns the bounds of a moment in ms, both inclusive; infinite where open */
  readonly between: (field: string) => { readonly from: number; readonly to: number };
}

export function demandsOf(filter: Filter | undefined): Demands {
  const parts = filter === undefined ? [] : filter.kind === 'and' ? filter.parts : [filter];
  return {
    names: (field) => filter !== undefined && isNamed(filter, field),
    valuesOf: (field) => {
      for (const part of parts) {
        if (part.kind === 'compare' && part.operator === 'eq' && part.field === field) return [String(part.value)];
        if (part.kind === 'in' && part.field === field) return part.values.map(String);
      }
      return undefined;
    },
    between: (field) => {
      let [from, to] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
      for (const part of parts) {
        if (part.kind !== 'compare' || part.field !== field || typeof part.value !== 'number') continue;
        const { operator, value } = part;
        if (operator === 'gt' || operator === 'ge' || operator === 'eq') from = Math.max(from, value);
        if (operator === 'lt' || operator === 'le' || operator === 'eq') to = Math.min(to, value);
      }
      return { from, to };
    },
  };
}

function isNamed(filter: Filter, field: string): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.some((part) => isNamed(part, field));
    case 'not':
      return isNamed(filter.of, field);
    default:
      return filter.field === field;
  }
}
