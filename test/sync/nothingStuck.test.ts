/** One person, one answer or one demand that cannot be met never holds up the job, and what is over is forgotten (I10, I13). */
import { TableServiceClient } from '@azure/data-tables';
import { putSchema } from '../../shared/api/schema';
import { DEFAULT_SCHEMA } from '../../shared/mapping/schema/DEFAULT_SCHEMA';
import { PeopleTable } from '../../shared/store/PeopleTable';
import { PlansTable } from '../../shared/store/PlansTable';
import { Executions } from '../../shared/store/state/Executions';
import { ListedAccounts } from '../../shared/store/state/ListedAccounts';
import { Turn } from '../../shared/store/state/Turn';
import { apiRequest } from '../support/apiRequest';
import { expectConverged } from '../support/expectConverged';
import { around, cycles, entitled, heal, newcomer, someone, TINY, unassign } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
beforeEach(async () => {
  connector = await TestConnector.start({ world: TINY });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

const FOR_EVER = 1_000_000;
const HOUR_MS = 3_600_000;

/** The built-in mapping for whoever has a proxy address. */
function scopedByProxyAddress(): object {
  const [rule] = DEFAULT_SCHEMA.synchronizationRules;
  const [mapping] = rule.objectMappings;
  const clauses = [{ operatorName: 'IS NOT NULL', sourceOperandName: 'proxyAddresses', targetOperand: { values: [] } }];
  const scope = { groups: [{ name: 'filter', clauses }] };
  return { ...DEFAULT_SCHEMA, synchronizationRules: [{ ...rule, objectMappings: [{ ...mapping, scope }] }] };
}

test('a person of 700 proxy addresses, read by the mapping, is provisioned like everybody', async () => {
  const proxyAddresses = Array.from({ length: 700 }, (_, index) => `smtp:${'alias'.repeat(15)}.${index}@example.com`);
  const person = newcomer(connector, 900, { proxyAddresses });
  await putSchema(connector.engine, apiRequest(scopedByProxyAddress()));
  await connector.settle();
  const cycle = await cycles(connector, 1);
  expect(cycle.state).toBe('succeeded');
  expectConverged(connector);
  connector.world.directory.changeUser(person.id, { surname: 'Married', proxyAddresses: proxyAddresses.slice(1) });
  expect((await cycles(connector, 1)).counts.updated).toBe(1);
  expect(connector.accountOf(person.id)?.lastName).toBe('Married');
});

test('a vault that refuses on day one fails the cycle with the role to give, and the next one serves everybody', async () => {
  const { keyVault } = connector.stack.azure;
  keyVault.store('goto-client-secret', connector.world.goto.clientSecret);
  keyVault.store('goto-refresh-token', connector.world.goto.refreshToken);
  keyVault.refusal = 403;
  await connector.restart({ GOTO_CLIENT_SECRET: '', GOTO_PERSONAL_ACCESS_TOKEN: '' });
  const refused = await connector.cycle();
  expect(refused.state).toBe('failed');
  expect(refused.error).toMatch(/Key Vault Secrets Officer/);
  keyVault.refusal = undefined;
  expect((await cycles(connector, 1)).state).toBe('succeeded');
  expectConverged(connector);
});

test('delta links that Graph forgets for ever end the cycle after a few requests; then everything is read again', async () => {
  await connector.begin();
  newcomer(connector, 901);
  connector.stack.entra.addFault({ match: '/delta', kind: 'status', status: 410, times: FOR_EVER });
  const mark = connector.mark();
  const failed = await cycles(connector, 1);
  expect(failed.state).toBe('failed');
  expect(failed.error).toMatch(/forgetting its delta links/);
  expect(mark.since().graph).toBeLessThan(10);
  expect(mark.since().gotoWrites).toBe(0);
  heal(connector.stack.entra);
  expect((await cycles(connector, 1)).state).toBe('succeeded');
  expectConverged(connector);
});

test('removed from the group, and blocked while that slice is done again: the cycle ends, and access is taken once', async () => {
  await connector.begin();
  const [leaver, renamed] = entitled(connector);
  unassign(connector, leaver?.id ?? '');
  connector.world.directory.changeUser(renamed?.id ?? '', { surname: 'Married' });
  connector.later();
  let died = 0;
  around(PlansTable.prototype, 'record', {
    // Who waits for a second read is recorded; who is to be changed is not.
    before: (call) => {
      if (call !== 2) return;
      died += 1;
      connector.world.directory.changeUser(leaver?.id ?? '', { accountEnabled: false });
      throw new Error('the process died');
    },
  });
  const cycle = await connector.cycle();
  expect(died).toBe(1);
  expect(cycle).toMatchObject({ state: 'succeeded', counts: { updated: 1 }, progress: { expected: 1, done: 1 } });
  await cycles(connector, 2);
  expect(connector.statusOf(leaver?.id ?? '')).toBe('SUSPENDED');
  const key = connector.accountOf(leaver?.id ?? '')?.key;
  expect(connector.world.goto.writes.filter((write) => write.method === 'PUT' && write.userKey === key)).toHaveLength(
    1,
  );
});

test.each([
  { where: 'before the list is forgotten', prototype: ListedAccounts.prototype, name: 'forget' },
  { where: 'before the status tells it', prototype: Executions.prototype, name: 'put' },
  { where: 'before the turn is free', prototype: Turn.prototype, name: 'free' },
])('a process that dies while it ends a full cycle, $where: its successor ends it', async ({ prototype, name }) => {
  await connector.begin();
  connector.later();
  let died = 0;
  around(prototype, name, {
    before: (call) => {
      if (call !== 1) return;
      died += 1;
      throw new Error('the process died');
    },
  });
  const cycle = await connector.cycle('full');
  expect(died).toBe(1);
  expect(cycle).toMatchObject({ mode: 'full', state: 'succeeded' });
  const { store } = connector.engine;
  expect(Executions.lastOf(await store.job.read())).toMatchObject({ cycleId: cycle.id, state: 'Succeeded' });
  for await (const account of store.listed.read(cycle.id)) throw new RangeError(`${account.key} is still listed`);
  expect(await store.turn.current()).toBeUndefined();
  expect(await cycles(connector, 1)).toMatchObject({ mode: 'incremental', state: 'succeeded' });
});

test('who failed and is no longer wanted is forgotten, and the job is quiet again', async () => {
  await connector.begin();
  const person = newcomer(connector, 902);
  connector.world.goto.addFault({ match: 'POST .*/users', kind: 'status', status: 400, times: FOR_EVER });
  expect((await cycles(connector, 1)).counts.failed).toBe(1);
  heal(connector.world.goto);
  unassign(connector, person.id);
  connector.later(HOUR_MS);
  await cycles(connector, 3);
  expect(await connector.engine.store.dirty.get(person.id)).toBeUndefined();
  const mark = connector.mark();
  await cycles(connector, 1);
  expect(mark.since()).toEqual({ graph: 3, goto: 0, gotoWrites: 0 });
});

test.each(['blocked', 'unassigned'] as const)(
  'a leaver (%s) whose account was deleted by hand ends quietly, without a failure',
  async (how) => {
    await connector.begin();
    const leaver = someone(connector);
    connector.world.goto.removeByHand(connector.accountOf(leaver.id)?.key ?? '');
    if (how === 'blocked') connector.world.directory.changeUser(leaver.id, { accountEnabled: false });
    else unassign(connector, leaver.id);
    for (let index = 0; index < 4; index += 1) expect((await cycles(connector, 1)).counts.failed).toBe(0);
    expect((await connector.engine.store.people.get(leaver.id)).person.link).toBeNull();
    const mark = connector.mark();
    await cycles(connector, 1);
    expect(mark.since()).toEqual({ graph: 3, goto: 0, gotoWrites: 0 });
    expect((await connector.cycle('full')).counts.failed).toBe(0);
    expectConverged(connector);
  },
);

test('tables that somebody deleted under a running process are made anew: everybody is adopted again, nobody twice', async () => {
  await connector.begin();
  const account = TableServiceClient.fromConnectionString(connector.stack.storage, { allowInsecureConnection: true });
  for await (const { name = '' } of account.listTables()) await account.deleteTable(name);
  const writes = connector.world.goto.writes.length;
  expect(await cycles(connector, 1)).toMatchObject({ mode: 'initial', state: 'succeeded', counts: { created: 0 } });
  expect(connector.world.goto.writes).toHaveLength(writes);
  newcomer(connector, 901);
  expect(await cycles(connector, 1)).toMatchObject({ state: 'succeeded', counts: { created: 1 } });
  expectConverged(connector);
});

test('a history that takes long to forget goes in parts, night by night, and holds up no cycle', async () => {
  await connector.restart({ LOG_RETENTION_DAYS: '7' });
  await connector.begin();
  for (const number of [902, 903, 904]) {
    newcomer(connector, number);
    await cycles(connector, 1);
  }
  const { store } = connector.engine;
  const listed = async () => (await store.cycles.page(1_000)).cycles.map(({ cycle }) => cycle.id);
  const old = await listed();
  connector.later(8 * 24 * HOUR_MS);
  const forget = Reflect.get(PeopleTable.prototype, 'forgetLog');
  const spy = jest.spyOn(PeopleTable.prototype, 'forgetLog').mockImplementation(async function (
    this: PeopleTable,
    ...who
  ) {
    connector.clock.advance(40_000);
    await Reflect.apply(forget, this, who);
  });
  const left: number[] = [];
  for (let night = 0; night < 5; night += 1) {
    spy.mockClear();
    expect(await connector.cycle('full')).toMatchObject({ state: 'succeeded' });
    const known = new Set(await listed());
    left.push(old.filter((id) => known.has(id)).length);
    connector.later(24 * HOUR_MS);
  }
  expect(left[0]).toBeGreaterThan(0);
  expect(left.at(-1)).toBe(0);
  for (const id of old) expect(await connector.rows(id)).toEqual([]);
});
