import type { PlanEntry } from '../../model/PlanEntry';

/** Who, and what is planned for them. */
export interface Target {
  readonly entry: PlanEntry;
  /** Tries that failed before this one. */
  readonly attempts: number;
}
