/** GoTo fails as a whole, for an hour, a day or for weeks: it is left in peace, nobody pays for it, and nobody has to care. */
import { z } from 'zod';
import { postStart } from '../../shared/api/controlJob';
import { healthCheck } from '../../shared/api/getHealth';
import { getJob } from '../../shared/api/getJob';
import { postSync } from '../../shared/api/postSync';
import { apiRequest } from '../support/apiRequest';
import { askOf } from '../support/demand';
import { expectInOrder } from '../support/deaths';
import { dryRun } from '../support/plans';
import { refusal } from '../support/refusal';
import { entitled, heal, newcomer, someone, TINY } from '../support/stories';
import { TestConnector } from '../support/TestConnector';
import { restart } from '../support/restart';

const FOR_EVER = 1_000_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

let connector: TestConnector;
afterEach(() => connector.stop());

const answerSchema = z.object({
  schedule: z.object({ state: z.string() }),
  status: z.object({
    code: z.string(),
    quarantine: z
      .object({
        reason: z.string(),
        seriesBegan: z.string(),
        seriesCount: z.number(),
        nextAttempt: z.string().nullable(),
        error: z.object({ code: z.string() }),
      })
      .nullable(),
  }),
});

const job = async () => answerSchema.parse((await getJob(connector.engine, apiRequest())).body);

/** The clock of the tests has parts of milliseconds. */
const nextAttempt = async (): Promise<number> => Date.parse((await job()).status.quarantine?.nextAttempt ?? '') + 1;

/** The timer comes. */
async function tick(): Promise<Awaited<ReturnType<TestConnector['start']>>> {
  const started = await connector.start();
  await connector.settle();
  return started;
}

/** So long nothing is mended: the timer comes when an attempt is due, and a moment before. @returns the attempts */
async function lasts(ms: number): Promise<number> {
  const until = connector.clock.now() + ms;
  let attempts = 0;
  while (connector.clock.now() < until) {
    const due = await nextAttempt();
    connector.clock.advance(due - 2 - connector.clock.now());
    const before = connector.mark();
    expect(await tick()).toMatchObject({ started: false, code: 'JobQuarantined' });
    expect(before.since()).toEqual({ graph: 0, goto: 0, gotoWrites: 0 });
    connector.clock.advance(2);
    await tick();
    attempts += 1;
  }
  return attempts;
}

/** Mended: the next attempt leaves the quarantine by itself, and everybody is served. */
async function leaves(): Promise<void> {
  connector.clock.advance((await nextAttempt()) - connector.clock.now());
  await tick();
  expect((await job()).status).toMatchObject({ code: 'Active', quarantine: null });
  connector.later();
  await tick();
  await expectInOrder(connector);
}

/** Failed tries of whoever waits, at most. */
async function tries(): Promise<number> {
  let most = 0;
  for await (const mark of connector.engine.store.dirty.all()) most = Math.max(most, mark.attempts);
  return most;
}

/** A company in order; then somebody comes and somebody marries. */
async function withWork(): Promise<void> {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  connector.later();
  newcomer(connector, 960);
  connector.world.directory.changeUser(someone(connector).id, { surname: 'Married' });
}

const admin = (status: number): void =>
  connector.world.goto.addFault({ match: '/admin/', kind: 'status', status, times: FOR_EVER });

interface Cause {
  readonly name: string;
  readonly code: string;
  readonly happens: () => void | Promise<void>;
  readonly isMended: () => void | Promise<void>;
}

const CAUSES: readonly Cause[] = [
  {
    name: 'the credentials are refused',
    code: 'Unauthorized',
    happens: () => admin(401),
    isMended: () => heal(connector.world.goto),
  },
  {
    name: 'the right to manage users is gone',
    code: 'InsufficientRights',
    happens: () => admin(403),
    isMended: () => heal(connector.world.goto),
  },
  {
    name: 'the account key is gone',
    code: 'ConfigurationInvalid',
    happens: () => connector.restart({ GOTO_ACCOUNT_KEY: '1' }),
    isMended: () => connector.restart({ GOTO_ACCOUNT_KEY: connector.stack.environment['GOTO_ACCOUNT_KEY'] ?? '' }),
  },
  {
    name: 'GoTo is down',
    code: 'InternalServerError',
    happens: () => admin(500),
    isMended: () => heal(connector.world.goto),
  },
];

test.each(CAUSES)('$name for an hour: a few attempts, no try is counted, and it leaves by itself', async (cause) => {
  await withWork();
  const writes = connector.world.goto.writes.length;
  await cause.happens();
  await tick();
  expect((await job()).status).toMatchObject({
    code: 'Quarantine',
    quarantine: { reason: 'EncounteredQuarantineException', seriesCount: 1, error: { code: cause.code } },
  });
  const attempts = await lasts(HOUR_MS);
  expect(attempts).toBeGreaterThanOrEqual(6);
  expect(attempts).toBeLessThanOrEqual(10);
  expect((await job()).status.quarantine?.seriesCount).toBe(attempts + 1);
  expect(connector.world.goto.writes.length).toBe(writes);
  expect(await tries()).toBe(0);
  await cause.isMended();
  await leaves();
});

test('for a day: every door says so, a dry run works, the waits grow, and the end is found at most a quarter of it later', async () => {
  await withWork();
  const joiner = entitled(connector).at(-1)?.id ?? '';
  admin(401);
  await tick();
  const sync = () => postSync(connector.engine, apiRequest({ mode: 'full' }));
  expect(await refusal(connector.run(sync))).toBe('409 JobQuarantined');
  expect(await refusal(askOf(connector, joiner))).toBe('409 JobQuarantined');
  expect(await healthCheck()(connector.engine)).toMatchObject({ body: { job: 'Quarantine' } });
  expect((await dryRun(connector)).entries.map((one) => one.action).sort()).toEqual(['create', 'update']);
  const mark = connector.mark();
  const attempts = await lasts(DAY_MS);
  expect(attempts).toBeLessThanOrEqual(30);
  // Each asks once, and once more, each with a new token.
  expect(mark.since().goto).toBeLessThanOrEqual(4 * attempts);
  const wait = (await nextAttempt()) - connector.clock.now();
  expect(wait).toBeGreaterThan(4 * HOUR_MS);
  expect(wait).toBeLessThanOrEqual(8 * HOUR_MS);
  expect(await tries()).toBe(0);
  heal(connector.world.goto);
  // GoTo answers, and nobody has tried yet: one person can be looked at, and not be changed.
  expect(await askOf(connector, joiner, { dryRun: true })).toMatchObject({ action: 'create' });
  expect(await refusal(askOf(connector, joiner))).toBe('409 JobQuarantined');
  await leaves();
});

test('for four weeks: it is given up, and comes back by a start', async () => {
  await withWork();
  admin(401);
  await tick();
  while ((await job()).schedule.state === 'Active') {
    connector.clock.advance(Math.max(1, (await nextAttempt()) - connector.clock.now()));
    await tick();
  }
  const began = Date.parse((await job()).status.quarantine?.seriesBegan ?? '');
  expect(connector.clock.now() - began).toBeGreaterThanOrEqual(28 * DAY_MS);
  expect(connector.clock.now() - began).toBeLessThanOrEqual(29 * DAY_MS);
  expect(await job()).toMatchObject({
    schedule: { state: 'Disabled' },
    status: { code: 'Quarantine', quarantine: { nextAttempt: null } },
  });
  heal(connector.world.goto);
  const mark = connector.mark();
  connector.later(30 * DAY_MS);
  expect(await tick()).toMatchObject({ started: false, code: 'JobDisabled' });
  expect(mark.since().goto).toBe(0);
  await connector.run(() => postStart(connector.engine, apiRequest('')));
  await connector.settle();
  expect((await job()).status.code).toBe('Active');
  await expectInOrder(connector);
});

test('a company of five for whom GoTo creates nobody: few are asked about, and all are served when it works again', async () => {
  connector = await TestConnector.start({ world: { people: 5, groups: 1, membersPerGroup: 5, existingShare: 0 } });
  connector.world.goto.addFault({ match: 'POST /admin', kind: 'status', status: 403, times: FOR_EVER });
  await tick();
  expect((await job()).status.quarantine).toMatchObject({
    reason: 'EncounteredEscrowProportionThreshold',
    error: { code: 'TargetFailing' },
  });
  await lasts(20 * MINUTE_MS);
  expect(connector.world.goto.writes).toEqual([]);
  heal(connector.world.goto);
  await leaves();
});

test('two instances whose timers come at once make one attempt', async () => {
  await withWork();
  admin(503);
  await tick();
  connector.clock.advance((await nextAttempt()) - connector.clock.now());
  const alone = connector.mark();
  await tick();
  const ofOne = alone.since().goto;
  connector.clock.advance((await nextAttempt()) - connector.clock.now());
  const together = connector.mark();
  await Promise.all([connector.start(), connector.start(), connector.start('full', { orNext: true })]);
  expect(together.since().goto).toBe(ofOne);
  heal(connector.world.goto);
  connector.clock.advance((await nextAttempt()) - connector.clock.now());
  const starts = await Promise.all([connector.start(), connector.start()]);
  expect(starts.filter((one) => one.started)).toHaveLength(1);
  await connector.settle();
  expect((await job()).status.code).toBe('Active');
  await expectInOrder(connector);
});

test('an attempt tries few: of many who wait ten, and the rest when these have proven it', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  connector.later();
  admin(401);
  const people = Array.from({ length: 13 }, (_, index) => newcomer(connector, 1_000 + index));
  await tick();
  heal(connector.world.goto);
  connector.world.goto.addFault({ match: 'POST /admin', kind: 'status', status: 403, times: FOR_EVER });
  connector.clock.advance((await nextAttempt()) - connector.clock.now());
  const attempt = await tick();
  const rows = await connector.rows(attempt.started ? attempt.cycle.id : '');
  expect(rows.length).toBeLessThanOrEqual(10);
  expect((await job()).status.quarantine).toMatchObject({ seriesCount: 2 });
  heal(connector.world.goto);
  await leaves();
  expect(people.map(({ id }) => connector.statusOf(id))).not.toContain('none');
});

test('a restart with QuarantineState tries at once; one without leaves it as it is', async () => {
  await withWork();
  admin(401);
  await tick();
  heal(connector.world.goto);
  await restart(connector, 'Escrows');
  await connector.settle();
  expect((await job()).status.code).toBe('Quarantine');
  await restart(connector, 'QuarantineState');
  await connector.settle();
  expect((await job()).status.code).toBe('Active');
  await expectInOrder(connector);
});
