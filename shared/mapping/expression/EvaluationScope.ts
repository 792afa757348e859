import type { EvaluationBudget } from '../EvaluationBudget';
import type { Value } from './Value';

/** Everything an expression may ask for besides its own text. */
export interface EvaluationScope {
  /** The value of a source attribute; null when the person has none. */
  attribute(name: string): Value;
  /** Milliseconds since 1970, for Now and for dates without a year. */
  readonly nowMs: number;
  readonly random: RandomSource;
  /** One for everything that belongs to this evaluation. */
  readonly budget: EvaluationBudget;
  /** Whether the target already holds this value, for SelectUniqueValue. */
  isTaken(value: string): boolean;
}

export interface RandomSource {
  /** Lower case with dashes. */
  uuid(): string;
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number;
}
