import type { Filter } from './Filter';
import type { FieldValue, FilterField, FilterFields } from './FilterFields';

/**
 * Whether the filter holds for an item.
 * @returns undefined when it depends on a field that is not known
 */
export function evaluateFilter<T>(filter: Filter, fields: FilterFields<T>, item: T): boolean | undefined {
  switch (filter.kind) {
    case 'and':
      return allOf(filter.parts.map((part) => evaluateFilter(part, fields, item)));
    case 'or':
      return negated(allOf(filter.parts.map((part) => negated(evaluateFilter(part, fields, item)))));
    case 'not':
      return negated(evaluateFilter(filter.of, fields, item));
    default: {
      const field = fields[filter.field];
      const value = field === undefined ? undefined : comparable(field, field.valueOf(item));
      return field === undefined || value === undefined ? undefined : holds(filter, field, value);
    }
  }
}

type Test = Exclude<Filter, { readonly kind: 'and' | 'or' | 'not' }>;

function holds(filter: Test, field: FilterField<never>, value: FieldValue): boolean {
  const wanted = (one: FieldValue): FieldValue => (field.type === 'moment' ? one : (comparable(field, one) ?? null));
  switch (filter.kind) {
    case 'in':
      return filter.values.some((one) => wanted(one) === value);
    case 'text': {
      const part = String(wanted(filter.value));
      if (typeof value !== 'string') return false;
      if (filter.test === 'contains') return value.includes(part);
      return filter.test === 'startswith' ? value.startsWith(part) : value.endsWith(part);
    }
    case 'compare': {
      const other = wanted(filter.value);
      if (filter.operator === 'eq') return value === other;
      if (filter.operator === 'ne') return value !== other;
      // Nothing is before or after null.
      if (value === null || other === null) return false;
      if (filter.operator === 'gt') return value > other;
      if (filter.operator === 'ge') return value >= other;
      return filter.operator === 'lt' ? value < other : value <= other;
    }
  }
}

/** As it is compared: moments in ms, letters in one case where case does not count. */
function comparable(
  field: Pick<FilterField<never>, 'type' | 'ignoresCase'>,
  value: FieldValue | undefined,
): FieldValue | undefined {
  if (typeof value !== 'string') return value;
  if (field.type === 'moment') return Date.parse(value);
  return field.ignoresCase === true ? value.toLowerCase() : value;
}

const negated = (answer: boolean | undefined): boolean | undefined => (answer === undefined ? undefined : !answer);

function allOf(answers: readonly (boolean | undefined)[]): boolean | undefined {
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}
