/** The operators of Entra's scoping filters (SCO; GA/…filteroperators): `GET …/schema/filterOperators` is made from this. */
import type { EvaluationBudget } from '../EvaluationBudget';
import { DateFormatError } from '../dotnet/DateFormatError';
import { parseDate } from '../dotnet/parseDate';
import { Pattern } from '../dotnet/regex/Pattern';
import { parseNumber } from '../expression/parseNumber';
import { textForm } from '../expression/textForm';
import { isList, isNullOrEmpty, sizeOf, type Value } from '../expression/Value';

const OPERAND_STEPS = 20;
/** Two texts, tried as numbers and as dates. */
const COMPARISON_STEPS = 1_000;

type Single = Exclude<Value, null | readonly Value[]>;

export interface FilterOperator {
  /** As the portal and Graph write it. */
  readonly name: string;
  readonly arity: 'Unary' | 'Binary';
  readonly supportedAttributeTypes: readonly ('String' | 'Integer' | 'Boolean' | 'Binary' | 'DateTime')[];
  readonly doc: string;
  /** Other spellings, already without blanks, underscores and letter case. */
  readonly aliases?: readonly string[];
  /** Whether it holds for one value that is there; a missing one makes every clause false but IS NULL's. */
  readonly holds: (value: Single, operands: readonly string[], budget: EvaluationBudget) => boolean;
  /** Only IS NULL holds for a missing value. */
  readonly holdsWhenMissing?: true;
  readonly usesPattern?: true;
}

/** Several operand values: one that fits is enough, or none may, for the negative operators. */
type Test = (text: string, operand: string, value: Single, budget: EvaluationBudget) => boolean;
const oneFits =
  (test: Test): FilterOperator['holds'] =>
  (value, operands, budget) => {
    const text = textForm(value);
    return operands.some((operand) => {
      budget.spend(OPERAND_STEPS + operand.length);
      return test(text, operand, value, budget);
    });
  };
const noneFits = (test: Test): FilterOperator['holds'] => {
  const fits = oneFits(test);
  return (value, operands, budget) => !fits(value, operands, budget);
};

const equals = (text: string, operand: string, value: Single): boolean =>
  typeof value === 'boolean' ? text.toLowerCase() === operand.trim().toLowerCase() : text === operand;
const matches: Test = (text, operand, _value, budget) => Pattern.of(operand, budget).isMatch(text, budget);
const isIn: Test = (text, operand, _value, budget) => {
  budget.spendSearch(operand.length, text.length);
  return operand.includes(text);
};

export const FILTER_OPERATORS: readonly FilterOperator[] = [
  {
    name: 'EQUALS',
    arity: 'Binary',
    supportedAttributeTypes: ['Integer', 'String', 'Boolean'],
    doc: 'The value is exactly this, with letter case.',
    holds: oneFits(equals),
  },
  {
    name: 'NOT EQUALS',
    arity: 'Binary',
    supportedAttributeTypes: ['Integer', 'String', 'Boolean'],
    doc: 'There is a value and it is another.',
    holds: noneFits(equals),
  },
  {
    name: 'IS NULL',
    arity: 'Unary',
    supportedAttributeTypes: ['Integer', 'String', 'Binary', 'Boolean'],
    doc: 'There is no value, or an empty one.',
    holds: () => false,
    holdsWhenMissing: true,
  },
  {
    name: 'IS NOT NULL',
    arity: 'Unary',
    supportedAttributeTypes: ['Integer', 'String', 'Binary', 'Boolean'],
    doc: 'There is a value.',
    aliases: ['present'],
    holds: () => true,
  },
  {
    name: 'IS TRUE',
    arity: 'Unary',
    supportedAttributeTypes: ['Boolean'],
    doc: 'The value is True.',
    holds: (value) => textForm(value).toLowerCase() === 'true',
  },
  {
    name: 'IS FALSE',
    arity: 'Unary',
    supportedAttributeTypes: ['Boolean'],
    doc: 'The value is False.',
    holds: (value) => textForm(value).toLowerCase() === 'false',
  },
  {
    name: 'REGEX MATCH',
    arity: 'Binary',
    supportedAttributeTypes: ['Integer', 'String'],
    doc: 'A .NET regular expression is found in the value, with letter case. Write ^ and $ to match the whole value.',
    usesPattern: true,
    holds: oneFits(matches),
  },
  {
    name: 'NOT REGEX MATCH',
    arity: 'Binary',
    supportedAttributeTypes: ['Integer', 'String'],
    doc: 'There is a value and the regular expression is not found in it.',
    usesPattern: true,
    holds: noneFits(matches),
  },
  {
    name: 'Greater_Than',
    arity: 'Binary',
    supportedAttributeTypes: ['Integer', 'DateTime'],
    doc: 'The value is larger, as a number or as a date.',
    holds: oneFits((_, operand, value, budget) => compared(value, operand, budget, (order) => order > 0)),
  },
  {
    name: 'Greater_Than_OR_EQUALS',
    arity: 'Binary',
    supportedAttributeTypes: ['Integer', 'DateTime'],
    doc: 'The value is larger or the same, as a number or as a date.',
    aliases: ['greaterthanorequal'],
    holds: oneFits((_, operand, value, budget) => compared(value, operand, budget, (order) => order >= 0)),
  },
  {
    name: 'Includes',
    arity: 'Binary',
    supportedAttributeTypes: ['String'],
    doc: 'The value contains this, with letter case.',
    holds: oneFits((text, operand, value, budget) => isIn(operand, text, value, budget)),
  },
  {
    name: 'ENDS_WITH',
    arity: 'Binary',
    supportedAttributeTypes: ['String'],
    doc: 'The value ends with this, with letter case.',
    holds: oneFits((text, operand) => text.endsWith(operand)),
  },
  {
    name: '&',
    arity: 'Binary',
    supportedAttributeTypes: ['String'],
    doc: 'The value occurs in the text given (the documentation says no more).',
    holds: oneFits(isIn),
  },
  {
    name: '!&',
    arity: 'Binary',
    supportedAttributeTypes: ['String'],
    doc: 'There is a value and it does not occur in the text given.',
    holds: noneFits(isIn),
  },
];

/** Letter case, blanks and underscores in a name mean nothing: exports and the portal write them differently. */
export const plainOperatorName = (name: string): string => name.toLowerCase().replace(/[\s_]/gu, '');

const BY_NAME = new Map(
  FILTER_OPERATORS.flatMap((operator) =>
    [plainOperatorName(operator.name), ...(operator.aliases ?? [])].map((name) => [name, operator] as const),
  ),
);

export const findFilterOperator = (name: string): FilterOperator | undefined => BY_NAME.get(plainOperatorName(name));

/** @throws BudgetExceeded */
export function clauseHolds(
  operator: FilterOperator,
  value: Value,
  operands: readonly string[],
  budget: EvaluationBudget,
): boolean {
  budget.spendText(sizeOf(value));
  if (isNullOrEmpty(value)) return operator.holdsWhenMissing === true;
  // multivaluedComparisonType is All for every operator (GA/…filteroperators).
  if (isList(value)) return value.every((one) => clauseHolds(operator, one, operands, budget));
  return value === null ? false : operator.holds(value, operands, budget);
}

function compared(value: Single, operand: string, budget: EvaluationBudget, test: (order: number) => boolean): boolean {
  budget.spend(COMPARISON_STEPS);
  const order = (a: bigint | number, b: bigint | number): number => (a < b ? -1 : a > b ? 1 : 0);
  const numbers = [
    typeof value === 'bigint' || typeof value === 'number' ? value : parseNumber(textForm(value)),
    parseNumber(operand),
  ] as const;
  if (numbers[0] !== null && numbers[1] !== null) return test(order(numbers[0], numbers[1]));
  const dates = [ticksOf(textForm(value)), ticksOf(operand)] as const;
  return dates[0] !== null && dates[1] !== null && test(order(dates[0], dates[1]));
}

function ticksOf(text: string): bigint | null {
  try {
    return parseDate(text).ticks;
  } catch (error) {
    if (error instanceof DateFormatError) return null;
    throw error;
  }
}
