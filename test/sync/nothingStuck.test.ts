/** One person, one answer or one demand that cannot be met never holds up the job, and what is over is forgotten (I10, I13). */
import { z } from 'zod';
import { getCycle } from '../../shared/api/getCycle';
import { getJob } from '../../shared/api/getJob';
import { putSchema } from '../../shared/api/schema';
import { DEFAULT_SCHEMA } from '../../shared/mapping/schema/DEFAULT_SCHEMA';
import { MessageSender } from '../../shared/queue/MessageSender';
import { PlansTable } from '../../shared/store/PlansTable';
import { Executions } from '../../shared/store/state/Executions';
import { ListedAccounts } from '../../shared/store/state/ListedAccounts';
import { Turn } from '../../shared/store/state/Turn';
import { apiRequest } from '../support/apiRequest';
import { expectConverged } from '../support/expectConverged';
import { around, cycles, entitled, heal, newcomer, newPerson, someone, TINY, unassign } from '../support/stories';
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

const jobView = z.object({ body: z.object({ status: z.object({ demandedWaitUntil: z.string().nullable() }) }) });
const cycleBody = z.object({ body: z.object({ waitingUntil: z.string().nullable() }) });

async function demandedWait(): Promise<number> {
  const { body } = jobView.parse(await getJob(connector.engine, apiRequest()));
  const until = body.status.demandedWaitUntil;
  return until === null ? 0 : Date.parse(until) - connector.clock.now();
}

test.each([
  ['of thirty years', '1000000000', HOUR_MS],
  ['of half an hour', '1800', HOUR_MS / 2],
  ['until a day of next year', 'Fri, 31 Dec 2027 23:59:59 GMT', HOUR_MS],
])('a demanded wait %s is kept, at most an hour, told, and multiplies no message', async (_name, header, wait) => {
  await connector.begin();
  const people = [0, 1, 2, 3, 4, 5].map((number) => newcomer(connector, 910 + number));
  connector.later();
  const sent = jest.spyOn(MessageSender.prototype, 'send');
  connector.world.goto.addFault({
    match: 'POST .*/users',
    kind: 'status',
    status: 429,
    headers: { 'retry-after': header },
  });
  const startedAt = connector.clock.now();
  const started = await connector.start();
  const id = started.started ? started.cycle.id : '';
  await connector.settle(startedAt + 60_000);
  expect(connector.world.goto.unfiredFaults).toEqual([]);
  expect(await demandedWait()).toBeGreaterThan(wait - 120_000);
  expect(await demandedWait()).toBeLessThanOrEqual(wait);
  const { body } = cycleBody.parse(await getCycle(connector.engine, apiRequest('', { id })));
  expect(Date.parse(body.waitingUntil ?? '')).toBeGreaterThan(connector.clock.now());

  // Another instance, and a 429 that was under way, know less: neither shortens the wait.
  const before = (await demandedWait()) + connector.clock.now();
  await connector.restart();
  await connector.engine.pacing.throttled(undefined);
  await connector.engine.pacing.throttled(1_000);
  expect((await demandedWait()) + connector.clock.now()).toBe(before);

  const posts = connector.world.goto.requests.length;
  await connector.settle(startedAt + wait - 120_000);
  expect(connector.world.goto.requests.length).toBe(posts);
  await connector.settle();
  expect(await connector.view(id)).toMatchObject({ state: 'succeeded', counts: { created: people.length } });
  const messages = sent.mock.calls.flatMap(([outgoing]) => outgoing).map(({ message }) => message.kind);
  // Each person lies in a chunk of its own, each of which waits once; the closer looks once a minute.
  expect(messages.filter((kind) => kind === 'chunk').length).toBeLessThanOrEqual(3 * people.length);
  expect(messages.filter((kind) => kind === 'job').length).toBeLessThan(wait / 60_000 + 15);
  expectConverged(connector);
});

test('a demanded wait until a day that is past is none', async () => {
  await connector.begin();
  newPerson(connector, 920);
  newcomer(connector, 921);
  const headers = { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' };
  connector.world.goto.addFault({ match: 'POST .*/users', kind: 'status', status: 429, headers });
  connector.later();
  const startedAt = connector.clock.now();
  expect((await connector.cycle()).counts.created).toBe(1);
  heal(connector.world.goto);
  expect(connector.clock.now() - startedAt).toBeLessThan(60_000);
});
