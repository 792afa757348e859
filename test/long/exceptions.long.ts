/**
 * What nobody expected: an exception from inside the connector, or a row that another release wrote. It costs one person,
 * or one cycle, and never the job; and whoever reads the log finds the cause.
 */
import { odata, TableClient } from '@azure/data-tables';
import type { EntraUser } from '../../local/simulators/entra/EntraDirectory';
import { cyclesAnswerSchema } from '../../shared/api/answers/CycleAnswer';
import { getCycle } from '../../shared/api/getCycle';
import { getPlan } from '../../shared/api/getPlan';
import { listCycles } from '../../shared/api/listCycles';
import { problemOf } from '../../shared/api/Problem';
import { GotoAccounts } from '../../shared/goto/GotoAccounts';
import { Pacing } from '../../shared/goto/Pacing';
import { defaultMapping } from '../../shared/mapping/defaultMapping';
import { ImageTable } from '../../shared/store/ImageTable';
import { AwaitedApproval } from '../../shared/store/state/AwaitedApproval';
import { SourceSnapshot } from '../../shared/sync/plan/SourceSnapshot';
import { apiRequest } from '../support/apiRequest';
import { join, oneEntitled, TINY } from '../support/company';
import { expectConverged } from '../support/expectConverged';
import { expectLogged } from '../support/expectLogged';
import { TestConnector, type CycleView } from '../support/TestConnector';

let connector: TestConnector;
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

const HOUR_MS = 3_600_000;
const UNKNOWN_STEP = '{"id":"x","cursor":{"step":"dream"}}';

/** A row of a table, as another release would have written it. */
async function write(table: string, row: { partitionKey: string; rowKey: string; [column: string]: string }) {
  await open(table).upsertEntity(row, 'Merge');
}

async function find(table: string, rowKey: string): Promise<{ partitionKey: string; rowKey: string }> {
  for await (const row of open(table).listEntities<{ partitionKey: string; rowKey: string }>())
    if (row.rowKey === rowKey) return { partitionKey: row.partitionKey, rowKey };
  throw new RangeError(`no row ${rowKey} in ${table}`);
}

/** A plan's head, or each of its rows, is another release's. */
async function makeUnreadable(partitionKey: string, part: 'head' | 'row'): Promise<void> {
  if (part === 'head') return write('Plans', { partitionKey, rowKey: '!head', cycle: UNKNOWN_STEP, cycleParts: '1' });
  const filter = odata`PartitionKey eq ${partitionKey} and RowKey ge ${'r-'} and RowKey lt ${'r-~'}`;
  for await (const { rowKey = '' } of open('Plans').listEntities({ queryOptions: { filter } }))
    await write('Plans', { partitionKey, rowKey, entry: '{"sourceId":7}', entryParts: '1' });
}

/** A removal waits for approval, and another release wrote a part of its plan. @returns whose it is */
async function askUnreadably(part: 'head' | 'row'): Promise<EntraUser> {
  connector = await TestConnector.start({ world: TINY, settings: { REMOVAL_LIMIT_COUNT: '0' } });
  await connector.begin();
  const leaver = oneEntitled(connector);
  connector.world.directory.changeUser(leaver.id, { accountEnabled: false });
  connector.later();
  await makeUnreadable((await connector.cycle()).id, part);
  return leaver;
}

const open = (table: string): TableClient =>
  TableClient.fromConnectionString(connector.stack.storage, table, { allowInsecureConnection: true });

/** Nothing was buried, and nothing is under way any more. */
function expectNothingBuried(): void {
  for (const name of ['sync-jobs', 'user-changes'])
    expect(connector.stack.broker.queue(name).counts).toMatchObject({ active: 0, scheduled: 0, deadLettered: 0 });
}

/** A cycle that fails for this one person, and says why. */
async function cycleFailingFor(sourceId: string, message: string): Promise<CycleView> {
  const cycle = await connector.cycle();
  expect(cycle).toMatchObject({ state: 'succeededWithErrors', counts: { failed: 1 } });
  expect(await connector.entry(cycle.id, sourceId)).toMatchObject({
    status: 'failure',
    errorMessage: expect.stringContaining(message) as unknown,
  });
  return cycle;
}

/** The other one got an account meanwhile, and once the fault is over everybody is in order. */
async function expectOthersServed(otherId: string, fault: jest.SpyInstance): Promise<void> {
  expect(connector.statusOf(otherId)).toBe('INVITED');
  expectNothingBuried();
  fault.mockRestore();
  connector.later(HOUR_MS);
  await connector.cycle();
  expectConverged(connector);
}

test('I13, I16: an exception in the handling of one person fails that person alone, with its message', async () => {
  connector = await TestConnector.start({
    world: { ...TINY, existingShare: 0 },
    timing: { gotoLagMs: 5_000, requestMs: 5_000 },
  });
  const unlucky = oneEntitled(connector);
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own receiver
  const create = GotoAccounts.prototype.create;
  const spy = jest.spyOn(GotoAccounts.prototype, 'create').mockImplementation(function (this: GotoAccounts, ...all) {
    if (all[0].some((one) => one.firstName === unlucky.givenName && one.lastName === unlucky.surname))
      return Promise.reject(new TypeError('undefined is not a seat'));
    return create.apply(this, all);
  });
  const startedAt = connector.clock.now();
  const cycle = await connector.cycle();
  expect(connector.clock.now() - startedAt).toBeLessThan(HOUR_MS);
  expect(cycle).toMatchObject({ state: 'succeededWithErrors', counts: { failed: 1 } });
  expect(cycle.progress.done).toBe(cycle.progress.expected);
  expect(await connector.entry(cycle.id, unlucky.id)).toMatchObject({
    status: 'failure',
    errorCode: 'InternalError',
    errorMessage: expect.stringContaining('undefined is not a seat') as unknown,
  });
  expect(connector.world.goto.writes).toHaveLength(connector.world.directory.entitledIds().size - 1);
  expectNothingBuried();
  spy.mockRestore();
  connector.later(HOUR_MS);
  await connector.cycle();
  expectConverged(connector);
  await expectLogged(connector);
});

test.each(['initial', 'incremental'] as const)(
  'I16: an exception in the judging of one person fails that person alone (%s)',
  async (mode) => {
    connector = await TestConnector.start({ world: TINY });
    if (mode === 'incremental') await connector.begin();
    const [unlucky, other] = [join(connector, 951), join(connector, 952)];
    const map = defaultMapping.map.bind(defaultMapping);
    const spy = jest.spyOn(defaultMapping, 'map').mockImplementation((person, facts) => {
      if (person.id === unlucky.id) throw new TypeError('undefined is not a name');
      return map(person, facts);
    });
    connector.later();
    expect(await cycleFailingFor(unlucky.id, 'undefined is not a name')).toMatchObject({ mode });
    await expectOthersServed(other.id, spy);
  },
);

test('I16: an exception in the gathering of one person’s facts fails that person alone', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  const [unlucky, other] = [join(connector, 955), join(connector, 956)];
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own receiver
  const roles = SourceSnapshot.prototype.roleIdsOf;
  const spy = jest.spyOn(SourceSnapshot.prototype, 'roleIdsOf').mockImplementation(function (
    this: SourceSnapshot,
    id: string,
  ) {
    if (id === unlucky.id) throw new TypeError('undefined is no role');
    return roles.call(this, id);
  });
  connector.later();
  await cycleFailingFor(unlucky.id, 'undefined is no role');
  await expectOthersServed(other.id, spy);
});

test('I13: an exception in the planner ends the cycle readably, each time, and the first good one makes up for it', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  const joiner = join(connector, 957);
  const spy = jest.spyOn(ImageTable.prototype, 'assignments').mockRejectedValue(new TypeError('undefined is no list'));
  for (let times = 0; times < 2; times += 1) {
    connector.later();
    const cycle = await connector.cycle();
    expect(cycle).toMatchObject({ state: 'failed', error: expect.stringContaining('undefined is no list') as unknown });
  }
  expectNothingBuried();
  spy.mockRestore();
  connector.later();
  expect(await connector.cycle()).toMatchObject({ state: 'succeeded' });
  expect(connector.statusOf(joiner.id)).toBe('INVITED');
});

test('I13, I14: an exception in every lane stops the cycle readably, its rows end, and the next one runs', async () => {
  connector = await TestConnector.start({ world: { ...TINY, existingShare: 0 } });
  const spy = jest.spyOn(Pacing.prototype, 'lane').mockImplementation(() => {
    throw new TypeError('undefined is no lane');
  });
  const startedAt = connector.clock.now();
  const cycle = await connector.cycle();
  expect(connector.clock.now() - startedAt).toBeLessThan(HOUR_MS);
  expect(cycle).toMatchObject({ state: 'failed', error: expect.stringContaining('undefined is no lane') as unknown });
  expect(cycle.progress.done).toBe(cycle.progress.expected);
  expect(connector.world.goto.writes).toHaveLength(0);
  expectNothingBuried();
  spy.mockRestore();
  connector.later();
  expect(await connector.cycle()).toMatchObject({ state: 'succeeded' });
  expectConverged(connector);
  await expectLogged(connector);
});

describe('rows of another release', () => {
  test.each(['incremental', 'full'] as const)(
    'a person’s row that cannot be read costs that person alone, by name of the cause (%s)',
    async (mode) => {
      connector = await TestConnector.start({ world: TINY });
      await connector.begin();
      const [unlucky, other] = [oneEntitled(connector), oneEntitled(connector, 1)];
      const key = await find('People', `p:${unlucky.id}`);
      const person = { link: { key: 7, state: 'hibernating' }, pending: 'later' };
      await write('People', { ...key, person: JSON.stringify(person), personParts: '1' });
      for (const { id } of [unlucky, other]) connector.world.directory.changeUser(id, { surname: 'Newer' });
      connector.later();
      const cycle = await connector.cycle(mode);
      expect(cycle).toMatchObject({ mode, state: 'succeededWithErrors', counts: { failed: 1, updated: 1 } });
      expect(await connector.entry(cycle.id, unlucky.id)).toMatchObject({ errorCode: 'UnreadableRow' });
      expect(connector.accountOf(other.id)?.lastName).toBe('Newer');
      expect(connector.accountOf(unlucky.id)?.lastName).not.toBe('Newer');
      expectNothingBuried();
      connector.later();
      expect(await connector.cycle()).toMatchObject({ mode: 'incremental' });
    },
  );

  test('values that this release does not know, in a row that it can read, hold the person and nobody else', async () => {
    connector = await TestConnector.start({ world: TINY });
    await connector.begin();
    const [held, other] = [oneEntitled(connector), oneEntitled(connector, 1)];
    const { person, etag } = await connector.engine.store.people.get(held.id);
    const newer = { ...person, hold: 'quarantined by a newer release' as never, colour: 'green' };
    await connector.engine.store.people.change(held.id, newer, etag);
    for (const { id } of [held, other]) connector.world.directory.changeUser(id, { surname: 'Newer' });
    connector.later();
    const cycle = await connector.cycle();
    expect(cycle.counts).toMatchObject({ held: 1, updated: 1, failed: 0 });
    expect(connector.accountOf(held.id)?.lastName).not.toBe('Newer');
    expect(connector.accountOf(other.id)?.lastName).toBe('Newer');
  });

  test('a cycle in a state that this release does not know ends by its deadline, and the next one runs', async () => {
    connector = await TestConnector.start({ world: TINY });
    await connector.begin();
    const joiner = join(connector, 958);
    connector.later();
    const started = await connector.start();
    const id = started.started ? started.cycle.id : '';
    const stored = await connector.engine.store.plans.cycle(id);
    if (stored === undefined) throw new RangeError('no cycle');
    await write('Plans', {
      partitionKey: id,
      rowKey: '!head',
      cycle: JSON.stringify({ ...stored.cycle, state: 'hibernating', sends: 40, cursor: { step: 'changes', moon: 1 } }),
    });
    await connector.settle();
    for (let slot = 0; slot < 60; slot += 1) {
      connector.later(11 * 60_000);
      const next = await connector.start();
      await connector.settle();
      if (next.started) break;
    }
    const view = await connector.view(id);
    expect(view).toMatchObject({ state: 'failed', error: expect.stringMatching(/does not know/) as unknown });
    expect(connector.statusOf(joiner.id)).toBe('INVITED');
    expectNothingBuried();
  });

  test.each([
    { what: 'head is no JSON', cycle: '{"id":', isListed: true },
    { what: 'head has a step that this release does not know', cycle: UNKNOWN_STEP, isListed: true },
    { what: 'head and entry of the list have one', cycle: UNKNOWN_STEP, isListed: false },
  ])('a cycle whose $what is given up in bounded time, and the next one runs', async ({ cycle, isListed }) => {
    connector = await TestConnector.start({ world: TINY });
    await connector.begin();
    const joiner = join(connector, 959);
    connector.later();
    const started = await connector.start();
    const id = started.started ? started.cycle.id : '';
    await write('Plans', { partitionKey: id, rowKey: '!head', cycle, cycleParts: '1' });
    if (!isListed) await write('Cycles', { partitionKey: 'cycles', rowKey: id, cycle, cycleParts: '1' });
    await connector.settle();
    let slots = 0;
    for (; slots < 60; slots += 1) {
      connector.later(11 * 60_000);
      const next = await connector.start();
      await connector.settle();
      if (next.started) break;
    }
    expect(slots).toBeLessThan(50);
    expect(connector.statusOf(joiner.id)).toBe('INVITED');
    expect(connector.events.some(({ line }) => line.includes('cycle.givenUp'))).toBe(true);
    // Nobody reads of a cycle that runs for ever.
    expect((await connector.engine.store.cycles.get(id))?.cycle).toMatchObject({
      state: 'failed',
      error: { message: expect.stringContaining('cannot be read by this release') as unknown },
    });
  });

  test('an entry of the list of cycles that cannot be read is told as that, and hides no other', async () => {
    connector = await TestConnector.start({ world: TINY });
    const first = await connector.begin();
    await write('Cycles', { partitionKey: 'cycles', rowKey: first.id, cycle: UNKNOWN_STEP, cycleParts: '1' });
    const { body } = await listCycles(connector.engine, apiRequest());
    const listed = cyclesAnswerSchema.parse(body).value;
    expect(listed).toHaveLength(2);
    expect(listed.at(-1)).toMatchObject({
      id: first.id,
      startDateTime: first.startDateTime,
      error: expect.stringContaining('another release') as unknown,
    });
  });

  test.each(['head', 'row'] as const)(
    'a plan that waits for approval and whose %s cannot be read keeps nobody waiting: it is made anew',
    async (part) => {
      await askUnreadably(part);
      const joiner = join(connector, 962);
      connector.later();
      const next = await connector.cycle();
      expect(next).toMatchObject({ state: 'awaitingApproval', counts: { created: 1, staged: 1 } });
      expect(AwaitedApproval.of(await connector.engine.store.job.read())?.cycleId).toBe(next.id);
      expect(connector.statusOf(joiner.id)).toBe('INVITED');
    },
  );

  test.each(['head', 'row'] as const)(
    'one whose %s cannot be read, and whose people are back, is over with the next cycle of everybody',
    async (part) => {
      const leaver = await askUnreadably(part);
      connector.world.directory.changeUser(leaver.id, { accountEnabled: true });
      connector.later();
      expect(await connector.cycle('full')).toMatchObject({ state: 'succeeded' });
      expect(AwaitedApproval.of(await connector.engine.store.job.read())).toBeUndefined();
      expectConverged(connector);
    },
  );

  test.each([
    ['head', getCycle],
    ['head', getPlan],
    ['row', getPlan],
  ] as const)('whoever looks at a plan whose %s cannot be read is told so, and what to install', async (part, look) => {
    await askUnreadably(part);
    const id = (await connector.engine.store.cycles.page(1)).cycles[0]?.cycle.id ?? '';
    const problem = await look(connector.engine, apiRequest('', { id })).then(() => undefined, problemOf);
    expect(problem).toMatchObject({ status: 503, code: 'UnreadableRow' });
    expect(problem?.message).toMatch(/cannot be read by this release.*Install the newest release that ever ran here/su);
  });

  test('a turn that cannot be parsed is freed by the next start', async () => {
    connector = await TestConnector.start({ world: TINY });
    await connector.begin();
    const joiner = join(connector, 960);
    await write('Job', { partitionKey: 'job', rowKey: 'turn', cycleId: '8638204500000000-nowhere', cycle: '{"id":' });
    connector.later();
    expect(await connector.cycle()).toMatchObject({ state: 'succeeded' });
    expect(connector.statusOf(joiner.id)).toBe('INVITED');
  });

  test('a turn that cannot be parsed while its cycle is at work waits for the end of it', async () => {
    connector = await TestConnector.start({ world: TINY });
    await connector.begin();
    const joiner = join(connector, 961);
    connector.later();
    const started = await connector.start();
    await write('Job', { partitionKey: 'job', rowKey: 'turn', cycle: '{"id":' });
    expect(await connector.start()).toMatchObject({ started: false });
    await connector.settle();
    expect(await connector.view(started.started ? started.cycle.id : '')).toMatchObject({ state: 'succeeded' });
    expect(connector.statusOf(joiner.id)).toBe('INVITED');
    connector.later();
    expect(await connector.cycle()).toMatchObject({ state: 'succeeded' });
  });
});
