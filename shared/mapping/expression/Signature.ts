export type ParameterKind = 'text' | 'number' | 'boolean' | 'date' | 'list' | 'any' | 'keyword' | 'pattern';

export interface Parameter {
  /** Key of the argument in Entra's JSON tree where one is known (GF), otherwise the documentation's word. */
  readonly name: string;
  readonly kind: ParameterKind;
  /** False when the place may be empty or missing. */
  readonly required: boolean;
}

/** The places of a function's call. */
export interface Signature {
  readonly parameters: readonly Parameter[];
  /** How many of the last parameters repeat as a group; default 0. */
  readonly repeating?: number;
}
