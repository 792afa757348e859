/** What holds when Graph lags, contradicts itself, forgets, or refuses. Every fault must have fired. */
import { MessageSender } from '../../shared/queue/MessageSender';
import { defaultMapping } from '../../shared/mapping/defaultMapping';
import { join, oneEntitled, TINY } from '../support/company';
import { expectConverged } from '../support/expectConverged';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
  // A fault that never happened has shown nothing.
  expect([...connector.world.goto.unfiredFaults, ...connector.stack.entra.unfiredFaults]).toEqual([]);
});

test('an expired delta link falls back to a full read by itself', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.cycle();
  connector.later(8 * 86_400_000);
  join(connector, 906);
  const cycle = await connector.cycle();
  expect(cycle).toMatchObject({ mode: 'full', state: 'succeeded' });
  expectConverged(connector);
});

test('links of another GRAPH_ENDPOINT do the same', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  const { entra } = connector.stack;
  entra.hostName = 'localhost';
  await connector.restart({ GRAPH_ENDPOINT: entra.origin });
  join(connector, 907);
  connector.later();
  expect(await connector.cycle()).toMatchObject({ mode: 'full', state: 'succeeded' });
  expectConverged(connector);
});

test('what a later release reads by the same mapping is read of everybody, and followed from then on', async () => {
  connector = await TestConnector.start({ world: TINY });
  const { sourceAttributes } = defaultMapping;
  const fewer = sourceAttributes.filter((name) => name !== 'mail');
  const older = jest.replaceProperty(defaultMapping, 'sourceAttributes', fewer);
  await connector.begin();
  const [user, other] = [oneEntitled(connector), oneEntitled(connector, 1)];
  older.restore();
  connector.later();
  await connector.cycle();
  connector.later();
  await connector.cycle();
  const mailOf = async (id: string) => (await connector.engine.store.people.facts(id))?.attributes?.['mail'];
  expect(await mailOf(other.id)).toBe(other.mail);
  connector.world.directory.changeUser(user.id, { mail: 'another@example.com' });
  connector.later();
  await connector.cycle();
  expect(await mailOf(user.id)).toBe('another@example.com');
  expect(connector.accountOf(user.id)?.email).toBe('another@example.com');
});

test('a 410 does the same', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.cycle();
  connector.stack.entra.addFault({
    match: 'users/delta',
    kind: 'status',
    status: 410,
    body: '{"error":{"code":"SyncStateNotFound"}}',
  });
  connector.later();
  expect(await connector.cycle()).toMatchObject({ mode: 'full', state: 'succeeded' });
});

test('empty pages, replays, split groups and small pages change nothing', async () => {
  connector = await TestConnector.start({ world: { ...TINY, people: 20, membersPerGroup: 10 } });
  Object.assign(connector.stack.entra.behaviour, { emptyFirstPage: true, replay: true, deltaPageSize: 2 });
  await connector.cycle();
  expectConverged(connector);
  for (const number of [910, 911, 912, 913, 914]) join(connector, number);
  connector.later();
  await connector.cycle();
  expectConverged(connector);
});

test('a lagging replica delays a change and loses none', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.cycle();
  connector.stack.entra.behaviour.lagMs = 120_000;
  connector.later();
  join(connector, 915);
  await connector.cycle();
  connector.later();
  await connector.cycle();
  expectConverged(connector);
});

test('a link to another host is not followed', async () => {
  connector = await TestConnector.start({ world: TINY });
  const body = '{"value":[],"@odata.nextLink":"http://127.0.0.1:9/steal"}';
  connector.stack.entra.addFault({ match: 'appRoleAssignedTo', kind: 'status', status: 200, body });
  const cycle = await connector.cycle();
  expect(cycle.state).toBe('failed');
  expect(cycle.error).toMatch(/another host/);
});

test('failing requests are tried again; a read that stays broken changes nothing', async () => {
  connector = await TestConnector.start({ world: TINY });
  connector.stack.entra.addFault({ match: 'members', kind: 'drop', times: 2 });
  connector.stack.entra.addFault({
    match: 'appRoleAssignedTo',
    kind: 'status',
    status: 429,
    headers: { 'retry-after': '2' },
  });
  connector.stack.entra.addFault({ match: 'groups/delta', kind: 'html', status: 200 });
  expect(await connector.cycle()).toMatchObject({ state: 'succeeded' });
  connector.stack.entra.addFault({ match: 'users/delta', kind: 'status', status: 503, times: 999 });
  connector.later();
  expect(await connector.cycle()).toMatchObject({ state: 'failed' });
  expectConverged(connector);
});

test('missing permission is told apart from a company of nameless people', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.cycle();
  connector.stack.entra.behaviour.limitedInformation = true;
  const cycle = await connector.cycle('full');
  expect(cycle).toMatchObject({ state: 'failed', error: expect.stringContaining('User.Read.All') as unknown });
  expectConverged(connector);
});

test('a list that never ends is given up, and nothing is removed', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.cycle();
  connector.stack.entra.behaviour.endlessNextLink = true;
  connector.later();
  expect(await connector.cycle()).toMatchObject({ state: 'failed' });
  expectConverged(connector);
});

test('a tenant with a small budget of resource units only takes longer', async () => {
  connector = await TestConnector.start({ world: { ...TINY, groups: 6 } });
  Object.assign(connector.stack.entra.behaviour, { resourceUnits: 8, dropsRowsOfSmallPages: true });
  expect(await connector.cycle()).toMatchObject({ state: 'succeeded' });
  expect(connector.stack.entra.requests.filter((request) => request.status === 429).length).toBeGreaterThan(0);
  expectConverged(connector);
});

test('a switched-off enterprise app stops the cycle instead of the company', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.cycle();
  connector.world.directory.app.accountEnabled = false;
  const cycle = await connector.cycle('full');
  expect(cycle.state).toBe('failed');
  expectConverged(connector);
});

test('a wait of half an hour that Graph demands is kept, told, and multiplies no message', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  const joiner = join(connector, 912);
  connector.later();
  connector.stack.entra.addFault({
    match: 'users/delta',
    kind: 'status',
    status: 429,
    headers: { 'retry-after': '1800' },
  });
  const sent = jest.spyOn(MessageSender.prototype, 'send');
  const startedAt = connector.clock.now();
  const started = await connector.start();
  const id = started.started ? started.cycle.id : '';
  await connector.settle(startedAt + 60_000);
  expect(connector.stack.entra.unfiredFaults).toEqual([]);
  const stored = await connector.engine.store.plans.cycle(id);
  expect(stored?.cycle.dueAt).toBeGreaterThan(startedAt + 1_700_000);
  const mark = connector.mark();
  // The timer comes by and finds nobody missing.
  for (let slot = 1; slot < 6; slot += 1) {
    connector.clock.advance(startedAt + slot * 300_000 - connector.clock.now());
    expect(await connector.start()).toEqual({ started: false, activeCycleId: id });
    await connector.settle(startedAt + slot * 300_000 + 60_000);
  }
  expect(mark.since().graph).toBe(0);
  expect(sent.mock.calls.flatMap(([outgoing]) => outgoing)).toHaveLength(2);
  await connector.settle();
  expect(await connector.view(id)).toMatchObject({ state: 'succeeded', counts: { created: 1 } });
  expect(connector.statusOf(joiner.id)).toBe('INVITED');
});
