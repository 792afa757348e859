import { DEFAULT_SCHEMA } from '../shared/mapping/schema/DEFAULT_SCHEMA';
import { importSchema } from '../shared/mapping/schema/importSchema';
import { EVERYBODY } from '../shared/mapping/scope/ScopingFilter';
import { parseExpression } from '../shared/mapping/expression/parseExpression';
import { SchemaMapping } from '../shared/mapping/schema/SchemaMapping';
import type { Person } from '../shared/model/Person';

const PEOPLE = 10_000;
/** What customers write, over and over, to the number of attributes wanted. */
const EXPRESSIONS = [
  '[givenName]',
  'Switch([department], "Other", "Sales", "S", "Legal", "L", "Research", "R")',
  'Replace([mobile], , "[()\\\\s-]+", , "", , )',
  'ToLower(Append(NormalizeDiacritics(Join(".", [givenName], [surname])), "@contoso.com"))',
  'IIF(IsPresent([employeeHireDate]), FormatDateTime([employeeHireDate], , "yyyy-MM-dd", "yyyyMMdd"), "")',
  'Coalesce([mail], [userPrincipalName])',
];
const FACTS = { appRoles: [], isSoftDeleted: false, nowMs: 0 };

/** How many people a second a mapping evaluates: the built-in one, and one of 300 attribute mappings. */
export function benchMapping(): void {
  const people = Array.from({ length: PEOPLE }, (_, index) => person(index));
  console.log(`Mapping of ${PEOPLE} people`);
  report('built-in schema, with scope and account rules', people, imported(DEFAULT_SCHEMA), (mapping, one) => {
    if (mapping.map(one, FACTS).kind !== 'active') throw new Error('The built-in schema left a person out.');
  });
  report('300 attribute mappings, each value', people, large(300), (mapping, one) => {
    for (const attribute of mapping.attributes) mapping.valueOf(attribute, one, FACTS);
  });
  console.log('');
}

function report(
  name: string,
  people: readonly Person[],
  mapping: SchemaMapping,
  evaluate: (mapping: SchemaMapping, one: Person) => void,
): void {
  for (const one of people.slice(0, 200)) evaluate(mapping, one);
  const startedAt = performance.now();
  for (const one of people) evaluate(mapping, one);
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(`  ${name}: ${Math.round(people.length / seconds)} people/s (${seconds.toFixed(2)} s)`);
}

function imported(schema: unknown): SchemaMapping {
  const result = importSchema(schema);
  if (!result.ok) throw new Error(result.problems.map((problem) => problem.message).join(' '));
  return result.mapping;
}

/** GoTo has six attributes, so the many are laid over them: what is measured is the evaluation of each. */
function large(count: number): SchemaMapping {
  const texts = Array.from({ length: count }, (_, index) => EXPRESSIONS[index % EXPRESSIONS.length] ?? '');
  const attributes = texts.map((text, index) => ({
    target: 'timeZone' as const,
    targetName: `attribute${index}`,
    expression: parseExpression(text),
    defaultValue: null,
    flow: 'always' as const,
    matchingPriority: null,
    redacted: false,
    pointer: '',
  }));
  return new SchemaMapping(attributes, EVERYBODY, { create: true, update: true, delete: true });
}

const person = (index: number): Person => ({
  id: String(index),
  attributes: {
    userPrincipalName: `person.${index}@contoso.com`,
    mail: index % 20 === 0 ? null : `person.${index}@contoso.com`,
    givenName: 'Zoë',
    surname: `Müller-${index}`,
    department: ['Sales', 'Legal', 'Research', 'Support'][index % 4] ?? null,
    mobile: '+1 (999) 888-7777',
    employeeHireDate: index % 3 === 0 ? null : '2021-06-30',
    preferredLanguage: 'de-DE',
    accountEnabled: true,
  },
});
