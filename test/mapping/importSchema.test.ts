/** Exports of Entra, old and new, taken unchanged: entra-provisioning.md 2. */
import oldExport from '../fixtures/schemas/old-export.json';
import scimExport from '../fixtures/schemas/scim-export.json';
import { importSchema } from '../../shared/mapping/schema/importSchema';
import type { SchemaMapping } from '../../shared/mapping/schema/SchemaMapping';
import type { AttributeValue } from '../../shared/model/Person';

const imported = (json: unknown): SchemaMapping => {
  const result = importSchema(json);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.mapping;
};
const kinds = (json: unknown, kind: string) =>
  importSchema(json)
    .report.entries.filter((entry) => entry.kind === kind)
    .map(({ what }) => what);
const map = (mapping: SchemaMapping, attributes: Record<string, AttributeValue>, isSoftDeleted = false) =>
  mapping.map({ id: '1', attributes }, { appRoles: [], isSoftDeleted, nowMs: 0 });

const JOE = { userPrincipalName: 'joe@contoso.com', givenName: 'Joe', surname: 'Doe', department: 'Sales' };

interface Attribute {
  targetAttributeName: string;
  source?: unknown;
  [key: string]: unknown;
}
const direct = (targetAttributeName: string, name: string, more: object = {}): Attribute => ({
  targetAttributeName,
  source: { expression: `[${name}]`, name, type: 'Attribute', parameters: [] },
  ...more,
});
const computed = (targetAttributeName: string, expression: string, more: object = {}): Attribute => ({
  targetAttributeName,
  source: { expression, name: '', type: 'Function', parameters: [] },
  ...more,
});
const ACTIVE = computed('active', 'Switch([IsSoftDeleted], , "False", "True", "True", "False")');
const schema = (attributeMappings: readonly Attribute[], objectMapping: object = {}) => ({
  synchronizationRules: [
    {
      sourceDirectoryName: 'Azure Active Directory',
      objectMappings: [{ enabled: true, sourceObjectName: 'User', attributeMappings, ...objectMapping }],
    },
  ],
});
const named = (...own: Attribute[]) => [
  direct('userName', 'userPrincipalName', { matchingPriority: 1 }),
  direct('name.givenName', 'givenName'),
  direct('name.familyName', 'surname'),
  ...own,
];

describe('the export of a SCIM-like app', () => {
  test('the same person gets the same values', () => {
    expect(map(imported(scimExport), { ...JOE, preferredLanguage: 'de-DE' })).toEqual({
      kind: 'active',
      attributes: {
        email: 'joe@contoso.com',
        firstName: 'Joe',
        lastName: 'Doe',
        locale: 'de_DE',
        timeZone: 'Europe/Berlin',
      },
      flows: { locale: 'creation', timeZone: 'ifEmpty' },
      matching: [],
      redacted: [],
    });
  });

  test('a default value goes into new accounts only', () => {
    expect(map(imported(scimExport), { ...JOE, surname: null })).toMatchObject({
      attributes: { lastName: '.' },
      flows: { lastName: 'creation' },
    });
  });

  test('the report names what was taken, ignored and needs a decision', () => {
    expect(kinds(scimExport, 'taken')).toContain('[userPrincipalName] → userName');
    expect(kinds(scimExport, 'ignored')).toEqual([' → Role', 'Group → Group', ' → Role']);
    expect(kinds(scimExport, 'decision')).toEqual([
      'department REGEX MATCH "Sales"',
      '[mailNickname] → externalId',
      '[manager] → manager',
      'emails[type eq "work"].value',
    ]);
  });

  test('only mapped attributes are read, with what the engine itself needs', () => {
    expect([...imported(scimExport).sourceAttributes].sort()).toEqual([
      'IsSoftDeleted',
      'accountEnabled',
      'department',
      'displayName',
      'givenName',
      'mail',
      'preferredLanguage',
      'surname',
      'userPrincipalName',
    ]);
  });
});

describe('an old export', () => {
  test('a tree without text is rebuilt, and a text is trusted over its tree', () => {
    const mapped = map(imported(oldExport), { mailNickname: 'joe', givenName: 'Joe', surname: 'Doe-Roe_X' });
    expect(mapped).toMatchObject({ attributes: { email: 'joe@contoso.com', firstName: 'Joe', lastName: 'Doe Roe_X' } });
  });

  test('without a mapping of active nobody is disabled', () => {
    expect(map(imported(oldExport), JOE, true)).toEqual({ kind: 'leave', reason: 'DeprovisioningNotMapped' });
    expect(kinds(oldExport, 'decision')).toEqual(['active']);
  });
});

test.each([
  ['Always', {}],
  ['ObjectAddOnly', { firstName: 'creation' }],
  ['MultiValueAddOnly', {}],
  ['ValueAddOnly', {}],
  ['AttributeAddOnly', { firstName: 'ifEmpty' }],
  [1, { firstName: 'creation' }],
  ['objectaddonly', { firstName: 'creation' }],
])('flowType %s', (flowType, flows) => {
  const own = [
    direct('userName', 'userPrincipalName'),
    direct('name.givenName', 'givenName', { flowType }),
    direct('name.familyName', 'surname'),
  ];
  expect(map(imported(schema(own)), JOE)).toMatchObject({ flows });
});

describe('one person', () => {
  test.each([
    ['IsSoftDeleted disables', [ACTIVE], {}, true, { kind: 'inactive', reason: 'OutOfScope' }],
    [
      'active False disables',
      [computed('active', 'IIF([department]="Sales","False","True")')],
      {},
      false,
      { kind: 'inactive', reason: 'InactiveByMapping' },
    ],
    ['no matching value', [], { userPrincipalName: '' }, false, { kind: 'leave', reason: 'ImportSkipped' }],
    ['no e-mail address', [], { userPrincipalName: 'joe' }, false, { kind: 'leave', reason: 'InvalidValue' }],
    [
      'too long an address',
      [],
      { userPrincipalName: `${'a'.repeat(120)}@contoso.com` },
      false,
      { kind: 'leave', reason: 'InvalidValue' },
    ],
    [
      'IgnoreObjectFlow',
      [computed('locale', 'IIF([department]="Sales", IgnoreObjectFlow, "en")')],
      {},
      false,
      { kind: 'leave', reason: 'IgnoredByMapping' },
    ],
    [
      'a dropped attribute is not written',
      [computed('locale', 'IgnoreFlowIfNullOrEmpty([city])', { defaultValue: 'en_US' })],
      {},
      false,
      { kind: 'active', flows: { locale: 'creation' } },
    ],
    ['a redacted attribute', [computed('locale', 'Redact("en")')], {}, false, { kind: 'active', redacted: ['locale'] }],
    [
      'a guest has the address at home',
      [],
      { userPrincipalName: 'ann_partner.com#EXT#@contoso.onmicrosoft.com' },
      false,
      { attributes: { email: 'ann@partner.com' } },
    ],
    [
      'a second matching address',
      [direct('email', 'mail', { matchingPriority: 2 })],
      { mail: 'old@contoso.com' },
      false,
      { attributes: { email: 'joe@contoso.com' }, matching: ['old@contoso.com'] },
    ],
    ['app roles', [computed('locale', 'SingleAppRoleAssignment([appRoleAssignments])')], {}, false, { kind: 'active' }],
    [
      'a list for one value',
      [direct('timezone', 'proxyAddresses')],
      { proxyAddresses: ['a', 'b'] },
      false,
      { kind: 'leave', reason: 'ExpressionFailed' },
    ],
  ] as const)('%s', (_, own, attributes, isSoftDeleted, expected) => {
    expect(map(imported(schema(named(...own))), { ...JOE, ...attributes }, isSoftDeleted)).toMatchObject(expected);
  });

  test('an expression that fails says why, without the value', () => {
    const mapped = map(imported(schema(named(computed('locale', 'CDate([city])')))), { ...JOE, city: 'secret' });
    expect(mapped).toMatchObject({ kind: 'leave', reason: 'ExpressionFailed' });
    expect(JSON.stringify(mapped)).toMatch(/CDate, argument/);
    expect(JSON.stringify(mapped)).not.toContain('secret');
  });
});

test('flowTypes switch actions off', () => {
  expect(imported(schema(named(), { flowTypes: 'Add, Update' })).flow).toEqual({
    create: true,
    update: true,
    delete: false,
  });
  expect(imported(schema(named(), { flowTypes: 'Update' })).flow).toEqual({
    create: false,
    update: true,
    delete: false,
  });
  expect(imported(schema(named(), { flowTypes: 5 })).flow).toEqual({ create: true, update: false, delete: true });
});

test.each([
  ['no JSON object', 5, ''],
  ['no rules', {}, '/synchronizationRules'],
  [
    'only reverse rules',
    {
      synchronizationRules: [
        { sourceDirectoryName: 'X', targetDirectoryName: 'Azure Active Directory', objectMappings: [] },
      ],
    },
    '/synchronizationRules',
  ],
  [
    'no last name',
    schema([direct('userName', 'mail'), direct('firstName', 'givenName')]),
    '/synchronizationRules/0/objectMappings/0/attributeMappings',
  ],
  [
    'an expression that does not parse',
    schema(named(computed('locale', 'Foo('))),
    '/synchronizationRules/0/objectMappings/0/attributeMappings/3/source/expression',
  ],
  [
    'a pattern that cannot run',
    schema(named(computed('locale', 'Replace([city], , "(a)\\\\1", , "", , )'))),
    '/synchronizationRules/0/objectMappings/0/attributeMappings/3/source/expression',
  ],
  [
    'an attribute that Entra does not keep',
    schema(named(direct('locale', 'shoeSize'))),
    '/synchronizationRules/0/objectMappings/0/attributeMappings/3/source/expression',
  ],
  [
    'an attribute named like a property of every object',
    schema(named(direct('locale', 'constructor'))),
    '/synchronizationRules/0/objectMappings/0/attributeMappings/3/source/expression',
  ],
  [
    'SelectUniqueValue',
    schema(named(computed('locale', 'SelectUniqueValue("a","b")'))),
    '/synchronizationRules/0/objectMappings/0/attributeMappings/3/source/expression',
  ],
  [
    'an unknown flowType',
    schema(named(direct('locale', 'city', { flowType: 'Sometimes' }))),
    '/synchronizationRules/0/objectMappings/0/attributeMappings/3/flowType',
  ],
  [
    'an unknown filter operator',
    schema(named(), { scope: { groups: [{ clauses: [{ operatorName: 'LIKE', sourceOperandName: 'city' }] }] } }),
    '/synchronizationRules/0/objectMappings/0/scope/groups/0/clauses/0/operatorName',
  ],
  [
    'a filter on an unknown attribute',
    schema(named(), { scope: { groups: [{ clauses: [{ operatorName: 'IS NULL', sourceOperandName: 'shoeSize' }] }] } }),
    '/synchronizationRules/0/objectMappings/0/scope/groups/0/clauses/0/sourceOperandName',
  ],
])('%s is a problem with its pointer', (_, json, pointer) => {
  const result = importSchema(json);
  expect(result.ok ? [] : result.problems.map((problem) => problem.pointer)).toContain(pointer);
});

test('all problems are told at once', () => {
  const result = importSchema(schema(named(computed('locale', 'Foo()'), computed('timezone', 'Bar()'))));
  expect(result.ok ? 0 : result.problems.length).toBe(2);
});

test.each(['constructor', '__proto__', 'toString'])('a target named %s is reported like any other', (name) => {
  const { report } = importSchema(schema(named(direct(name, 'city'))));
  expect(report.entries.find(({ what }) => what.endsWith(`→ ${name}`))?.why).toMatch(/no such attribute/);
});

test('a wrong expression for an attribute that GoTo does not have stops nothing', () => {
  expect(importSchema(schema(named(computed('department', 'Foo()')))).ok).toBe(true);
});
