import type { Call, Expression } from './Expression';
import { ExpressionError } from './ExpressionError';
import type { ExpressionFunction } from './families/ExpressionFunction';
import { findFunction, UNDESCRIBED_FUNCTIONS } from './families/FUNCTIONS';

/**
 * Names are compared without letter case, because Microsoft's own pages waver (entra-expressions.md 1); the tree holds the
 * name of the table. @throws ExpressionError UnknownFunction, WrongNumberOfArguments or InvalidCombination
 */
export function checkCall(name: string, args: readonly (Expression | null)[], at: number): Call {
  const definition = findFunction(name);
  if (definition === undefined) {
    const known = UNDESCRIBED_FUNCTIONS.some((one) => one.toLowerCase() === name.toLowerCase());
    throw new ExpressionError(
      known
        ? `Microsoft lists "${name}" but describes it nowhere, or it exists for Active Directory only. Express it by other functions.`
        : `There is no function "${name}". GET …/schema/functions lists those there are.`,
      { code: 'UnknownFunction', at, functionName: name },
    );
  }
  const problem = problemOf(definition, args) ?? definition.check?.(args);
  if (problem !== undefined) {
    const code = problemOf(definition, args) === undefined ? 'InvalidCombination' : 'WrongNumberOfArguments';
    throw new ExpressionError(problem, { code, at, functionName: definition.name });
  }
  // `Now()` has no place at all, not an empty one.
  const isEmpty = args.length === 1 && args[0] === null;
  return { kind: 'call', name: definition.name, args: isEmpty ? [] : args, at };
}

function problemOf(definition: ExpressionFunction, args: readonly (Expression | null)[]): string | undefined {
  const { parameters, repeating = 0 } = definition;
  // A comma after the last argument leaves an empty place that means nothing: ToLower(x, ).
  let filled = args.length;
  while (filled > 0 && args[filled - 1] === null) filled -= 1;
  if (repeating === 0 && filled > parameters.length) {
    const most = parameters.length;
    return most === 0 ? 'takes no argument.' : `takes at most ${most} argument${most === 1 ? '' : 's'}, not ${filled}.`;
  }
  const missing = parameters.find((parameter, index) => parameter.required && (args[index] ?? null) === null);
  return missing === undefined ? undefined : `the argument "${missing.name}" is missing.`;
}
