/** One cycle at a time, and no wish for one gets lost. */
import { z } from 'zod';
import { postSync } from '../../shared/api/postSync';
import { apiRequest } from '../support/apiRequest';
import { TINY } from '../support/company';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
afterEach(() => connector.stop());

test('the second start gets the id of the first', async () => {
  connector = await TestConnector.start({ world: TINY });
  const first = await connector.start('incremental', { trigger: 'http' });
  const second = await connector.start('full', { trigger: 'http' });
  expect(second).toEqual({ started: false, activeCycleId: first.started ? first.cycle.id : '' });
  await connector.settle();
});

test('two starts at the same moment begin one cycle', async () => {
  connector = await TestConnector.start({ world: TINY });
  const starts = await Promise.all([connector.start(), connector.start(), connector.start('full')]);
  await connector.settle();
  expect(starts.filter((one) => one.started)).toHaveLength(1);
  expect((await connector.engine.store.cycles.page(10)).cycles).toHaveLength(1);
});

test('a full cycle that came due meanwhile is made by the next start', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.cycle();
  connector.later();
  await connector.start();
  await connector.start('full', { orNext: true });
  await connector.settle();
  expect(await connector.cycle()).toMatchObject({ mode: 'full' });
});

test('a full cycle that failed is made again by the next start', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  connector.world.goto.addFault({ match: 'pageSize=1000', kind: 'status', status: 403, times: 99 });
  connector.later();
  expect(await connector.cycle('full')).toMatchObject({ mode: 'full', state: 'failed' });
  expect(connector.world.goto.unfiredFaults).toEqual([]);
  connector.world.goto.clearFaults();
  connector.later();
  expect(await connector.cycle()).toMatchObject({ mode: 'full', state: 'succeeded' });
  connector.later();
  expect(await connector.cycle()).toMatchObject({ mode: 'incremental', state: 'succeeded' });
});

test('the same idempotency key at once: everybody gets the one cycle', async () => {
  connector = await TestConnector.start({ world: TINY });
  const request = { trigger: 'http', idempotencyKey: 'k/1' } as const;
  const ask = () => connector.start('full', request);
  const starts = await Promise.all([
    ask(),
    ask(),
    ask(),
    connector.start('full', { ...request, idempotencyKey: 'k/2' }),
  ]);
  await connector.settle();
  const [cycle, ...others] = (await connector.engine.store.cycles.page(10)).cycles;
  expect(others).toEqual([]);
  const ids = starts.map((one) => (one.started ? one.cycle.id : null));
  const wonByOther = ids[3] !== null;
  expect(ids).toEqual(
    wonByOther ? [null, null, null, cycle?.cycle.id] : [cycle?.cycle.id, cycle?.cycle.id, cycle?.cycle.id, null],
  );
});

test('the same idempotency key starts nothing new; with another body it is another question', async () => {
  connector = await TestConnector.start({ world: TINY });
  const cycle = z.looseObject({ id: z.string(), dryRun: z.boolean() });
  const ask = async (body: object, key = 'k/1') => {
    const header = (name: string) => (name === 'idempotency-key' ? key : null);
    const answer = await connector.run(() => postSync(connector.engine, { ...apiRequest(body), header }));
    await connector.settle();
    return cycle.parse(answer.body);
  };
  const planned = await ask({ dryRun: true });
  expect((await ask({ dryRun: true })).id).toBe(planned.id);
  const started = await ask({});
  expect(started).toMatchObject({ dryRun: false });
  expect((await ask({ mode: 'incremental' })).id).toBe(started.id);
  await expect(ask({}, '')).rejects.toMatchObject({ status: 400, code: 'InvalidIdempotencyKey' });
});
