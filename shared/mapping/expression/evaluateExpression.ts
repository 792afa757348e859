import { BudgetExceeded } from '../BudgetExceeded';
import { Arguments } from './Arguments';
import { compareValues } from './compareValues';
import type { EvaluationScope } from './EvaluationScope';
import type { Call, Expression, Keyword, Operation } from './Expression';
import { ExpressionError } from './ExpressionError';
import { FlowSkipped } from './FlowSkipped';
import { findFunction } from './families/FUNCTIONS';
import { parseNumber } from './parseNumber';
import { textForm } from './textForm';
import { isList, MAX_TEXT_LENGTH, sizeOf, type Value } from './Value';

/** Of any node: finding its function, its places. */
const NODE_STEPS = 20;

export type Evaluated =
  | { readonly kind: 'value'; readonly value: Value }
  /** The attribute leaves the flow this time: no write, no default. */
  | { readonly kind: 'dropped' }
  /** IgnoreObjectFlow: the person leaves the flow this time. */
  | { readonly kind: 'objectSkipped' };

/**
 * @throws ExpressionError and nothing else, with function, argument, position and kind of value
 */
export function evaluateExpression(expression: Expression, scope: EvaluationScope): Evaluated {
  try {
    return { kind: 'value', value: valueOf(expression, scope) };
  } catch (error) {
    if (error instanceof FlowSkipped) return { kind: error.what === 'object' ? 'objectSkipped' : 'dropped' };
    throw error instanceof BudgetExceeded ? tooExpensive(error, expression) : error;
  }
}

function valueOf(expression: Expression, scope: EvaluationScope): Value {
  const value = rawValueOf(expression, scope);
  scope.budget.spend(NODE_STEPS);
  scope.budget.spendText(sizeOf(value));
  if (typeof value !== 'string' || value.length <= MAX_TEXT_LENGTH) return value;
  throw new ExpressionError(`A text grows beyond ${MAX_TEXT_LENGTH} characters.`, {
    code: 'TextTooLong',
    at: expression.at,
    functionName: expression.kind === 'call' ? expression.name : undefined,
  });
}

function rawValueOf(expression: Expression, scope: EvaluationScope): Value {
  switch (expression.kind) {
    case 'attribute':
      return scope.attribute(expression.name);
    case 'constant':
      return expression.form === 'number' ? parseNumber(expression.value) : expression.value;
    case 'keyword':
      return keywordValue(expression);
    case 'operation':
      return operationValue(expression, scope);
    case 'call':
      return callValue(expression, scope);
  }
}

function callValue(call: Call, scope: EvaluationScope): Value {
  const definition = findFunction(call.name);
  if (definition === undefined) {
    throw new ExpressionError('there is no such function.', {
      code: 'UnknownFunction',
      at: call.at,
      functionName: call.name,
    });
  }
  try {
    return definition.evaluate(new Arguments(call, definition, scope, valueOf));
  } catch (error) {
    // The innermost call says where it was.
    throw error instanceof BudgetExceeded ? tooExpensive(error, call) : error;
  }
}

function tooExpensive(error: BudgetExceeded, node: Expression): ExpressionError {
  const found = new ExpressionError(node.kind === 'call' ? error.message : `The expression: ${error.message}`, {
    code: 'TooExpensive',
    at: node.at,
    functionName: node.kind === 'call' ? node.name : undefined,
  });
  found.cause = error;
  return found;
}

function keywordValue({ name, at }: Keyword): Value {
  if (name === 'IgnoreAttributeFlow') throw FlowSkipped.ATTRIBUTE;
  if (name === 'IgnoreObjectFlow') throw FlowSkipped.OBJECT;
  throw new ExpressionError(`The word ${name} is an option of a function and no value.`, {
    code: 'UnexpectedText',
    at,
  });
}

function operationValue({ operator, left, right, at }: Operation, scope: EvaluationScope): Value {
  const [a, b] = [valueOf(left, scope), valueOf(right, scope)];
  if (operator !== '&') return compareValues(operator, a, b);
  return [a, b]
    .map((value) => {
      if (value === null) return '';
      if (!isList(value)) return textForm(value);
      throw new ExpressionError('"&" joins single values, but this is a list; use Join.', {
        code: 'WrongKind',
        at,
        valueKind: 'list',
      });
    })
    .join('');
}
