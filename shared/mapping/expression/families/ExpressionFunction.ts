import type { Expression } from '../Expression';
import type { Value } from '../Value';
import type { Arguments } from '../Arguments';

export type ParameterKind = 'text' | 'number' | 'boolean' | 'date' | 'list' | 'any' | 'keyword' | 'pattern';

export interface Parameter {
  /** Key of the argument in Entra's JSON tree where one is known (GF), otherwise the documentation's word. */
  readonly name: string;
  readonly kind: ParameterKind;
  /** False when the place may be empty or missing. */
  readonly required: boolean;
}

/** One row of the function table: `GET …/schema/functions`, docs/expressions.md and the evaluator are made from it. */
export interface ExpressionFunction {
  readonly name: string;
  readonly family: string;
  readonly parameters: readonly Parameter[];
  /** How many of the last parameters repeat as a group; default 0. */
  readonly repeating?: number;
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
