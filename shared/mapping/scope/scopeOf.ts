import type { EvaluationBudget } from '../EvaluationBudget';
import type { Value } from '../expression/Value';
import { clauseHolds } from './filterOperators';
import type { FilterGroup, ScopingFilter } from './ScopingFilter';

/** `out` deprovisions, `unseen` leaves the person as it is. */
export type Scope = 'in' | 'out' | 'unseen';

/** @throws BudgetExceeded */
export function scopeOf(filter: ScopingFilter, attribute: (name: string) => Value, budget: EvaluationBudget): Scope {
  const passes = (groups: readonly FilterGroup[]): boolean =>
    groups.length === 0 ||
    groups.some((group) =>
      group.clauses.every((clause) => clauseHolds(clause.operator, attribute(clause.attribute), clause.values, budget)),
    );
  if (!passes(filter.inputFilterGroups) || !passes(filter.categoryFilterGroups)) return 'unseen';
  return passes(filter.groups) ? 'in' : 'out';
}
