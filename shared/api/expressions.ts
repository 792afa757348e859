/** Trying an expression, and what the language has; in the shapes of Graph's synchronization API. */
import { z } from 'zod';
import { attributeValueOf } from '../mapping/expression/attributeValueOf';
import { evaluateExpression } from '../mapping/expression/evaluateExpression';
import type { Expression } from '../mapping/expression/Expression';
import { ExpressionError } from '../mapping/expression/ExpressionError';
import { expressionTree, type ExpressionTree } from '../mapping/expression/expressionTree';
import { FUNCTIONS } from '../mapping/expression/families/FUNCTIONS';
import { parseExpression } from '../mapping/expression/parseExpression';
import { printValue } from '../mapping/expression/printValue';
import { EvaluationBudget } from '../mapping/EvaluationBudget';
import { systemRandom } from '../mapping/systemRandom';
import { FILTER_OPERATORS } from '../mapping/scope/filterOperators';
import type { Engine } from '../sync/Engine';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { requireJob } from './jobOf';
import { readBody } from './readBody';

const parseBody = z.looseObject({
  expression: z.string(),
  testInputObject: z
    .looseObject({ properties: z.array(z.looseObject({ key: z.string(), value: z.unknown().optional() })).nullish() })
    .nullish(),
});

interface Parsed {
  readonly parsingSucceeded: boolean;
  readonly evaluationSucceeded: boolean;
  readonly evaluationResult: readonly string[];
  readonly parsedExpression: ExpressionTree | null;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly target: string | null;
    readonly position: number;
  } | null;
}

/** POST …/schema/parseExpression: tries an expression on a sample object; nothing is read or written anywhere. */
export async function postParseExpression(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const { expression, testInputObject } = await readBody(request, parseBody);
  const attributes = new Map(
    (testInputObject?.properties ?? []).map(({ key, value }) => [key, attributeValueOf(value)] as const),
  );
  return { status: 200, body: tried(expression, attributes, engine.clock.now()) };
}

function tried(
  text: string,
  attributes: ReadonlyMap<string, ReturnType<typeof attributeValueOf>>,
  nowMs: number,
): Parsed {
  const failed = { evaluationSucceeded: false, evaluationResult: [] };
  let expression: Expression;
  try {
    expression = parseExpression(text);
  } catch (error) {
    return { parsingSucceeded: false, ...failed, parsedExpression: null, error: errorOf(error) };
  }
  const parsed = { parsingSucceeded: true, parsedExpression: expressionTree(expression) };
  try {
    const result = evaluateExpression(expression, {
      attribute: (name) => attributes.get(name) ?? null,
      nowMs,
      random: systemRandom,
      budget: new EvaluationBudget(),
      isTaken: () => false,
    });
    const printed = result.kind === 'value' ? printValue(result.value) : null;
    const evaluationResult = [printed].flat(20).filter((one): one is string => typeof one === 'string');
    return { ...parsed, evaluationSucceeded: true, evaluationResult, error: null };
  } catch (error) {
    return { ...parsed, ...failed, error: errorOf(error) };
  }
}

function errorOf(error: unknown): Parsed['error'] {
  if (!(error instanceof ExpressionError)) throw error;
  return { code: error.code, message: error.message, target: error.functionName ?? null, position: error.at };
}

const GRAPH_TYPES = {
  text: 'String',
  pattern: 'String',
  keyword: 'String',
  any: 'String',
  list: 'String',
  number: 'Integer',
  boolean: 'Boolean',
  date: 'DateTime',
} as const;

/** GET …/schema/functions: Graph's attributeMappingFunctionSchema, with what each function does. */
export function listFunctions(_engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const value = FUNCTIONS.map(({ name, family, parameters, repeating = 0, doc, source }) => ({
    name,
    family,
    description: doc,
    documentedBy: source,
    parameters: parameters.map((parameter, index) => ({
      name: parameter.name,
      required: parameter.required,
      allowMultipleOccurrences: index >= parameters.length - repeating,
      type: GRAPH_TYPES[parameter.kind],
    })),
  }));
  return Promise.resolve({ status: 200, body: { value } });
}

/** GET …/schema/filterOperators: Graph's filterOperatorSchema, with what each operator does. */
export function listFilterOperators(_engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const value = FILTER_OPERATORS.map(({ name, arity, doc, supportedAttributeTypes }) => ({
    name,
    arity,
    description: doc,
    multivaluedComparisonType: 'All',
    supportedAttributeTypes,
  }));
  return Promise.resolve({ status: 200, body: { value } });
}
