/** Trying an expression, and what the language has; in the shapes of Graph's synchronization API. */
import { z } from 'zod';
import { attributeValueOf } from '../mapping/expression/attributeValueOf';
import { evaluateExpression } from '../mapping/expression/evaluateExpression';
import { attributesOf, type Expression } from '../mapping/expression/Expression';
import { ExpressionError } from '../mapping/expression/ExpressionError';
import { expressionTree, type ExpressionTree } from '../mapping/expression/expressionTree';
import { FUNCTIONS } from '../mapping/expression/families/FUNCTIONS';
import { parseExpression } from '../mapping/expression/parseExpression';
import { printValue } from '../mapping/expression/printValue';
import { EvaluationBudget } from '../mapping/EvaluationBudget';
import { systemRandom } from '../mapping/systemRandom';
import { FILTER_OPERATORS } from '../mapping/scope/filterOperators';
import { attributesNow } from '../sync/demand/attributesNow';
import type { Engine } from '../sync/Engine';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { requireJob } from './jobOf';
import { onePerson, unknownUser } from './onePerson';
import { readBody } from './readBody';

const parseBody = z.looseObject({
  expression: z.string(),
  /** Graph has none: somebody in Entra, whose attributes the sample has unless it says otherwise. */
  user: z.string().nullish(),
  testInputObject: z
    .looseObject({ properties: z.array(z.looseObject({ key: z.string(), value: z.unknown().optional() })).nullish() })
    .nullish(),
});

interface Parsed {
  readonly parsingSucceeded: boolean;
  readonly evaluationSucceeded: boolean;
  readonly evaluationResult: readonly string[];
  readonly parsedExpression: ExpressionTree | null;
  /** What it was tried on. */
  readonly testInputObject: { readonly properties: readonly { readonly key: string; readonly value: unknown }[] };
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly target: string | null;
    readonly position: number;
  } | null;
}

/** POST …/schema/parseExpression: tries an expression on a sample object, or on somebody in Entra; nothing is written anywhere. */
export async function postParseExpression(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const { expression: text, testInputObject, user } = await readBody(request, parseBody);
  const given = new Map((testInputObject?.properties ?? []).map(({ key, value }) => [key, value] as const));
  let expression: Expression;
  try {
    expression = parseExpression(text);
  } catch (error) {
    const body: Parsed = {
      parsingSucceeded: false,
      evaluationSucceeded: false,
      evaluationResult: [],
      parsedExpression: null,
      testInputObject: { properties: [] },
      error: errorOf(error),
    };
    return { status: 200, body };
  }
  const read =
    user == null || user === '' ? new Map<string, unknown>() : await attributesOfUser(engine, expression, user);
  const sample = new Map<string, unknown>([...read, ...given]);
  return { status: 200, body: tried(expression, sample, engine.clock.now()) };
}

/**
 * What Entra says of a person, of the attributes that the expression reads.
 * @throws Problem 404, 409 when several people have the address
 */
async function attributesOfUser(
  engine: Engine,
  expression: Expression,
  name: string,
): Promise<ReadonlyMap<string, unknown>> {
  const read = await attributesNow(engine, await onePerson(engine, name), attributesOf(expression));
  if (read === undefined) throw unknownUser();
  return read;
}

function tried(expression: Expression, sample: ReadonlyMap<string, unknown>, nowMs: number): Parsed {
  const failed = { evaluationSucceeded: false, evaluationResult: [] };
  const attributes = new Map([...sample].map(([key, value]) => [key, attributeValueOf(value)] as const));
  const testInputObject = { properties: [...sample].map(([key, value]) => ({ key, value })) };
  let parsed: Pick<Parsed, 'parsingSucceeded' | 'parsedExpression' | 'testInputObject'> = {
    parsingSucceeded: true,
    parsedExpression: null,
    testInputObject,
  };
  try {
    parsed = { ...parsed, parsedExpression: expressionTree(expression) };
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
