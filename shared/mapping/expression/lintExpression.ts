/** What will go wrong, or is likely to, before any person is evaluated (entra-expressions.md 3.3, 3.7, 6). */
import { BudgetExceeded } from '../BudgetExceeded';
import type { EvaluationBudget } from '../EvaluationBudget';
import { PatternError } from '../dotnet/regex/PatternError';
import { Pattern } from '../dotnet/regex/Pattern';
import { parameterAt } from './Arguments';
import { nodesOf, type Call, type Expression } from './Expression';
import { findFunction } from './families/FUNCTIONS';

export interface Lint {
  /** Error: it can never work. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly at: number;
  /** Harmless where the value is written only once. */
  readonly changesEachTime?: true;
}

/** @param budget for trying the patterns */
export function lintExpression(expression: Expression, budget: EvaluationBudget): readonly Lint[] {
  const found: Lint[] = [];
  for (const node of nodesOf(expression)) {
    if (node.kind === 'call') found.push(...lintCall(node, budget));
  }
  return found;
}

const PRESENCE = new Set(['IsNull', 'IsNullOrEmpty', 'IsPresent']);
const CHANGING = new Set(['Guid', 'RandomString', 'Now']);

function lintCall(call: Call, budget: EvaluationBudget): readonly Lint[] {
  const found: Lint[] = [];
  const add = (severity: Lint['severity'], message: string, at = call.at): void => {
    found.push({ severity, message, at });
  };
  if (CHANGING.has(call.name)) {
    found.push({
      severity: 'warning',
      message: `${call.name} gives another value every time; use it with "Only during object creation".`,
      at: call.at,
      changesEachTime: true,
    });
  }
  const [first] = call.args;
  if (call.name === 'Switch' && first?.kind === 'call' && PRESENCE.has(first.name)) {
    add('warning', `Microsoft advises against ${first.name} inside Switch; it is evaluated as written.`);
  }
  const definition = findFunction(call.name);
  for (const [place, arg] of call.args.entries()) {
    if (arg?.kind !== 'constant' || definition === undefined) continue;
    const parameter = definition.parameters.find((one) => one.name === parameterAt(definition, place));
    if (parameter?.kind === 'pattern') {
      const problem = patternProblem(arg.value, budget);
      if (problem !== null) add('error', problem, arg.at);
    }
  }
  return found;
}

/** Why a regular expression cannot be used; null when it can. */
export function patternProblem(pattern: string, budget: EvaluationBudget): string | null {
  try {
    Pattern.of(pattern, budget);
    return null;
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    if (error instanceof BudgetExceeded) return `All regular expressions so far: ${error.message}`;
    throw error;
  }
}
