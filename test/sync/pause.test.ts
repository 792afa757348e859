/** An admin pauses the job: what is at hand ends, nothing else is written, nobody waits longer for it, and start goes on at once. */
import { postPause, postStart } from '../../shared/api/controlJob';
import { getJob } from '../../shared/api/getJob';
import { postSync } from '../../shared/api/postSync';
import { GotoAccounts } from '../../shared/goto/GotoAccounts';
import { apiRequest } from '../support/apiRequest';
import { askOf } from '../support/demand';
import { expectInOrder } from '../support/deaths';
import { apply, askToApply, dryRun } from '../support/plans';
import { refusal } from '../support/refusal';
import { around, entitled, newcomer, someone, unassign } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

/** One write at a time, a lane, and so slow that a pause comes in the middle. */
const SLOW = { GOTO_REQUESTS_PER_SECOND: '2', USER_CHANGE_LANES: '2', CREATE_BATCH_SIZE: '1' };
const TOWN = { people: 24, groups: 2, membersPerGroup: 12, existingShare: 0 };
const HOUR_MS = 3_600_000;

let connector: TestConnector;
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

const ask = (what: typeof postPause): Promise<unknown> => connector.run(() => what(connector.engine, apiRequest('')));

const status = async (): Promise<unknown> => (await getJob(connector.engine, apiRequest())).body;

/** After so many creations somebody presses a button. */
function afterCreations(count: number, press: () => Promise<unknown>): void {
  let isPressed = false;
  around(GotoAccounts.prototype, 'create', {
    after: () => {
      if (isPressed || writes() < count) return;
      isPressed = true;
      void press();
    },
  });
}

const writes = (): number => connector.world.goto.writes.length;

async function attempts(): Promise<number> {
  let most = 0;
  for await (const mark of connector.engine.store.dirty.all()) most = Math.max(most, mark.attempts);
  return most;
}

test('in the middle of a cycle: those at hand are served, for hours nothing else is written, and start serves the rest', async () => {
  connector = await TestConnector.start({ world: TOWN, settings: SLOW });
  afterCreations(5, () => ask(postPause));
  const started = await connector.start();
  await connector.settle();
  const served = writes();
  // Two lanes, at most four people each.
  expect(served).toBeGreaterThanOrEqual(5);
  expect(served).toBeLessThanOrEqual(5 + 8);
  const stopped = await connector.view(started.started ? started.cycle.id : '');
  expect(stopped).toMatchObject({ state: 'superseded', error: expect.stringContaining('paused') as unknown });
  expect(stopped.counts).toMatchObject({ created: served, held: entitled(connector).length - served, failed: 0 });
  expect(await status()).toMatchObject({
    schedule: { state: 'Paused' },
    status: { code: 'Paused', currentCycle: null },
  });
  expect(await attempts()).toBe(0);

  for (let hour = 0; hour < 5; hour += 1) {
    connector.later(HOUR_MS);
    expect(await connector.start()).toMatchObject({ started: false, code: 'JobPaused' });
    expect(await connector.start('full', { orNext: true })).toMatchObject({ started: false, code: 'JobPaused' });
    await connector.settle();
  }
  expect(writes()).toBe(served);
  expect(await attempts()).toBe(0);

  await ask(postStart);
  await connector.settle();
  expect(await status()).toMatchObject({ schedule: { state: 'Active' }, status: { code: 'Active' } });
  await expectInOrder(connector);
});

test('while a cycle plans: nothing is written, and nothing is lost', async () => {
  connector = await TestConnector.start({ world: TOWN });
  await connector.start();
  await ask(postPause);
  await connector.settle();
  expect(writes()).toBe(0);
  await ask(postStart);
  await connector.settle();
  await expectInOrder(connector);
});

test('paused and started again before the cycle has ended: the rest waits for no timer', async () => {
  connector = await TestConnector.start({ world: TOWN, settings: SLOW });
  afterCreations(5, async () => {
    await ask(postPause);
    await ask(postStart);
  });
  await connector.start();
  await connector.settle();
  await expectInOrder(connector);
});

test('every door to GoTo refuses with the state and what to do; a dry run and its plan are there', async () => {
  connector = await TestConnector.start({ world: TOWN });
  await connector.begin();
  connector.later();
  const joiner = newcomer(connector, 930);
  const leaver = someone(connector);
  unassign(connector, leaver.id);
  await ask(postPause);
  await ask(postPause);
  const before = writes();
  expect(await refusal(connector.run(() => postSync(connector.engine, apiRequest({ mode: 'full' }))))).toBe(
    '409 JobPaused',
  );
  expect(await refusal(askOf(connector, joiner.id))).toBe('409 JobPaused');
  expect(await askOf(connector, joiner.id, { dryRun: true })).toMatchObject({ action: 'create' });
  const plan = await dryRun(connector);
  expect(plan.entries).toContainEqual(expect.objectContaining({ sourceId: joiner.id, action: 'create' }));
  expect(await refusal(askToApply(connector, plan))).toBe('409 JobPaused');
  expect(writes()).toBe(before);

  await connector.engine.store.pause.end();
  expect(await apply(connector, plan)).toMatchObject({ counts: { created: 1 } });
  await ask(postStart);
  await connector.settle();
  connector.later();
  await connector.cycle();
  await expectInOrder(connector);
});
