/** What holds when processes die, messages go astray, and the other side misbehaves. Every fault must have fired. */
import { ServiceBusClient } from '@azure/service-bus';
import type { EntraUser } from '../../local/entra/EntraDirectory';
import { newUser } from '../../local/world/buildWorld';
import { laneSession, type ChangeQueue } from '../../shared/queue/ChangeQueue';
import { userChangeBody } from '../../shared/queue/messages';
import { startCycle } from '../../shared/sync/cycle/startCycle';
import { expectConverged } from '../support/expectConverged';
import { TestConnector } from '../support/TestConnector';

const TINY = { people: 6, groups: 2, membersPerGroup: 3, existingShare: 0.3 };

let connector: TestConnector;
afterEach(() => connector.stop());

const oneEntitled = (): EntraUser =>
  connector.world.directory.user([...connector.world.directory.entitledIds()][0] ?? '');
const join = (number: number): EntraUser => {
  const { directory, random } = connector.world;
  const joiner = directory.addUser(newUser(random, number));
  directory.addMember([...directory.groups.keys()][0] ?? '', joiner.id);
  return joiner;
};

describe('cut sweep', () => {
  /** I01, I02, I03, I09, I12 and I14, wherever the process dies once. */
  test('an initial cycle killed at any call to the outside ends as if nothing had happened', async () => {
    connector = await TestConnector.start({ world: TINY });
    await connector.cycle();
    const calls = connector.calls;
    const writes = connector.world.goto.writes.length;
    await connector.stop();
    expect(calls).toBeGreaterThan(40);
    const step = Math.max(1, Math.floor(calls / 40));
    let kills = 0;
    for (let killAt = 1; killAt <= calls; killAt += step) {
      connector = await TestConnector.start({ world: TINY });
      connector.killAt = killAt;
      await startCycle(connector.engine, { mode: 'incremental', trigger: 'timer' }).catch(() => undefined);
      await connector.settle();
      // A run may need a few calls less than the counted one: then nobody died, and nothing was shown.
      if (connector.takeKill()) kills += 1;
      // The timer of the next slots takes up what was left lying.
      for (let slot = 0; slot < 3; slot += 1) {
        connector.later(11 * 60_000);
        await startCycle(connector.engine, { mode: 'incremental', trigger: 'timer' });
        await connector.settle();
      }
      expectConverged(connector);
      expect({ killAt, writes: connector.world.goto.writes.length }).toEqual({ killAt, writes });
      if (killAt + step <= calls) await connector.stop();
    }
    expect(kills).toBeGreaterThan(35);
  }, 240_000);
});

describe('messages', () => {
  test('I09: a message delivered again, at once or a day later, adds no write', async () => {
    connector = await TestConnector.start({ world: TINY });
    const cycle = await connector.cycle();
    const { goto, directory } = connector.world;
    const writes = goto.writes.length;
    const repeats = [...directory.entitledIds()].map(
      (sourceId) => ({ kind: 'user', cycleId: cycle.id, sourceId, reason: 'Create', attempt: 0 }) as const,
    );
    await connector.engine.queue.sendUserChanges(repeats, 0, ':again');
    await connector.settle();
    connector.later(86_400_000);
    await connector.engine.queue.sendUserChanges([...repeats].reverse(), 0, ':late');
    await connector.settle();
    expect(goto.writes.length).toBe(writes);
    expect((await connector.view(cycle.id)).counts).toEqual(cycle.counts);
  });

  test('reordered: an old message for a person who changed since does today’s right thing', async () => {
    connector = await TestConnector.start({ world: TINY });
    const first = await connector.cycle();
    const user = oneEntitled();
    connector.world.directory.changeUser(user.id, { accountEnabled: false });
    connector.later();
    await connector.cycle();
    await connector.engine.queue.sendUserChanges(
      [{ kind: 'user', cycleId: first.id, sourceId: user.id, reason: 'Create', attempt: 0 }],
      0,
      ':late',
    );
    await connector.settle();
    expect(connector.statusOf(user.id)).toBe('SUSPENDED');
  });

  test('a message lost on the way is sent again by the closer', async () => {
    connector = await TestConnector.start({ world: TINY });
    await connector.cycle();
    const joiner = join(901);
    connector.later();
    const prototype = Object.getPrototypeOf(connector.engine.queue) as Pick<ChangeQueue, 'sendUserChanges'>;
    const original = prototype.sendUserChanges;
    let lost = 0;
    prototype.sendUserChanges = () => {
      lost += 1;
      prototype.sendUserChanges = original;
      return Promise.resolve();
    };
    const cycle = await connector.cycle();
    expect(lost).toBe(1);
    expect(cycle.state).toBe('succeeded');
    expect(connector.statusOf(joiner.id)).toBe('INVITED');
  });

  test('a message nobody can read does not hold up its lane', async () => {
    connector = await TestConnector.start({ world: TINY });
    const client = new ServiceBusClient(connector.stack.broker.connectionString);
    await client.createSender('user-changes').sendMessages({ body: { hello: 'world' }, sessionId: laneSession(0) });
    await client.close();
    await connector.cycle();
    expectConverged(connector);
    expect(connector.stack.broker.queue('user-changes').counts.deadLettered).toBe(1);
  });

  test('a message of an unknown cycle is set aside', async () => {
    connector = await TestConnector.start({ world: TINY });
    const body = userChangeBody({
      kind: 'user',
      cycleId: '8638204500000000-nowhere',
      sourceId: 'nobody',
      reason: 'Create',
      attempt: 0,
    });
    const client = new ServiceBusClient(connector.stack.broker.connectionString);
    await client.createSender('user-changes').sendMessages({ body, sessionId: laneSession(0) });
    await client.close();
    await connector.settle();
    expect(connector.stack.broker.queue('user-changes').counts).toMatchObject({ active: 0, deadLettered: 0 });
    expect(connector.world.goto.writes).toEqual([]);
  });
});

describe('GoTo misbehaves', () => {
  test('I03: a create whose answer is lost after the commit makes no duplicate', async () => {
    connector = await TestConnector.start({ world: TINY });
    await connector.cycle();
    connector.world.goto.behaviour.readLagMs = 3_000;
    connector.world.goto.addFault({ match: '^POST .*/users', kind: 'commitThenDrop' });
    const joiner = join(902);
    connector.later();
    const cycle = await connector.cycle();
    expect(connector.world.goto.unfiredFaults).toEqual([]);
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
    expect(connector.world.goto.unfiredFaults).toEqual([]);
    expectConverged(connector);
  });

  test('a create that never got through is made in the next cycle at the latest', async () => {
    connector = await TestConnector.start({ world: TINY });
    await connector.cycle();
    connector.world.goto.addFault({ match: '^POST .*/users', kind: 'drop' });
    join(903);
    connector.later();
    const first = await connector.cycle();
    expect(first.state).toBe('succeededWithErrors');
    connector.later();
    await connector.cycle();
    expectConverged(connector);
  });

  test.each(['keyOf200', 'noKey', 'status409', 'keyOf201'] as const)(
    'conflict form %s: the account that is there is taken, none is made',
    async (conflict) => {
      connector = await TestConnector.start({ world: TINY });
      await connector.cycle();
      const { goto } = connector.world;
      goto.behaviour.conflict = conflict;
      // The look-up before the POST does not see it yet, the POST does.
      goto.behaviour.readLagMs = 4_000;
      const joiner = join(904);
      connector.later();
      const existing = goto.addUser({
        email: joiner.mail ?? joiner.userPrincipalName,
        firstName: 'Was',
        lastName: 'Here',
      });
      await connector.cycle();
      connector.later();
      await connector.cycle();
      expect(connector.accountOf(joiner.id)).toMatchObject({ key: existing.key, lastName: joiner.surname });
      expectConverged(connector);
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
    expect(connector.world.goto.unfiredFaults).toEqual([]);
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
    join(905);
    connector.later();
    const cycle = await connector.cycle();
    expect(cycle).toMatchObject({ state: 'succeeded', counts: { created: 1 } });
  });

  test('refused for good: the cycle fails with advice, nothing is written, and the next one heals', async () => {
    connector = await TestConnector.start({ world: TINY });
    await connector.cycle();
    const user = oneEntitled();
    connector.world.directory.changeUser(user.id, { surname: 'Later' });
    connector.world.goto.addFault({ match: '/admin/rest', kind: 'status', status: 403, times: 2 });
    connector.later();
    const failed = await connector.cycle();
    expect(failed.state).toBe('failed');
    expect(failed.error).toMatch(/identity:/);
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
    expect(connector.world.goto.writes).toEqual([]);
  });

  test('a licence that the account does not have is refused by name before any write', async () => {
    connector = await TestConnector.start({
      world: TINY,
      settings: { ROLE_ENTITLEMENTS: '{"User":{"licenseKeys":["4000000000000000999"]}}' },
    });
    const cycle = await connector.cycle();
    expect(cycle.error).toMatch(/4000000000000000999 is no licence/);
    expect(connector.world.goto.writes).toEqual([]);
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
});

describe('Graph misbehaves', () => {
  test('an expired delta link falls back to a full read by itself', async () => {
    connector = await TestConnector.start({ world: TINY });
    await connector.cycle();
    connector.later(8 * 86_400_000);
    join(906);
    const cycle = await connector.cycle();
    expect(cycle).toMatchObject({ mode: 'full', state: 'succeeded' });
    expectConverged(connector);
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
    for (const number of [910, 911, 912, 913, 914]) join(number);
    connector.later();
    await connector.cycle();
    expectConverged(connector);
  });

  test('a lagging replica delays a change and loses none', async () => {
    connector = await TestConnector.start({ world: TINY });
    await connector.cycle();
    connector.stack.entra.behaviour.lagMs = 120_000;
    connector.later();
    join(915);
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
    expect(connector.stack.entra.unfiredFaults).toEqual([]);
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
});

describe('slices', () => {
  test('the smallest slices end where the largest do', async () => {
    connector = await TestConnector.start({
      world: { ...TINY, people: 24, groups: 5, membersPerGroup: 5 },
      timing: { groupsPerSlice: 1, peoplePerSlice: 1, deltaPagesPerSlice: 1 },
    });
    connector.stack.entra.behaviour.deltaPageSize = 2;
    await connector.cycle();
    expectConverged(connector);
    for (const number of [920, 921, 922]) join(number);
    connector.world.directory.changeUser(oneEntitled().id, { accountEnabled: false });
    connector.later();
    await connector.cycle();
    expectConverged(connector);
  });
});

describe('one cycle at a time', () => {
  test('the second start gets the id of the first', async () => {
    connector = await TestConnector.start({ world: TINY });
    const first = await startCycle(connector.engine, { mode: 'incremental', trigger: 'http' });
    const second = await startCycle(connector.engine, { mode: 'full', trigger: 'http' });
    expect(second).toEqual({ started: false, activeCycleId: first.started ? first.cycle.id : '' });
    await connector.settle();
  });

  test('a full cycle that came due meanwhile is made by the next start', async () => {
    connector = await TestConnector.start({ world: TINY });
    await connector.cycle();
    connector.later();
    await startCycle(connector.engine, { mode: 'incremental', trigger: 'timer' });
    await startCycle(connector.engine, { mode: 'full', trigger: 'timer', orNext: true });
    await connector.settle();
    expect(await connector.cycle()).toMatchObject({ mode: 'full' });
  });

  test('the same idempotency key starts nothing new', async () => {
    connector = await TestConnector.start({ world: TINY });
    const first = await startCycle(connector.engine, { mode: 'full', trigger: 'http', idempotencyKey: 'k/1' });
    await connector.settle();
    const second = await startCycle(connector.engine, { mode: 'full', trigger: 'http', idempotencyKey: 'k/1' });
    expect(second.started && first.started && second.cycle.id === first.cycle.id).toBe(true);
  });
});

test('I18: no event holds a mail address, and no message anything but keys', async () => {
  connector = await TestConnector.start({ world: TINY });
  connector.world.goto.addFault({
    match: '^POST .*/users',
    kind: 'status',
    status: 400,
    body: '{"errorCode":"BAD","message":"no@where.example"}',
  });
  await connector.cycle();
  expect(connector.events.length).toBeGreaterThan(5);
  for (const { line } of connector.events) expect(line).not.toMatch(/@|local-pat|Bearer/);
});
