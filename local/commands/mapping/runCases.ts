/** A customer's own tests of expressions and filters, offline: `npm run mapping -- test cases.json`. */
import { z } from 'zod';
import { BudgetExceeded } from '../../../shared/mapping/BudgetExceeded';
import { EvaluationBudget } from '../../../shared/mapping/EvaluationBudget';
import { attributeValueOf } from '../../../shared/mapping/expression/attributeValueOf';
import { evaluateExpression } from '../../../shared/mapping/expression/evaluateExpression';
import { ExpressionError } from '../../../shared/mapping/expression/ExpressionError';
import { parseExpression } from '../../../shared/mapping/expression/parseExpression';
import { printValue, type PrintedValue } from '../../../shared/mapping/expression/printValue';
import type { Value } from '../../../shared/mapping/expression/Value';
import { importFilter } from '../../../shared/mapping/schema/importFilter';
import { ReportBuilder } from '../../../shared/mapping/schema/ReportBuilder';
import { systemRandom } from '../../../shared/mapping/systemRandom';
import { scopingFilterSchema } from '../../../shared/mapping/schema/SynchronizationSchema';
import { scopeOf } from '../../../shared/mapping/scope/scopeOf';

const id = z.union([z.string(), z.number(), z.bigint()]).optional();
const attributes = z.record(z.string(), z.unknown()).default({});
const expressionCase = z.looseObject({
  id,
  expression: z.string(),
  attributes,
  expected: z.unknown().optional(),
  now: z.union([z.string(), z.number()]).optional(),
  taken: z.array(z.string()).default([]),
});
const scopeCase = z.looseObject({
  id,
  scope: scopingFilterSchema.nullable(),
  attributes,
  assigned: z.boolean().default(true),
  expected: z.enum(['in', 'out']).optional(),
});

export type CaseId = string | number;
/** What a case gave, as `--json` prints it. */
export type CaseOutcome =
  | { readonly id: CaseId; readonly value: PrintedValue }
  | { readonly id: CaseId; readonly dropped: true }
  | { readonly id: CaseId; readonly error: string };

export interface CaseResult {
  readonly outcome: CaseOutcome;
  /** Undefined when the case expects nothing. */
  readonly met: boolean | undefined;
  readonly expected: PrintedValue | undefined;
}

/** @param cases the array as parsed from JSON; one bad case fails alone */
export const runCases = (cases: readonly unknown[], nowMs: number): readonly CaseResult[] =>
  cases.map((one, index) => runCase(one, index + 1, nowMs));

function runCase(input: unknown, number: number, nowMs: number): CaseResult {
  const given = z.looseObject({ id }).safeParse(input);
  const caseId = given.success && given.data.id !== undefined ? plainId(given.data.id) : number;
  const isScope = typeof input === 'object' && input !== null && 'scope' in input;
  const parsed = (isScope ? scopeCase : expressionCase).safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const error = `The case cannot be read: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim();
    return { outcome: { id: caseId, error }, met: undefined, expected: undefined };
  }
  const { data } = parsed;
  const outcome =
    'scope' in data ? inScope(caseId, scopeCase.parse(data)) : evaluated(caseId, expressionCase.parse(data), nowMs);
  const expected = data.expected === undefined ? undefined : printValue(attributeValueOf(data.expected));
  return { outcome, expected, met: expected === undefined ? undefined : isMet(outcome, data.expected, expected) };
}

const plainId = (value: string | number | bigint): CaseId => (typeof value === 'bigint' ? value.toString() : value);

function isMet(outcome: CaseOutcome, raw: unknown, expected: PrintedValue): boolean {
  if ('dropped' in outcome) return typeof raw === 'object' && raw !== null && 'dropped' in raw;
  return 'value' in outcome && JSON.stringify(outcome.value) === JSON.stringify(expected);
}

function attributeReader(given: Readonly<Record<string, unknown>>): (name: string) => Value {
  const values = new Map(Object.entries(given).map(([name, value]) => [name, attributeValueOf(value)] as const));
  return (name) => values.get(name) ?? null;
}

function evaluated(caseId: CaseId, one: z.output<typeof expressionCase>, nowMs: number): CaseOutcome {
  const now = one.now === undefined ? nowMs : new Date(one.now).getTime();
  if (Number.isNaN(now)) return { id: caseId, error: '"now" is no date; write it as 2025-01-31T10:00:00Z.' };
  const taken = new Set(one.taken);
  try {
    const result = evaluateExpression(parseExpression(one.expression), {
      attribute: attributeReader(one.attributes),
      nowMs: now,
      random: systemRandom,
      budget: new EvaluationBudget(),
      isTaken: (value) => taken.has(value),
    });
    return result.kind === 'value' ? { id: caseId, value: printValue(result.value) } : { id: caseId, dropped: true };
  } catch (error) {
    if (error instanceof ExpressionError) return { id: caseId, error: `${error.code}: ${error.message}` };
    throw error;
  }
}

function inScope(caseId: CaseId, one: z.output<typeof scopeCase>): CaseOutcome {
  const builder = new ReportBuilder();
  const filter = importFilter(one.scope, '/scope', builder, () => true);
  if (builder.problems.length > 0) {
    return { id: caseId, error: builder.problems.map(({ pointer, message }) => `${pointer}: ${message}`).join(' ') };
  }
  try {
    const isIn = one.assigned && scopeOf(filter, attributeReader(one.attributes), builder.budget) === 'in';
    return { id: caseId, value: isIn ? 'in' : 'out' };
  } catch (error) {
    if (error instanceof BudgetExceeded) return { id: caseId, error: error.message };
    throw error;
  }
}
