import type { FilterOperator } from './filterOperators';

/** One comparison of an attribute, as in Graph's filterClause. */
export interface FilterClause {
  readonly operator: FilterOperator;
  readonly attribute: string;
  readonly values: readonly string[];
}

/** All clauses must hold. */
export interface FilterGroup {
  readonly name: string;
  readonly clauses: readonly FilterClause[];
}

/** Three sets with different consequences (GR/synchronization-filter); in each, one group that holds is enough. */
export interface ScopingFilter {
  /** Leaving it deprovisions. */
  readonly groups: readonly FilterGroup[];
  /** Who is outside is not looked at, and not deprovisioned. */
  readonly inputFilterGroups: readonly FilterGroup[];
  /** Whether the person belongs to this mapping at all; not deprovisioned either. */
  readonly categoryFilterGroups: readonly FilterGroup[];
}

export const EVERYBODY: ScopingFilter = { groups: [], inputFilterGroups: [], categoryFilterGroups: [] };

/** Attributes that the filter reads. */
export const attributesOfFilter = (filter: ScopingFilter): readonly string[] => [
  ...new Set(
    [...filter.groups, ...filter.inputFilterGroups, ...filter.categoryFilterGroups].flatMap((group) =>
      group.clauses.map((clause) => clause.attribute),
    ),
  ),
];
