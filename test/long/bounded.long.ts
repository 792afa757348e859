/** What the connector keeps, reads and says does not grow with its age: rows, requests and counts (I12, I14). */
import { z } from 'zod';
import { listProvisioningLog } from '../../shared/api/listProvisioningLog';
import { newCycleId } from '../../shared/model/Cycle';
import { logEntry } from '../../shared/model/LogEntry';
import { Table, type StoredRow } from '../../shared/store/Table';
import { apiRequest } from '../support/apiRequest';
import { expectConverged } from '../support/expectConverged';
import { cycles, entitled, newcomer, someone, TINY } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
beforeEach(async () => {
  connector = await TestConnector.start({ world: TINY });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

const DAY_MS = 86_400_000;

/** @returns how many rows were read from partitions of tables since */
function countRows(): () => number {
  let rows = 0;
  async function* counted(all: AsyncIterable<StoredRow>): AsyncGenerator<StoredRow> {
    for await (const row of all) {
      rows += 1;
      yield row;
    }
  }
  const partition: unknown = Reflect.get(Table.prototype, 'partition');
  if (typeof partition !== 'function') throw new TypeError('no function partition');
  jest.spyOn(Table.prototype, 'partition').mockImplementation(function (this: Table, ...all) {
    return counted(Reflect.apply(partition, this, all) as AsyncIterable<StoredRow>);
  });
  return () => rows;
}

async function cycleIds(): Promise<string[]> {
  const page = await connector.engine.store.cycles.page(1_000);
  return page.cycles.map(({ cycle }) => cycle.id);
}

const logAnswer = z.object({
  body: z.object({ value: z.array(z.object({ cycleId: z.string(), sourceIdentity: z.object({ id: z.string() }) })) }),
});

test('the log of one person is found without a look at the cycles between', async () => {
  await connector.begin();
  const person = someone(connector);
  connector.world.directory.changeUser(person.id, { surname: 'Married' });
  const renamed = await cycles(connector, 1);
  for (let index = 0; index < 3; index += 1) {
    newcomer(connector, 900 + index);
    await cycles(connector, 1);
  }
  const request = {
    ...apiRequest(),
    query: new URLSearchParams({ $filter: `sourceIdentity/id eq '${person.id}'` }),
  };
  const before = connector.calls;
  const { body } = logAnswer.parse(await listProvisioningLog(connector.engine, request));
  // The person's names, one range of the person's own rows, and the application's name.
  expect(connector.calls - before).toBe(3);
  expect(body.value[0]).toMatchObject({ cycleId: renamed.id, sourceIdentity: { id: person.id } });
  expect(body.value.length).toBeGreaterThanOrEqual(2);
  expect(new Set(body.value.map((entry) => entry.sourceIdentity.id))).toEqual(new Set([person.id]));
});

test('a quiet cycle leaves its line in the list of cycles, and no plan', async () => {
  await connector.begin();
  await cycles(connector, 1);
  const before = await cycleIds();
  await cycles(connector, 4);
  const quiet = (await cycleIds()).filter((id) => !before.includes(id));
  expect(quiet).toHaveLength(4);
  for (const id of quiet) {
    expect(await connector.engine.store.plans.cycle(id)).toBeUndefined();
    expect(await connector.rows(id)).toEqual([]);
  }
});

test('a quiet cycle makes a handful of table requests, however many people there are', async () => {
  await connector.begin();
  await cycles(connector, 1);
  let before = connector.calls;
  await cycles(connector, 1);
  const few = connector.calls - before;
  expect(few).toBeLessThanOrEqual(25);
  for (let index = 0; index < 25; index += 1) newcomer(connector, 910 + index);
  await cycles(connector, 3);
  before = connector.calls;
  await cycles(connector, 1);
  expect(connector.calls - before).toBe(few);
});

test('what is older than LOG_RETENTION_DAYS is deleted: cycles, plans, log and idempotency keys, and nothing younger', async () => {
  await connector.restart({ LOG_RETENTION_DAYS: '7' });
  const { store } = connector.engine;
  const first = await connector.cycle();
  const person = someone(connector);
  const started = await connector.start('incremental', { idempotencyKey: 'once' });
  await connector.settle();
  connector.later(6 * DAY_MS);
  connector.world.directory.changeUser(person.id, { surname: 'Married' });
  const young = await connector.cycle();
  connector.later(2 * DAY_MS);
  const full = await connector.cycle('full');
  const ids = await cycleIds();
  expect(ids).toEqual([full.id, young.id]);
  expect(await connector.rows(first.id)).toEqual([]);
  expect(await store.plans.cycle(first.id)).toBeUndefined();
  expect(await store.idempotency.cycleOf('once')).toBeUndefined();
  expect(started.started).toBe(true);
  const log: string[] = [];
  for await (const entry of store.people.log(person.id)) log.push(entry.cycleId);
  expect(log).toEqual([young.id]);
  // The history is gone, what it led to is not.
  connector.world.directory.changeUser(person.id, { surname: 'Once More' });
  expect((await cycles(connector, 1)).counts).toMatchObject({ updated: 1, created: 0 });
});

test('a full cycle costs the same after fifty changes of every person', async () => {
  await connector.begin();
  await connector.cycle('full');
  const rowsRead = countRows();
  const cost = async (): Promise<{ calls: number; rows: number }> => {
    const before = { calls: connector.calls, rows: rowsRead() };
    connector.later();
    await connector.cycle('full');
    return { calls: connector.calls - before.calls, rows: rowsRead() - before.rows };
  };
  const young = await cost();
  expect(young.rows).toBeGreaterThan(0);
  const at = new Date(connector.clock.now()).toISOString();
  for (const user of entitled(connector))
    for (let change = 0; change < 50; change += 1)
      await connector.engine.store.people.correct([
        logEntry({
          cycleId: newCycleId(connector.clock.now() - change * DAY_MS, 'old'),
          sourceId: user.id,
          displayName: user.displayName,
          targetId: null,
          status: 'success',
          action: 'update',
          reason: 'AttributesChanged',
          at,
        }),
      ]);
  expect(await cost()).toEqual(young);
});

test('what a cycle counts is what happened in GoTo', async () => {
  const before = connector.world.goto.all().length;
  const first = await connector.cycle();
  expect(connector.world.goto.all().length - before).toBe(first.counts.created);
  expect(first.progress).toMatchObject({ expected: first.progress.done, percentage: 100 });
  const [renamed, leaver] = entitled(connector);
  connector.world.directory.changeUser(renamed?.id ?? '', { surname: 'Married' });
  connector.world.directory.changeUser(leaver?.id ?? '', { accountEnabled: false });
  newcomer(connector, 940);
  newcomer(connector, 941);
  connector.world.goto.addFault({ match: 'POST .*/users', kind: 'commitThenDrop' });
  const writes = connector.world.goto.writes.length;
  const cycle = await cycles(connector, 1);
  expect(connector.world.goto.unfiredFaults).toEqual([]);
  expect(cycle.counts).toMatchObject({ created: 2, updated: 1, disabled: 1, failed: 0, parked: 0 });
  expect(connector.world.goto.writes.length - writes).toBe(4);
  const entries = (await connector.rows(cycle.id)).flatMap((row) => row.result?.entries ?? []);
  expect(entries.filter((entry) => entry.action === 'create' && entry.status === 'success')).toHaveLength(2);
  expectConverged(connector);
});
