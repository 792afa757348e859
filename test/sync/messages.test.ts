/** What holds when messages come twice, late, out of order, or not at all. */
import { ServiceBusClient } from '@azure/service-bus';
import { Executions } from '../../shared/store/state/Executions';
import { PlansTable, type StoredCycle } from '../../shared/store/PlansTable';
import { bodyOf, type Outgoing } from '../../shared/queue/messages';
import { handleJobMessage } from '../../shared/sync/handleJobMessage';
import { join, oneEntitled, TINY } from '../support/company';
import { expectConverged } from '../support/expectConverged';
import { expectLogged } from '../support/expectLogged';
import { onSend } from '../support/onSend';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

/** Every message a cycle has ever sent, under ids that the broker has not seen. */
async function everyMessageOf(cycleId: string, again: string): Promise<Outgoing[]> {
  const { plans } = connector.engine.store;
  const head = (await plans.cycle(cycleId))?.cycle;
  const numbers = (last: number): number[] => Array.from({ length: last + 1 }, (_, n) => n);
  const chunks = await plans.chunks(cycleId);
  return [
    ...numbers(head?.sends ?? 0).map((n): Outgoing => ({ message: { kind: 'job', cycleId, n }, dueAt: 0, again })),
    ...chunks.flatMap(({ stage, lane, chunk, sends }) =>
      numbers(sends).map((n): Outgoing => ({
        message: { kind: 'chunk', cycleId, stage, lane, chunk, n },
        dueAt: 0,
        again,
      })),
    ),
  ];
}

async function sendRaw(queue: string, sessionId: string, body: unknown): Promise<void> {
  const client = new ServiceBusClient(connector.stack.broker.connectionString);
  await client.createSender(queue).sendMessages({ body, sessionId });
  await client.close();
}

/** Messages of a kind get lost on the way, so many times. */
function lose(kind: 'chunk' | 'job', times: number): { readonly lost: () => number } {
  let lost = 0;
  onSend((outgoing, send) => {
    const kept = outgoing.filter(({ message }) => {
      if (message.kind !== kind || lost >= times) return true;
      lost += 1;
      return false;
    });
    return send(kept);
  });
  return { lost: () => lost };
}

test('I09: a message delivered again, at once or a day later, adds no write', async () => {
  connector = await TestConnector.start({ world: TINY });
  const cycle = await connector.cycle();
  const writes = connector.world.goto.writes.length;
  const repeats = await everyMessageOf(cycle.id, ':again');
  expect(repeats.length).toBeGreaterThan(6);
  await connector.engine.sender.send(repeats);
  await connector.settle();
  connector.later(86_400_000);
  await connector.engine.sender.send((await everyMessageOf(cycle.id, ':late')).reverse());
  await connector.settle();
  expect(connector.world.goto.writes.length).toBe(writes);
  expect((await connector.view(cycle.id)).counts).toEqual(cycle.counts);
  expect((await connector.view(cycle.id)).progress).toEqual(cycle.progress);
});

test('I09: a message delivered again while its cycle is at work adds no write either', async () => {
  connector = await TestConnector.start({ world: TINY });
  let repeats = 0;
  onSend(async (outgoing, send) => {
    await send(outgoing);
    const again = outgoing.map((one) => ({ ...one, again: ':twin' }));
    repeats += again.length;
    await send(again);
  });
  const cycle = await connector.cycle();
  expect(repeats).toBeGreaterThan(4);
  expect(cycle).toMatchObject({ state: 'succeeded' });
  expect(cycle.progress.done).toBe(cycle.progress.expected);
  expectConverged(connector);
  await expectLogged(connector);
});

test('I14: a planner that lost its message, and goes on when another has ended the cycle, changes nothing of its end', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  const joiner = join(connector, 903);
  connector.later();
  let asReadBefore: StoredCycle | undefined;
  onSend(async (outgoing, send) => {
    asReadBefore ??= await connector.engine.store.plans.cycle(outgoing[0]?.message.cycleId ?? '');
    await send(outgoing);
  });
  const cycle = await connector.cycle();
  expect(cycle.counts).toMatchObject({ created: 1 });
  const { store } = connector.engine;
  const last = Executions.lastOf(await store.job.read());
  jest.spyOn(PlansTable.prototype, 'cycle').mockResolvedValueOnce(asReadBefore);
  await connector.run(() => handleJobMessage(connector.engine, { kind: 'job', cycleId: cycle.id, n: 0 }, 2));
  jest.restoreAllMocks();
  expect(await connector.view(cycle.id)).toEqual(cycle);
  expect(Executions.lastOf(await store.job.read())).toEqual(last);
  expect(connector.statusOf(joiner.id)).toBe('INVITED');
});

test('reordered: an old message for a person who changed since changes nothing', async () => {
  connector = await TestConnector.start({ world: TINY });
  const first = await connector.cycle();
  const user = oneEntitled(connector);
  connector.world.directory.changeUser(user.id, { accountEnabled: false });
  connector.later();
  await connector.cycle();
  await connector.engine.sender.send(await everyMessageOf(first.id, ':late'));
  await connector.settle();
  expect(connector.statusOf(user.id)).toBe('SUSPENDED');
});

test('I19: a message of the first release has its person looked at in the next cycle', async () => {
  connector = await TestConnector.start({ world: TINY });
  const first = await connector.begin();
  const user = oneEntitled(connector);
  connector.world.goto.removeByHand(connector.accountOf(user.id)?.key ?? '');
  const body = { v: 1, kind: 'user', cycleId: first.id, sourceId: user.id, reason: 'Create', attempt: 0 };
  await sendRaw('user-changes', 'lane-0', body);
  await sendRaw('sync-jobs', 'gotomeeting', { v: 1, kind: 'plan', cycleId: '8638204500000000-nowhere' });
  await connector.settle();
  expect((await connector.engine.store.dirty.get(user.id))?.why).toBe('first release');
  expect(connector.stack.broker.queue('sync-jobs').counts).toMatchObject({ active: 0, deadLettered: 0 });
  connector.later();
  expect(await connector.cycle()).toMatchObject({ state: 'succeeded' });
});

test.each([
  { kind: 'chunk', times: 1, title: 'a message of a lane' },
  { kind: 'chunk', times: 3, title: 'a message of a lane, and its repeats,' },
] as const)('$title lost on the way is sent again by the closer', async ({ kind, times }) => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  const joiner = join(connector, 901);
  connector.later();
  const { lost } = lose(kind, times);
  const cycle = await connector.cycle();
  expect(lost()).toBe(times);
  expect(cycle.state).toBe('succeeded');
  expect(connector.statusOf(joiner.id)).toBe('INVITED');
});

test('a message of the planner lost on the way is sent again by the timer', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  const joiner = join(connector, 902);
  connector.later();
  const { lost } = lose('job', 1);
  const started = await connector.start();
  await connector.settle();
  connector.later();
  expect(await connector.start()).toMatchObject({ started: false });
  await connector.settle();
  expect(lost()).toBe(1);
  expect(await connector.view(started.started ? started.cycle.id : '')).toMatchObject({ state: 'succeeded' });
  expect(connector.statusOf(joiner.id)).toBe('INVITED');
});

test('a message nobody can read does not hold up its lane', async () => {
  connector = await TestConnector.start({ world: TINY });
  await sendRaw('user-changes', 'lane-0', { hello: 'world' });
  await connector.cycle();
  expectConverged(connector);
  expect(connector.stack.broker.queue('user-changes').counts.deadLettered).toBe(1);
});

test('what was put aside as unreadable goes with the rest of the history, and nothing younger', async () => {
  connector = await TestConnector.start({ world: TINY, settings: { LOG_RETENTION_DAYS: '7' } });
  const deadLettered = (): number => connector.stack.broker.queue('user-changes').counts.deadLettered;
  await connector.begin();
  for (const index of [1, 2, 3]) await sendRaw('user-changes', 'lane-0', { hello: `world ${index}` });
  await connector.settle();
  connector.later(4 * 86_400_000);
  await sendRaw('user-changes', 'lane-0', { hello: 'again' });
  await connector.cycle('full');
  expect(deadLettered()).toBe(4);
  connector.later(4 * 86_400_000);
  await connector.cycle('full');
  expect(deadLettered()).toBe(1);
});

test('messages of an unknown cycle end without a trace', async () => {
  connector = await TestConnector.start({ world: TINY });
  const cycleId = '8638204500000000-nowhere';
  await sendRaw('user-changes', 'lane-0', bodyOf({ kind: 'chunk', cycleId, stage: 1, lane: 0, chunk: 0, n: 1 }));
  await sendRaw('sync-jobs', 'gotomeeting', bodyOf({ kind: 'job', cycleId, n: 3 }));
  await connector.settle();
  expect(connector.stack.broker.queue('user-changes').counts).toMatchObject({ active: 0, deadLettered: 0 });
  expect(connector.stack.broker.queue('sync-jobs').counts).toMatchObject({ active: 0, deadLettered: 0 });
  expect(connector.world.goto.writes).toHaveLength(0);
});

test('I18: no event holds a mail address, and no message anything but keys', async () => {
  connector = await TestConnector.start({ world: TINY });
  connector.world.goto.addFault({
    match: '^POST .*/users',
    kind: 'status',
    status: 400,
    body: '{"errorCode":"BAD","message":"no@where.example"}',
  });
  const sent: unknown[] = [];
  onSend((outgoing, send) => {
    sent.push(...outgoing.map(({ message }) => bodyOf(message)));
    return send(outgoing);
  });
  await connector.cycle();
  expect(connector.world.goto.unfiredFaults).toEqual([]);
  expect(connector.events.length).toBeGreaterThan(5);
  for (const { line } of connector.events) expect(line).not.toMatch(/@|local-pat|Bearer/);
  expect(sent.length).toBeGreaterThan(2);
  const keys = new Set(['v', 'kind', 'cycleId', 'stage', 'lane', 'chunk', 'n']);
  for (const body of sent) expect(Object.keys(body as object).filter((name) => !keys.has(name))).toEqual([]);
});
