import type { Expression } from '../Expression';
import type { Value } from '../Value';
import type { Arguments } from '../Arguments';
import type { Parameter, ParameterKind, Signature } from '../Signature';

/** One row of the function table: `GET …/schema/functions`, docs/expressions.md and the evaluator are made from it. */
export interface ExpressionFunction extends Signature {
  readonly name: string;
  readonly family: string;
  readonly result: 'text' | 'number' | 'boolean' | 'date' | 'list' | 'any';
  readonly doc: string;
  /** Page that describes it: a tag of the source table in docs/decisions/0005. */
  readonly source: 'FUN' | 'CS' | 'CUS';
  /** What is wrong with these places beyond their number; undefined when nothing is. */
  readonly check?: (args: readonly (Expression | null)[]) => string | undefined;
  /** Arguments are evaluated when asked for, so a branch that is not taken never runs. */
  readonly evaluate: (args: Arguments) => Value;
}

export const required = (name: string, kind: ParameterKind): Parameter => ({ name, kind, required: true });
export const optional = (name: string, kind: ParameterKind): Parameter => ({ name, kind, required: false });
