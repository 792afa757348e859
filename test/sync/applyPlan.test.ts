/** A plan that was seen is what is done: that and nothing else, once, and only as far as it still holds. */
import { stateInWords } from '../../dashboard/views/overview/stateInWords';
import { newUser } from '../../local/simulators/world/buildWorld';
import { jobAnswerSchema, type JobAnswer } from '../../shared/api/answers/JobAnswer';
import { getJob } from '../../shared/api/getJob';
import { getPlan } from '../../shared/api/getPlan';
import { getUser } from '../../shared/api/user/getUser';
import { apiRequest, csvLines, csvRequest } from '../support/apiRequest';
import { CHANGES, VILLAGE } from '../support/company';
import { expectInOrder, fourSlots } from '../support/deaths';
import { apply, askToApply, dryRun, intended, planOf } from '../support/plans';
import { entitlements, newcomer, someone, unassign } from '../support/stories';
import { MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
afterEach(() => connector.stop());

const done = async (cycleId: string): Promise<string[]> =>
  (await connector.rows(cycleId))
    .filter((row) => row.stage > 0)
    .map((row) => `${row.entry.sourceId} ${row.entry.action}`)
    .sort();

async function village(): Promise<void> {
  connector = await TestConnector.start({ world: VILLAGE });
  for (const change of CHANGES) change.before?.(connector);
  await connector.begin();
  connector.later();
}

test('the plan of the very first cycle, applied; the next cycle has nothing to add', async () => {
  connector = await TestConnector.start({ world: VILLAGE });
  const plan = await dryRun(connector);
  expect(connector.world.goto.writes).toHaveLength(0);
  connector.later();
  const applied = await apply(connector, plan);
  expect(applied).toMatchObject({ mode: 'apply', state: 'succeeded', from: plan.id, error: null });
  expect(await done(applied.id)).toEqual(intended(plan));
  expect(await connector.view(plan.id)).toMatchObject({ state: 'planned', appliedBy: applied.id });
  const { since } = connector.mark();
  await fourSlots(connector);
  expect(since().gotoWrites).toBe(0);
  await expectInOrder(connector);
});

test.each(['incremental', 'full'] as const)(
  'changes of every kind (%s): exactly the plan is done, and once',
  async (mode) => {
    await village();
    for (const change of CHANGES) change.happen(connector);
    connector.later();
    const plan = await dryRun(connector, mode);
    const removals = intended(plan).filter((one) => one.endsWith('disable'));
    expect(removals.length).toBeGreaterThan(0);
    connector.later(60_000);
    // Somebody comes who is not in the plan: they wait for a cycle.
    const late = newcomer(connector, 930);
    const first = await askToApply(connector, plan);
    expect(await askToApply(connector, plan)).toBe(first);
    await connector.settle();
    expect(await connector.view(first)).toMatchObject({ state: 'succeeded', error: null });
    expect(await done(first)).toEqual(intended(plan));
    expect(connector.statusOf(late.id)).toBe('none');
    const { since } = connector.mark();
    expect(await askToApply(connector, plan)).toBe(first);
    await connector.settle();
    expect(since().gotoWrites).toBe(0);
    await fourSlots(connector);
    await expectInOrder(connector);
  },
);

test('what no longer holds is refused one by one with the reason; the rest is done, and nobody is forgotten', async () => {
  await village();
  const [kept, left, renamed] = [newcomer(connector, 931), newcomer(connector, 932), someone(connector)];
  connector.world.directory.changeUser(renamed.id, { surname: 'First' });
  const plan = await dryRun(connector);
  expect(intended(plan)).toEqual([`${kept.id} create`, `${left.id} create`, `${renamed.id} update`].sort());
  connector.later();
  unassign(connector, left.id);
  connector.world.directory.changeUser(renamed.id, { surname: 'Second' });
  const applied = await apply(connector, plan);
  expect(await done(applied.id)).toEqual([`${kept.id} create`]);
  const refused = (await connector.rows(applied.id)).filter((row) => row.result?.outcome === 'refused');
  expect(refused.map((row) => row.entry.sourceId).sort()).toEqual([left.id, renamed.id].sort());
  for (const { result } of refused)
    expect(result).toMatchObject({
      message: expect.stringMatching(/^The plan says (create|update); today /) as unknown,
      entries: [{ reason: 'PlanEntryRefused', status: 'skipped' }],
    });
  expect(applied.skippedByReason).toMatchObject({ PlanEntryRefused: 2 });
  expect(connector.statusOf(left.id)).toBe('none');
  await fourSlots(connector);
  await expectInOrder(connector);
});

test('a plan too old, of other settings, with another hash or of no dry run is refused whole, with the reason', async () => {
  await village();
  newcomer(connector, 933);
  const plan = await dryRun(connector);
  await expect(askToApply(connector, plan, 'another')).rejects.toMatchObject({ status: 409, code: 'WrongHash' });
  await expect(askToApply(connector, { ...plan, id: '0000000000000000-none' })).rejects.toMatchObject({ status: 404 });
  const cycle = await connector.cycle();
  await expect(askToApply(connector, { ...plan, id: cycle.id })).rejects.toMatchObject({
    status: 409,
    code: 'NotPlanned',
    message: expect.stringContaining('succeeded') as unknown,
  });
  connector.later();
  const other = newcomer(connector, 934);
  const second = await dryRun(connector);
  await connector.restart(entitlements([MEETING_LICENSE], []));
  await expect(askToApply(connector, second)).rejects.toMatchObject({ status: 409, code: 'PlanOutdated' });
  await connector.cycle();
  connector.later();
  newcomer(connector, 935);
  const third = await dryRun(connector);
  connector.later(24 * 3_600_000 + 1);
  await expect(askToApply(connector, third)).rejects.toMatchObject({ status: 409, code: 'PlanTooOld' });
  expect(connector.statusOf(other.id)).not.toBe('none');
});

test('while a cycle runs nothing is applied, and a plan that another cycle has done writes nothing more', async () => {
  await village();
  const ada = newcomer(connector, 936);
  const plan = await dryRun(connector);
  const started = await connector.start();
  expect(started.started).toBe(true);
  await expect(askToApply(connector, plan)).rejects.toMatchObject({ status: 409, code: 'CycleRunning' });
  await connector.settle();
  expect(connector.statusOf(ada.id)).not.toBe('none');
  connector.later();
  const { since } = connector.mark();
  const applied = await apply(connector, plan);
  expect(applied).toMatchObject({ state: 'succeeded', skippedByReason: { PlanEntryRefused: 1 } });
  expect(since().gotoWrites).toBe(0);
});

test('wherever the process dies while a plan is applied, it is done once', async () => {
  await village();
  connector.world.directory.assign(
    connector.world.directory.addUser({ ...newUser(connector.world.random, 937), mail: 'x937@example.com' }).id,
    'User',
  );
  connector.world.directory.changeUser(someone(connector).id, { accountEnabled: false });
  const plan = await dryRun(connector);
  const before = connector.world.goto.writes.length;
  for (const after of [12, 20, 30]) {
    connector.killAt = connector.calls + after;
    const id = await askToApply(connector, plan).catch(() => undefined);
    await connector.settle();
    connector.takeKill();
    if (id !== undefined) break;
  }
  connector.later(11 * 60_000);
  await connector.start();
  await connector.settle();
  await fourSlots(connector);
  await expectInOrder(connector);
  expect(connector.world.goto.writes.length - before).toBe(2);
});

test('START_WITH_PLAN: the first cycle is a plan; nothing happens until it is applied, then all goes its way', async () => {
  connector = await TestConnector.start({ world: VILLAGE, settings: { START_WITH_PLAN: 'true' } });
  const started = await connector.start();
  await connector.settle();
  const id = started.started ? started.cycle.id : '';
  expect(await connector.view(id)).toMatchObject({ dryRun: true, state: 'planned', mode: 'initial' });
  connector.later();
  // The timer comes again and again, and waits; somebody who asks gets a newer plan.
  expect(await connector.start()).toMatchObject({ started: false, code: 'PlanAwaitsApply' });
  // Its sign of life: the alert no-cycle would take it for standing still.
  expect(connector.events.at(-1)?.line).toContain('"job.refused","code":"PlanAwaitsApply"');
  const job = await jobOf(connector);
  expect(job.status.firstPlan).toEqual({ cycleId: id });
  expect(job.schedule.nextRunDateTime).toBeNull();
  // What the page says first.
  expect(stateInWords(job).title).toBe('The first plan waits for you');
  // Nor is anybody promised an account at a time.
  const creation = (await planOf(connector, id)).entries.find(({ action }) => action === 'create');
  expect(await getUser(connector.engine, apiRequest('', { id: creation?.sourceId ?? '' }))).toMatchObject({
    body: { reason: 'AwaitingApproval', next: { action: 'create', dateTime: null }, isFirstPlanWaiting: true },
  });
  expect(connector.world.goto.writes).toHaveLength(0);
  connector.later(25 * 3_600_000);
  const anew = await connector.start();
  expect(anew).toMatchObject({ started: true, cycle: { dryRun: true } });
  await connector.settle();
  const plan = await planOf(connector, anew.started ? anew.cycle.id : '');
  expect(plan.totals).toMatchObject({ create: expect.any(Number) as unknown });
  expect(plan.entries[0]?.why).toMatch(/through group "[A-Z][a-z]+ 1" with role "/);
  const csv = await csvLines(await getPlan(connector.engine, csvRequest('', { id: plan.id })));
  expect(csv.length).toBeGreaterThanOrEqual(plan.entries.length + 1);
  const creations = csvRequest('', { id: plan.id }, { $filter: "action eq 'create'" });
  expect(await csvLines(await getPlan(connector.engine, creations))).toHaveLength(1 + (plan.totals['create'] ?? 0));
  await apply(connector, plan);
  await fourSlots(connector);
  await expectInOrder(connector);
  expect((await jobOf(connector)).status.firstPlan).toBeNull();
});

const jobOf = async ({ engine }: TestConnector): Promise<JobAnswer> =>
  jobAnswerSchema.parse((await getJob(engine, apiRequest())).body);
