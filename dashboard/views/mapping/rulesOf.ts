/** What a synchronizationSchema says of people, as rows for a reader. It is taken as it was put: nothing in it is sure. */

export interface Rule {
  readonly target: string;
  /** As Entra writes it. */
  readonly expression: string;
  readonly kind: 'Direct' | 'Constant' | 'Expression' | 'None';
  readonly defaultValue: string | null;
  readonly isOnlyOnCreation: boolean;
  readonly matching: number | null;
}

export interface Clause {
  readonly attribute: string;
  readonly operator: string;
  readonly values: readonly string[];
}

export interface MappingToShow {
  readonly flow: string;
  readonly rules: readonly Rule[];
  /** All clauses of one group, of any group; none: everybody who is assigned. */
  readonly groups: readonly (readonly Clause[])[];
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? new Map<string, unknown>(Object.entries(value)).get(name) : undefined;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The mapping of users: the rule that leads from Entra, not the one back. */
export function rulesOf(schema: unknown): MappingToShow {
  const rules = list(field(schema, 'synchronizationRules'));
  const users = rules.flatMap((rule) =>
    list(field(rule, 'objectMappings'))
      .filter((mapping) => text(field(mapping, 'sourceObjectName')).toLowerCase() === 'user')
      .map((mapping) => ({
        mapping,
        isBack: /active directory|entra/i.test(text(field(rule, 'targetDirectoryName'))),
      })),
  );
  const { mapping } = users.find(({ isBack }) => !isBack) ?? users[0] ?? { mapping: undefined };
  return {
    flow: text(field(mapping, 'flowTypes')),
    rules: list(field(mapping, 'attributeMappings')).map(ruleOf),
    groups: list(field(field(mapping, 'scope'), 'groups'))
      .map((group) => list(field(group, 'clauses')).map(clauseOf))
      .filter((clauses) => clauses.length > 0),
  };
}

function ruleOf(attribute: unknown): Rule {
  const source = field(attribute, 'source');
  const priority = field(attribute, 'matchingPriority');
  const defaultValue = field(attribute, 'defaultValue');
  return {
    target: text(field(attribute, 'targetAttributeName')),
    expression: text(field(source, 'expression')),
    kind: kindOf(text(field(source, 'type'))),
    defaultValue: typeof defaultValue === 'string' && defaultValue !== '' ? defaultValue : null,
    isOnlyOnCreation: /add/i.test(text(field(attribute, 'flowType'))),
    matching: typeof priority === 'number' && priority > 0 ? priority : null,
  };
}

function kindOf(type: string): Rule['kind'] {
  if (/^constant$/i.test(type)) return 'Constant';
  if (/^function$/i.test(type)) return 'Expression';
  return /^attribute$/i.test(type) ? 'Direct' : 'None';
}

const clauseOf = (clause: unknown): Clause => ({
  attribute: text(field(clause, 'sourceOperandName')),
  operator: text(field(clause, 'operatorName')),
  values: list(field(field(clause, 'targetOperand'), 'values')).map(text),
});

/** The attributes of the person that an expression names, in order, each once; `[appRoleAssignments]` among them. */
export const attributesIn = (expression: string): readonly string[] => [
  ...new Set(
    [...expression.replace(/"[^"]*"/g, '').matchAll(/\[([^\][]+)\]/g)].map((found) => (found[1] ?? '').trim()),
  ),
];
