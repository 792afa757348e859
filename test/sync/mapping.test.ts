/** An imported mapping at work: the end state of the simulated GoTo after the mapping, or a person, changed. */
import { z } from 'zod';
import type { EntraUser } from '../../local/simulators/entra/EntraDirectory';
import { MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { Problem } from '../../shared/api/Problem';
import { getSchema, getSchemaVersion, listSchemaVersions, putSchema } from '../../shared/api/schema';
import { DEFAULT_SCHEMA } from '../../shared/mapping/schema/DEFAULT_SCHEMA';
import { startCycle } from '../../shared/sync/cycle/startCycle';
import { apiRequest } from '../support/apiRequest';
import { expectConverged } from '../support/expectConverged';
import { deleteMeant, putMeant } from '../support/meantMapping';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
afterEach(() => connector.stop());

const people = (): EntraUser[] =>
  [...connector.world.directory.entitledIds()].map((id) => connector.world.directory.user(id));
const licensed = (): string[] =>
  connector.world.goto
    .all()
    .filter((user) => user.licenseKeys.includes(MEETING_LICENSE) && user.adminRoles.length === 0)
    .map((user) => user.email.toLowerCase())
    .sort();
const addresses = (users: readonly EntraUser[]): string[] =>
  users.map((user) => (user.mail ?? user.userPrincipalName).toLowerCase()).sort();

const direct = (targetAttributeName: string, name: string, more: object = {}) => ({
  targetAttributeName,
  source: { expression: `[${name}]`, name, type: 'Attribute', parameters: [] },
  ...more,
});
/** The built-in schema with other parts. */
function schema(own: readonly object[] = [], scope: object | null = null): object {
  const [rule] = DEFAULT_SCHEMA.synchronizationRules;
  const [mapping] = rule.objectMappings;
  const attributeMappings = [
    ...mapping.attributeMappings.filter(
      (one) =>
        !own.some((other) => 'targetAttributeName' in other && other.targetAttributeName === one.targetAttributeName),
    ),
    ...own,
  ];
  return {
    ...DEFAULT_SCHEMA,
    synchronizationRules: [{ ...rule, objectMappings: [{ ...mapping, scope, attributeMappings }] }],
  };
}
const only = (set: string, operatorName: string, sourceOperandName: string, ...values: string[]) => ({
  [set]: [{ name: 'filter', clauses: [{ operatorName, sourceOperandName, targetOperand: { values } }] }],
});
const notSales = only('groups', 'NOT EQUALS', 'department', 'Sales');

const putAnswer = z.object({ version: z.string(), cycleId: z.string().nullable(), report: z.looseObject({}) });
async function put(body: object): Promise<z.output<typeof putAnswer>> {
  const answer = putAnswer.parse(await putMeant(connector.engine, body));
  await connector.settle();
  return answer;
}
const deleteAll = async (): Promise<void> => {
  await deleteMeant(connector.engine);
  await connector.settle();
};

test('a new filter starts a full cycle, and removes people only when a second cycle agrees', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  const before = licensed();
  const { cycleId } = await put(schema([], notSales));
  const cycle = await connector.view(cycleId ?? '');
  expect(cycle).toMatchObject({ mode: 'full', counts: { disabled: 0 } });
  expect(cycle.warnings.join()).toMatch(/mapping was changed/);
  expect(licensed()).toEqual(before);
  const outside = people().filter((user) => user.department === 'Sales');
  expect(outside.length).toBeGreaterThan(0);
  expect(cycle.skippedByReason).toMatchObject({ AbsenceUnconfirmed: outside.length });
  expect(cycle.warnings.join()).toContain(`${outside.length} people seem to have lost access`);

  connector.later();
  const next = await connector.cycle();
  expect(next.counts.disabled).toBe(outside.length);
  expect(licensed()).toEqual(addresses(people().filter((user) => user.department !== 'Sales')));
});

test('a mapping that is taken back in time removes nobody', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  await put(schema([], notSales));
  await deleteAll();
  connector.later();
  const cycle = await connector.cycle();
  expect(cycle.counts.disabled).toBe(0);
  expectConverged(connector);
});

test('a person who leaves the scope is disabled, and enabled again when back', async () => {
  connector = await TestConnector.start();
  await put(schema([], notSales));
  const [mover] = people().filter((user) => user.department !== 'Sales');
  const id = mover?.id ?? '';
  connector.world.directory.changeUser(id, { department: 'Sales' });
  connector.later();
  expect((await connector.cycle()).counts.disabled).toBe(1);
  expect(connector.statusOf(id)).toBe('SUSPENDED');
  connector.world.directory.changeUser(id, { department: 'Legal' });
  connector.later();
  expect((await connector.cycle()).counts.reenabled).toBe(1);
  expect(licensed()).toContain(addresses([connector.world.directory.user(id)])[0]);
});

test('a person who leaves an input filter stays as it is', async () => {
  connector = await TestConnector.start();
  await put(schema([], only('inputFilterGroups', 'NOT EQUALS', 'department', 'Sales')));
  const before = licensed();
  const [mover] = people().filter((user) => user.department !== 'Sales');
  connector.world.directory.changeUser(mover?.id ?? '', { department: 'Sales' });
  connector.later();
  const cycle = await connector.cycle();
  expect(cycle.skippedByReason).toMatchObject({ InputFiltered: 1 });
  expect(licensed()).toEqual(before);
});

test('newly mapped attributes are read for everybody, extension attributes too', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  await put(schema([direct('timezone', 'extensionAttribute1')]));
  for (const user of people()) {
    const wanted = user.onPremisesExtensionAttributes['extensionAttribute1'] ?? null;
    if (wanted !== null) expect(connector.accountOf(user.id)?.timeZone).toBe(wanted);
  }
  const selects = connector.stack.entra.requests.map((request) => decodeURIComponent(JSON.stringify(request)));
  expect(selects.some((text) => text.includes('onPremisesExtensionAttributes'))).toBe(true);
  expect(selects.some((text) => text.includes('jobTitle'))).toBe(false);
});

test('I10 no-op: an imported mapping makes no request more', async () => {
  connector = await TestConnector.start();
  await put(schema([direct('timezone', 'extensionAttribute1')], notSales));
  connector.later();
  await connector.cycle();
  connector.later();
  const mark = connector.mark();
  await connector.cycle();
  expect(mark.since()).toEqual({ graph: 3, goto: 0, gotoWrites: 0 });
});

test('a default value goes into new accounts, not into those that are there', async () => {
  connector = await TestConnector.start();
  await put(schema([direct('locale', 'country', { defaultValue: 'de_DE' })]));
  const [known] = people();
  expect(connector.accountOf(known?.id ?? '')?.locale).not.toBe('de_DE');
  const adder = people().find((user) => user.id !== known?.id);
  const joiner = connector.world.directory.addUser({
    ...(adder as EntraUser),
    id: '00000000-1111-2222-3333-444444444444',
    userPrincipalName: 'new.joiner@example.com',
    mail: 'new.joiner@example.com',
    country: null,
  });
  connector.world.directory.assign(joiner.id, 'User');
  connector.later();
  expect((await connector.cycle()).counts.created).toBe(1);
  expect(connector.accountOf(joiner.id)?.locale).toBe('de_DE');
});

test('the language goes into new accounts only: what people chose in GoTo stays', async () => {
  connector = await TestConnector.start({ world: { existingShare: 0 } });
  const [person] = people();
  const id = person?.id ?? '';
  connector.world.directory.changeUser(id, { preferredLanguage: 'de-DE' });
  await connector.cycle();
  expect(connector.accountOf(id)?.locale).toBe('de_DE');
  const account = connector.accountOf(id);
  if (account !== undefined) connector.world.goto.changeByHand(account.key, { locale: 'fr_FR' });
  connector.world.directory.changeUser(id, { preferredLanguage: 'en-US' });
  connector.later();
  await connector.cycle('full');
  expect(connector.accountOf(id)?.locale).toBe('fr_FR');
});

test('accounts are looked for by the second address when the first has none', async () => {
  connector = await TestConnector.start();
  const [person] = people();
  const old = connector.world.goto.addUser({ email: 'former.name@example.com', firstName: 'A', lastName: 'B' });
  connector.world.directory.changeUser(person?.id ?? '', {
    mail: 'new.name@example.com',
    onPremisesExtensionAttributes: { extensionAttribute1: 'former.name@example.com' },
  });
  await put(schema([direct('email', 'extensionAttribute1', { matchingPriority: 2 })]));
  expect(connector.world.goto.byEmail('new.name@example.com')?.key).toBe(old.key);
  expect(connector.world.goto.byEmail('former.name@example.com')).toBeUndefined();
});

test('with Create switched off people are matched but none is made', async () => {
  connector = await TestConnector.start();
  const before = connector.world.goto.all().length;
  const body = schema();
  const text = JSON.stringify(body).replace('Add, Update, Delete', 'Update, Delete');
  await put(JSON.parse(text) as object);
  expect(connector.world.goto.all()).toHaveLength(before);
  expect(licensed().length).toBe(before - 1);
});

test('a mapping that is put while a cycle runs waits for the next one', async () => {
  connector = await TestConnector.start();
  const running = await startCycle(connector.engine, { mode: 'incremental', trigger: 'timer' });
  const answer = putAnswer.parse((await putSchema(connector.engine, apiRequest(schema([], notSales)))).body);
  expect(answer.cycleId).toBeNull();
  await connector.settle();
  expectConverged(connector);
  connector.later();
  expect(await connector.cycle()).toMatchObject({ mode: 'full' });
  expect(running.started).toBe(true);
});

test('the same schema again changes nothing; every version can be read', async () => {
  connector = await TestConnector.start();
  expect((await getSchema(connector.engine, apiRequest())).body).toEqual(DEFAULT_SCHEMA);
  // Long enough for several columns, with characters of two units at every possible place of a cut.
  const custom = { kept: true, long: ['😀'.repeat(40_000), `x${'😀'.repeat(40_000)}`] };
  const first = await put({ ...schema([], notSales), custom });
  const again = await put({ ...schema([], notSales), custom });
  expect(again).toMatchObject({ version: first.version, cycleId: null });
  connector.later();
  const second = await put(schema());
  const list = (await listSchemaVersions(connector.engine, apiRequest())).body;
  expect(list).toMatchObject({
    value: [
      { id: second.version, isActive: true },
      { id: first.version, isActive: false },
      { id: 'default', isActive: false },
    ],
  });
  expect((await getSchemaVersion(connector.engine, apiRequest('', { id: first.version }))).body).toMatchObject({
    custom,
  });
  await deleteAll();
  expect((await getSchema(connector.engine, apiRequest())).body).toEqual(DEFAULT_SCHEMA);
  expect((await getSchemaVersion(connector.engine, apiRequest('', { id: second.version }))).status).toBe(200);
});

test('a schema that cannot be used is refused with every problem, and nothing changes', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  const bad = schema([
    { ...direct('locale', 'x'), source: { expression: 'Foo()', name: 'Foo', type: 'Function' } },
    { ...direct('timezone', 'x'), source: { expression: '"abc', name: 'x', type: 'Function' } },
  ]);
  const refused = await putSchema(connector.engine, apiRequest(bad)).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Problem);
  expect(refused).toMatchObject({ status: 400, code: 'InvalidSchema' });
  expect(
    z.object({ problems: z.array(z.object({ pointer: z.string() })) }).parse((refused as Problem).extra).problems,
  ).toHaveLength(2);
  await expect(putSchema(connector.engine, apiRequest('{'))).rejects.toMatchObject({
    status: 400,
    code: 'InvalidJson',
  });
  await expect(putSchema(connector.engine, apiRequest('x'.repeat(4_000_001)))).rejects.toMatchObject({ status: 413 });
  expect(await connector.engine.store.schemas.activeVersion()).toBe('default');
  await expect(getSchemaVersion(connector.engine, apiRequest('', { id: "x' or 1 eq 1" }))).rejects.toMatchObject({
    status: 404,
  });
});

describe('ambiguous matches fail with Entra’s codes', () => {
  const failures = async (cycleId: string): Promise<string[]> => {
    const entries = (await connector.rows(cycleId)).flatMap((row) => row.result?.entries ?? []);
    return entries.flatMap((entry) => entry.errorCode ?? []);
  };

  test('DuplicateTargetEntries: two GoTo accounts have the address, neither is written to', async () => {
    connector = await TestConnector.start({ world: { existingShare: 0 } });
    const { goto } = connector.world;
    const [address = ''] = addresses(people());
    const twins = [1, 2].map((number) => goto.addUser({ email: address, firstName: 'Twin', lastName: String(number) }));
    const cycle = await connector.cycle();
    expect(await failures(cycle.id)).toEqual(['DuplicateTargetEntries']);
    expect(goto.writes.filter((write) => twins.some((twin) => twin.key === write.userKey))).toEqual([]);
    expect(goto.all().filter((user) => user.email.toLowerCase() === address)).toHaveLength(2);
  });

  test('DuplicateSourceEntries: two people map to one address, one account stays with one of them', async () => {
    connector = await TestConnector.start();
    const [first, second] = people();
    connector.world.directory.changeUser(second?.id ?? '', { mail: first?.mail ?? first?.userPrincipalName ?? null });
    const cycle = await connector.cycle();
    expect(await failures(cycle.id)).toEqual(['DuplicateSourceEntries']);
    const [address] = addresses([connector.world.directory.user(first?.id ?? '')]);
    expect(connector.world.goto.all().filter((user) => user.email.toLowerCase() === address)).toHaveLength(1);
  });
});

test.each([
  ['switched off', { enabled: false }, /is switched off/],
  ['for devices', { devicesOnly: true }, /is for devices only/],
  ['managed elsewhere', { externallyManaged: true }, /is managed outside GoTo/],
])('a licence that is %s is refused before any write', async (_, change, message) => {
  connector = await TestConnector.start();
  const { licenses } = connector.world.goto;
  const index = licenses.findIndex((license) => license.key === MEETING_LICENSE);
  const license = licenses[index];
  if (license !== undefined) licenses[index] = { ...license, ...change };
  const cycle = await connector.cycle();
  expect(cycle).toMatchObject({ state: 'failed', error: expect.stringMatching(message) as string });
  expect(connector.world.goto.writes).toHaveLength(0);
});

/** I01, I04: everybody ends as the new mapping says, wherever the process dies once. */
