import { patternProblem } from '../expression/lintExpression';
import { findFilterOperator, plainOperatorName } from '../scope/filterOperators';
import { EVERYBODY, type FilterClause, type FilterGroup, type ScopingFilter } from '../scope/ScopingFilter';
import type { ReportBuilder } from './ReportBuilder';
import type { SchemaScopingFilter } from './SynchronizationSchema';

const SETS = {
  groups: 'Scope: who leaves it loses access.',
  inputFilterGroups: 'Input filter: who is outside is neither provisioned nor deprovisioned.',
  categoryFilterGroups: 'Category: who is outside does not belong to this mapping and is left alone.',
} as const;

/** Operators that the documentation names but that need what a filter does not have. */
const UNSUPPORTED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ismemberof: 'Entra does not support group filters either. Assign the group to the enterprise application instead.',
    validcertmatch: 'Nobody has described this operator. Replace it by another.',
  }),
);

/**
 * @param isKnown whether Entra keeps this attribute with a user; a filter on another would silently leave everybody out
 */
export function importFilter(
  filter: SchemaScopingFilter | null | undefined,
  pointer: string,
  builder: ReportBuilder,
  isKnown: (attribute: string) => boolean,
): ScopingFilter {
  if (filter === null || filter === undefined) return EVERYBODY;
  const read = (set: keyof typeof SETS): FilterGroup[] =>
    filter[set].map((group, index): FilterGroup => {
      const own = `${pointer}/${set}/${index}`;
      const clauses = group.clauses.flatMap(
        (clause, at) => importClause(clause, `${own}/clauses/${at}`, builder, isKnown) ?? [],
      );
      const name = group.name ?? '';
      builder.taken(own, clauses.map(printed).join(' AND ') || 'everybody', SETS[set]);
      return { name, clauses };
    });
  return {
    groups: read('groups'),
    inputFilterGroups: read('inputFilterGroups'),
    categoryFilterGroups: read('categoryFilterGroups'),
  };
}

function importClause(
  clause: SchemaScopingFilter['groups'][number]['clauses'][number],
  pointer: string,
  builder: ReportBuilder,
  isKnown: (attribute: string) => boolean,
): FilterClause | null {
  const operator = findFilterOperator(clause.operatorName);
  if (operator === undefined) {
    builder.problem(
      `${pointer}/operatorName`,
      `There is no filter operator "${clause.operatorName}".`,
      UNSUPPORTED.get(plainOperatorName(clause.operatorName)) ?? 'GET …/schema/filterOperators lists those there are.',
    );
    return null;
  }
  const attribute = clause.sourceOperandName.replace(/^\[(.*)\]$/u, '$1');
  if (!isKnown(attribute)) {
    builder.problem(
      `${pointer}/sourceOperandName`,
      `Entra keeps no attribute "${attribute}" with a user.`,
      'Check the spelling; names are case-sensitive. Relations such as manager or memberOf cannot be filtered.',
    );
    return null;
  }
  const values = (clause.targetOperand?.values ?? []).map((value) =>
    typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value ?? ''),
  );
  if (operator.arity === 'Binary' && values.length === 0) {
    builder.problem(`${pointer}/targetOperand/values`, `${operator.name} needs a value to compare with.`, 'Add one.');
    return null;
  }
  if (operator.usesPattern === true) {
    for (const [index, value] of values.entries()) {
      const problem = patternProblem(value, builder.budget);
      if (problem !== null) {
        builder.problem(`${pointer}/targetOperand/values/${index}`, problem, 'Rewrite the regular expression.');
        return null;
      }
    }
    if (values.some((value) => !value.startsWith('^') || !value.endsWith('$'))) {
      builder.decision(
        pointer,
        printed({ operator, attribute, values }),
        'The pattern is looked for anywhere in the value, as .NET does. Write ^ and $ around it to match the whole value.',
      );
    }
  }
  return { operator, attribute, values };
}

const printed = ({ operator, attribute, values }: FilterClause): string =>
  `${attribute} ${operator.name}${values.length === 0 ? '' : ` ${values.map((value) => JSON.stringify(value)).join(', ')}`}`;
