import type { EvaluationBudget } from '../EvaluationBudget';
import type { Value } from '../expression/Value';
import { printValue, type PrintedValue } from '../expression/printValue';
import { clauseHolds } from './filterOperators';
import type { ScopingFilter } from './ScopingFilter';

/** One comparison of a scoping filter, and what came out for a person. */
export interface ClauseResult {
  /** The title of the group the clause stands in; of several groups one that holds is enough. */
  readonly filter: string;
  readonly attribute: string;
  readonly operator: string;
  readonly operands: readonly string[];
  readonly value: PrintedValue;
  readonly holds: boolean;
}

/** Every clause of a filter with the person's value, for whoever asks why. @throws BudgetExceeded */
export const clausesOf = (
  filter: ScopingFilter,
  attribute: (name: string) => Value,
  budget: EvaluationBudget,
): readonly ClauseResult[] =>
  [...filter.inputFilterGroups, ...filter.categoryFilterGroups, ...filter.groups].flatMap((group) =>
    group.clauses.map((clause) => {
      const value = attribute(clause.attribute);
      return {
        filter: group.name,
        attribute: clause.attribute,
        operator: clause.operator.name,
        operands: clause.values,
        value: printValue(value),
        holds: clauseHolds(clause.operator, value, clause.values, budget),
      };
    }),
  );
