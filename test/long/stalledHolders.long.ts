/** What a reviewer found: answers of the tables that are lost, stalled holders, and slices that other marks come between. */
import { EntraSource } from '../../shared/entra/EntraSource';
import { ConnectorError } from '../../shared/model/ConnectorError';
import { DEFAULT_TIMING } from '../../shared/sync/Engine';
import { giveBirth } from '../../shared/sync/cycle/giveBirth';
import { ImageTable } from '../../shared/store/ImageTable';
import { PeopleTable } from '../../shared/store/PeopleTable';
import { PlansTable } from '../../shared/store/PlansTable';
import { newUser } from '../../local/simulators/world/buildWorld';
import { join, TINY } from '../support/company';
import { expectConverged } from '../support/expectConverged';
import { expectLogged } from '../support/expectLogged';
import { onSend } from '../support/onSend';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

const noTables = (): ConnectorError =>
  new ConnectorError('Table Storage does not answer.', {
    code: 'StorageUnreachable',
    sent: true,
    repeatable: true,
    scope: 'job',
  });

test('I14: tables that do not answer once do not give up a cycle that has been at work for more than an hour', async () => {
  connector = await TestConnector.start({ world: TINY });
  const silence = onSend(() => Promise.resolve());
  const started = await connector.start();
  silence.mockRestore();
  const id = started.started ? started.cycle.id : '';
  connector.later(61 * 60_000);
  jest.spyOn(PlansTable.prototype, 'cycle').mockRejectedValueOnce(noTables());
  await expect(connector.start()).rejects.toMatchObject({ code: 'StorageUnreachable' });
  expect(await connector.start()).toEqual({ started: false, activeCycleId: id });
  await connector.settle();
  expect(await connector.view(id)).toMatchObject({ state: 'succeeded' });
  expectConverged(connector);
});

test('I01: a lost creation whose address became another person’s account does not keep its person from another address', async () => {
  connector = await TestConnector.start({ world: TINY, timing: { gotoLagMs: 5_000, requestMs: 5_000 } });
  await connector.begin();
  const first = join(connector, 971);
  const address = first.mail ?? first.userPrincipalName;
  connector.world.goto.addFault({ match: '^POST .*/users', kind: 'drop', times: 999 });
  connector.later();
  expect((await connector.cycle()).counts).toMatchObject({ parked: 1 });
  connector.world.goto.clearFaults();
  // While the first one waits, another object in Entra has the same address, and gets the account.
  const { directory, random } = connector.world;
  const second = directory.addUser({ ...newUser(random, 972), mail: address });
  directory.addMember([...directory.groups.keys()][0] ?? '', second.id);
  connector.later(1_000);
  expect((await connector.cycle()).counts).toMatchObject({ created: 1 });
  connector.later(10 * 60_000);
  expect((await connector.cycle()).counts).toMatchObject({ failed: 1 });
  const other = 'somebody.else@example.com';
  directory.changeUser(first.id, { mail: other, userPrincipalName: other });
  connector.later(24 * 3_600_000);
  await connector.cycle();
  connector.later(24 * 3_600_000);
  await connector.cycle();
  expect(connector.statusOf(first.id)).toBe('INVITED');
  expectConverged(connector);
});

test('I04: a page of one group is not read into another one whose mark becomes due between two slices', async () => {
  connector = await TestConnector.start({
    world: { people: 1_300, groups: 2, membersPerGroup: 5, existingShare: 1 },
    timing: { pagesPerSlice: 1 },
  });
  await connector.begin();
  connector.later();
  await connector.cycle();
  const { directory } = connector.world;
  const small = [...directory.groups.keys()].sort()[0] ?? '';
  const large = directory.addGroup('Everybody', 'ffffffff-0000-4000-8000-000000000001');
  directory.addMembers(large.id, [...directory.users.keys()].slice(0, 1_200));
  connector.later();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own receiver
  const list = EntraSource.prototype.listMembersPage;
  let isMarked = false;
  jest.spyOn(EntraSource.prototype, 'listMembersPage').mockImplementation(async function (this: EntraSource, from) {
    const page = await list.call(this, from);
    if (!isMarked && typeof from === 'object' && from.groupId === large.id) {
      isMarked = true;
      await connector.engine.store.dirty.markGroups([small], connector.clock.now(), 'test');
    }
    return page;
  });
  directory.assign(large.id, 'Group');
  await connector.cycle();
  expect(isMarked).toBe(true);
  const members = await connector.engine.store.image.members(small);
  expect([...(members?.users ?? [])].sort()).toEqual(
    [...(directory.groups.get(small)?.latest.members.keys() ?? [])].sort(),
  );
  expect(await connector.engine.store.image.members(large.id)).toHaveProperty('users.size', 1_200);
});

test('I02: what is left in the image of a group that was unassigned is not believed when it is assigned again', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  const { directory, random } = connector.world;
  const group = directory.addGroup('On and off');
  const [leaver, joiner] = [981, 982].map((number) => directory.addUser(newUser(random, number)));
  directory.addMember(group.id, leaver?.id ?? '');
  directory.assign(group.id, 'Group');
  connector.later();
  await connector.cycle();
  connector.later();
  await connector.cycle();
  directory.unassign(group.id);
  connector.later();
  jest.spyOn(ImageTable.prototype, 'forget').mockRejectedValueOnce(noTables());
  for (let times = 0; times < 3; times += 1) {
    await connector.cycle();
    connector.later();
  }
  directory.removeMember(group.id, leaver?.id ?? '');
  directory.addMember(group.id, joiner?.id ?? '');
  connector.later();
  await connector.cycle();
  connector.later();
  directory.assign(group.id, 'Group');
  connector.later();
  await connector.cycle();
  expect(connector.statusOf(joiner?.id ?? '')).toBe('INVITED');
  expectConverged(connector);
});

test('I10: chunks of a plan that took long are not sent again before any lane could have worked', async () => {
  connector = await TestConnector.start({
    world: { people: 60, groups: 2, membersPerGroup: 30, existingShare: 0 },
    settings: { GOTO_REQUESTS_PER_SECOND: '1', USER_CHANGE_LANES: '1' },
  });
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own receiver
  const record = PlansTable.prototype.record;
  jest.spyOn(PlansTable.prototype, 'record').mockImplementation(async function (this: PlansTable, ...all) {
    const etag = await record.apply(this, all);
    connector.later(10 * 60_000);
    return etag;
  });
  expect(await connector.cycle()).toMatchObject({ state: 'succeeded', counts: { created: 60 } });
  expect(connector.events.filter(({ line }) => line.includes('cycle.messagesResent'))).toEqual([]);
});

describe('the tables’ answer is lost, the client asks again, and hears that the row was changed', () => {
  test.each(['record', 'put'] as const)('I14: at the head (%s): the cycle goes on at once', async (method) => {
    connector = await TestConnector.start({ world: { ...TINY, existingShare: 0 } });
    let isLost = false;
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own receiver
    const original = PlansTable.prototype[method] as (...all: unknown[]) => Promise<string | undefined>;
    jest.spyOn(PlansTable.prototype, method).mockImplementation(async function (this: PlansTable, ...all: unknown[]) {
      const etag = await original.apply(this, all);
      if (isLost) return etag;
      isLost = true;
      return undefined;
    });
    const startedAt = connector.clock.now();
    const cycle = await connector.cycle();
    expect(isLost).toBe(true);
    expect(cycle).toMatchObject({ state: 'succeeded' });
    expect(connector.clock.now() - startedAt).toBeLessThan(DEFAULT_TIMING.overdueMs);
    expectConverged(connector);
    await expectLogged(connector);
  });
});

test('I14: a starter that stalls until its cycle has ended does not call it into life again', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  connector.later();
  const started = await connector.start();
  await connector.settle();
  if (!started.started) throw new Error('not started');
  connector.later(20 * 60_000);
  const requests = connector.mark();
  await giveBirth(connector.engine, started.cycle);
  await connector.settle();
  expect(requests.since()).toMatchObject({ graph: 0, goto: 0 });
  expect(await connector.engine.store.plans.cycle(started.cycle.id)).toBeUndefined();
  expect(await connector.engine.store.cycles.get(started.cycle.id)).toMatchObject({ cycle: { state: 'succeeded' } });
  expect(await connector.engine.store.cycles.get(started.cycle.id)).not.toMatchObject({ final: null });
});

test('I12: tables that do not answer for a moment make no row unreadable in the log', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  join(connector, 985);
  connector.later();
  const spy = jest.spyOn(PeopleTable.prototype, 'get');
  for (let times = 0; times < 6; times += 1) spy.mockRejectedValueOnce(noTables());
  await connector.cycle();
  expect(spy).toHaveBeenCalled();
  expect(connector.events.filter(({ line }) => line.includes('UnreadableRow'))).toEqual([]);
});

test('history that nobody can read any more goes in its time, too', async () => {
  connector = await TestConnector.start({ world: TINY });
  const first = await connector.cycle();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own receiver
  const rows = PlansTable.prototype.rows;
  jest.spyOn(PlansTable.prototype, 'rows').mockImplementation(async function* (this: PlansTable, id) {
    if (id === first.id) throw new TypeError('a row of another release');
    yield* rows.call(this, id);
  });
  connector.later(401 * 86_400_000);
  await connector.cycle('full');
  expect(await connector.engine.store.cycles.get(first.id)).toBeUndefined();
});
