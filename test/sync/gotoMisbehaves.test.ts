/** What holds when GoTo is slow, wrong, silent, or in the way. Every fault must have fired. */
import { join, oneEntitled, TINY } from '../support/company';
import { expectConverged } from '../support/expectConverged';
import { expectLogged } from '../support/expectLogged';
import { TestConnector } from '../support/TestConnector';

/** Doubts that end soon: what is looked for every few seconds would be looked for hundreds of times. */
const HASTY = { gotoLagMs: 5_000, requestMs: 5_000 };

let connector: TestConnector;
afterEach(async () => {
  await connector.stop();
  // A fault that never happened has shown nothing.
  expect([...connector.world.goto.unfiredFaults, ...connector.stack.entra.unfiredFaults]).toEqual([]);
});

test('I03: a create whose answer is lost after the commit makes no duplicate', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.cycle();
  connector.world.goto.behaviour.readLagMs = 3_000;
  connector.world.goto.addFault({ match: '^POST .*/users', kind: 'commitThenDrop' });
  const joiner = join(connector, 902);
  connector.later();
  const cycle = await connector.cycle();
  expect(cycle.counts.created).toBe(1);
  expect(
    connector.world.goto.writes.filter((write) => write.userKey === connector.accountOf(joiner.id)?.key),
  ).toHaveLength(1);
  expectConverged(connector);
});

test('I03: a 500 after the commit makes no duplicate either', async () => {
  connector = await TestConnector.start({ world: TINY });
  connector.world.goto.addFault({ match: '^POST .*/users', kind: 'commitThenStatus', status: 500, times: 2 });
  await connector.cycle();
  expectConverged(connector);
});

test('a create that never got through is made in the same cycle, as soon as it is certain that it cannot land', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.cycle();
  connector.world.goto.addFault({ match: '^POST .*/users', kind: 'drop' });
  join(connector, 903);
  connector.later();
  expect(await connector.cycle()).toMatchObject({ state: 'succeeded', counts: { created: 1 } });
  expectConverged(connector);
  await expectLogged(connector);
});

test('I13, I16: a write that GoTo never answers is given up after a bounded number of tries; others are done, and it is made later', async () => {
  connector = await TestConnector.start({ world: TINY, timing: HASTY });
  await connector.begin();
  const [silent, other] = [join(connector, 911), join(connector, 912)];
  connector.world.directory.changeUser(oneEntitled(connector).id, { surname: 'Other' });
  connector.world.goto.addFault({ match: '^POST .*/users', kind: 'drop', times: 999 });
  connector.later();
  const startedAt = connector.clock.now();
  const cycle = await connector.cycle();
  expect(connector.clock.now() - startedAt).toBeLessThan(15 * 60_000);
  expect(cycle).toMatchObject({ state: 'succeededWithErrors', counts: { parked: 2, updated: 1, created: 0 } });
  expect(await connector.entry(cycle.id, silent.id)).toMatchObject({ status: 'parked' });
  expect(connector.world.goto.unfiredFaults).toEqual([]);
  connector.world.goto.clearFaults();
  connector.later(10 * 60_000);
  expect((await connector.cycle()).counts).toMatchObject({ created: 2 });
  expect(connector.statusOf(other.id)).toBe('INVITED');
  expectConverged(connector);
  await expectLogged(connector);
});

test('I16: a person for whom GoTo never answers waits alone; others are done in the same cycle', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  const [silent, other] = [join(connector, 913), join(connector, 914)];
  const { silentFor } = connector.world.goto.behaviour;
  silentFor.add((silent.mail ?? silent.userPrincipalName).toLowerCase());
  connector.later();
  const startedAt = connector.clock.now();
  const cycle = await connector.cycle();
  expect(connector.clock.now() - startedAt).toBeLessThan(15 * 60_000);
  expect(cycle).toMatchObject({ state: 'succeededWithErrors', counts: { created: 1, parked: 1, held: 0 } });
  expect(connector.statusOf(other.id)).toBe('INVITED');
  silentFor.clear();
  connector.later(10 * 60_000);
  await connector.cycle();
  expectConverged(connector);
  await expectLogged(connector);
});

test.each([1_000, 10_000, 25_000])(
  'I03, I12: writes whose connection breaks at once and which land %d ms later are made once, and told once',
  async (commitDelayMs) => {
    connector = await TestConnector.start({ world: TINY });
    await connector.begin();
    for (const number of [915, 916]) join(connector, number);
    connector.world.directory.changeUser(oneEntitled(connector).id, { surname: 'Late' });
    connector.world.goto.behaviour.commitDelayMs = commitDelayMs;
    connector.later();
    const writes = connector.world.goto.writes.length;
    expect(await connector.cycle()).toMatchObject({ state: 'succeeded', counts: { created: 2, updated: 1 } });
    expect(connector.world.goto.writes.length - writes).toBe(3);
    expectConverged(connector);
    await expectLogged(connector);
  },
);

test('I11, I16: a storm of 429 without Retry-After delays, and loses nothing', async () => {
  connector = await TestConnector.start({ world: TINY });
  connector.world.goto.addFault({
    match: '/admin/rest/v1/accounts/.*/users',
    kind: 'status',
    status: 429,
    times: 12,
    after: 1,
  });
  const cycle = await connector.cycle();
  expect(cycle).toMatchObject({ state: 'succeeded' });
  expect(cycle.calls.throttled).toBe(12);
  expectConverged(connector);
});

test('a demanded wait of ten minutes goes back to the queue and is kept by everybody', async () => {
  connector = await TestConnector.start({ world: TINY });
  connector.world.goto.addFault({
    match: '^POST .*/users',
    kind: 'status',
    status: 429,
    headers: { 'retry-after': '600' },
    times: 1,
  });
  await connector.cycle();
  const { requests } = connector.world.goto;
  const refused = requests.findIndex((request) => request.status === -1);
  const gaps = requests.slice(refused + 1).map((request) => request.at - (requests[refused]?.at ?? 0));
  // What was under way in another lane at that moment may end; nothing starts within the wait.
  expect(gaps.filter((gap) => gap > 1_000 && gap < 600_000)).toEqual([]);
  expectConverged(connector);
});

test('an expired token is renewed once, and the change goes through', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.cycle();
  connector.world.goto.revokeTokens();
  join(connector, 905);
  connector.later();
  const cycle = await connector.cycle();
  expect(cycle).toMatchObject({ state: 'succeeded', counts: { created: 1 } });
});

test('refused for good: the cycle fails with advice, nothing is written, and the next one heals', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.cycle();
  const user = oneEntitled(connector);
  connector.world.directory.changeUser(user.id, { surname: 'Later' });
  connector.world.goto.addFault({ match: '/admin/rest', kind: 'status', status: 403, times: 99 });
  connector.later();
  const writes = connector.world.goto.writes.length;
  const failed = await connector.cycle();
  expect(failed.state).toBe('failed');
  expect(failed.error).toMatch(/identity:/);
  expect(connector.world.goto.writes.length).toBe(writes);
  expect(connector.world.goto.unfiredFaults).toEqual([]);
  connector.world.goto.clearFaults();
  connector.later();
  await connector.cycle();
  expect(connector.accountOf(user.id)?.lastName).toBe('Later');
});

test('an incomplete list is never used', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.cycle();
  const body = JSON.stringify({ results: [], fromIndex: 0, toIndex: -1, total: 7 });
  connector.world.goto.addFault({ match: 'pageSize=1000', kind: 'status', status: 200, body, times: 99 });
  const writes = connector.world.goto.writes.length;
  const cycle = await connector.cycle('full');
  expect(cycle.state).toBe('failed');
  expect(connector.world.goto.writes.length).toBe(writes);
});

test('the account key must be one of the token’s accounts: no write before that is known', async () => {
  connector = await TestConnector.start({ world: TINY, settings: { GOTO_ACCOUNT_KEY: '2000000000000000999' } });
  const cycle = await connector.cycle();
  expect(cycle.state).toBe('failed');
  expect(cycle.error).toMatch(/GOTO_ACCOUNT_KEY/);
  expect(connector.world.goto.writes).toHaveLength(0);
});

test('a licence that the account does not have is refused by name before any write', async () => {
  connector = await TestConnector.start({
    world: TINY,
    settings: { ROLE_ENTITLEMENTS: '{"User":{"licenseKeys":["4000000000000000999"]}}' },
  });
  const cycle = await connector.cycle();
  expect(cycle.error).toMatch(/4000000000000000999 is no licence/);
  expect(connector.world.goto.writes).toHaveLength(0);
});

test('no seat left: the person waits with that reason, others go on', async () => {
  connector = await TestConnector.start({ world: { ...TINY, existingShare: 0 } });
  const [meeting] = connector.world.goto.licenses;
  if (meeting !== undefined) meeting.seats = 2;
  const cycle = await connector.cycle();
  expect(cycle.counts.created).toBe(2);
  expect(cycle.counts.parked).toBe(connector.world.directory.entitledIds().size - 2);
  if (meeting !== undefined) meeting.seats = 100;
  connector.later(60 * 60_000);
  await connector.cycle();
  expectConverged(connector);
});
