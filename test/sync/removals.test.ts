/** I06: above the limit nobody loses access until somebody who has seen the exact plan says so. */
import { z } from 'zod';
import { readersPacer } from '../../shared/sync/cycle/readersPacer';
import { PlansTable } from '../../shared/store/PlansTable';
import { AwaitedApproval } from '../../shared/store/state/AwaitedApproval';
import { historyAnswerSchema } from '../../shared/api/answers/HistoryAnswer';
import { jobAnswerSchema } from '../../shared/api/answers/JobAnswer';
import { getHistory } from '../../shared/api/getHistory';
import { getJob } from '../../shared/api/getJob';
import { apiRequest } from '../support/apiRequest';
import * as approvals from '../support/approvals';
import { fourSlots } from '../support/deaths';
import { expectConverged } from '../support/expectConverged';
import { refusal } from '../support/refusal';
import { apply, dryRun, intended, revert } from '../support/plans';
import { around, cycles, heal, newcomer, someone, unassign } from '../support/stories';
import { TestConnector, type CycleView } from '../support/TestConnector';

/** Twelve people: three may go in a day. */
const COMPANY = { people: 14, groups: 2, membersPerGroup: 7, existingShare: 0.3 };

let connector: TestConnector;

beforeEach(async () => {
  connector = await TestConnector.start({ world: COMPANY, settings: approvals.DEFAULT_LIMITS });
  await connector.begin();
});
afterEach(() => connector.stop());

const active = (): number => connector.world.goto.all().filter((user) => user.licenseKeys.length > 0).length;

const suspended = (ids: readonly string[]): number => ids.filter((id) => connector.statusOf(id) === 'SUSPENDED').length;

async function planOf(id: string): Promise<{ readonly hash: string; readonly staged: readonly string[] }> {
  const { hash, entries } = await approvals.planOf(connector, id);
  return { hash, staged: entries.filter((one) => one.staged).map((one) => one.sourceId) };
}

const decide = (verdict: 'approve' | 'reject', id: string, hash: string) =>
  approvals.decide(connector, verdict, id, hash);

/** So many people leave, and the cycle that plans it. */
async function leave(count: number, from = 0): Promise<{ readonly ids: string[]; readonly cycle: CycleView }> {
  const ids = Array.from({ length: count }, (_, index) => someone(connector, from + index).id);
  for (const id of ids) unassign(connector, id);
  return { ids, cycle: await cycles(connector, 2) };
}

const awaited = async (): Promise<string | undefined> =>
  AwaitedApproval.of(await connector.engine.store.job.read())?.cycleId;

test('within the limit people go without being asked about, and on the next day again', async () => {
  const { ids, cycle } = await leave(3);
  expect(cycle).toMatchObject({ state: 'succeeded', counts: { disabled: 3, staged: 0 } });
  connector.later(24 * 3_600_000);
  await leave(2);
  expect(ids.map((id) => connector.statusOf(id))).toEqual(['SUSPENDED', 'SUSPENDED', 'SUSPENDED']);
  expectConverged(connector);
});

test('a day’s removals count together, over cycles', async () => {
  await leave(3);
  const { ids, cycle } = await leave(1);
  expect(cycle).toMatchObject({ state: 'awaitingApproval', counts: { disabled: 0, staged: 1 } });
  expect(connector.statusOf(ids[0] ?? '')).not.toBe('SUSPENDED');
});

test('above the limit all removals wait, everything else is done, and the approval makes exactly the plan', async () => {
  const before = active();
  const joiner = newcomer(connector, 700);
  const { ids, cycle } = await leave(5);
  expect(cycle).toMatchObject({
    state: 'awaitingApproval',
    error: null,
    counts: { disabled: 0, staged: 5, failed: 0 },
  });
  expect(cycle.warnings.join()).toMatch(/5 people would lose access within 24 hours; 3 of \d+ may/);
  expect(active()).toBe(before + 1);
  expect(connector.statusOf(joiner.id)).not.toBe('none');
  expect(await connector.entry(cycle.id, ids[0] ?? '')).toBeUndefined();
  const { hash, staged } = await planOf(cycle.id);
  expect([...staged].sort()).toEqual([...ids].sort());

  expect((await getJob(connector.engine, apiRequest())).body).toMatchObject({
    schedule: { state: 'Active' },
    status: {
      code: 'Quarantine',
      quarantine: { reason: 'TooManyDeletes', removals: { count: 5, cycleId: cycle.id } },
      awaitingApproval: { cycleId: cycle.id, removals: 5, deletions: 0 },
    },
  });
  await connector.engine.store.pause.begin(connector.clock.now());
  expect(await refusal(decide('approve', cycle.id, hash))).toBe('409 JobPaused');
  await connector.engine.store.pause.end();
  expect(await refusal(decide('approve', cycle.id, 'AnotherHash'))).toBe('409 OtherPlan');
  expect(await decide('approve', cycle.id, hash)).toMatchObject({ status: 202, body: { state: 'applying' } });
  await connector.settle();
  expect(await decide('approve', cycle.id, hash)).toMatchObject({ status: 202 });
  expect(await refusal(decide('reject', cycle.id, hash))).toBe('409 PlanNotWaiting');
  await connector.settle();
  expect(await connector.view(cycle.id)).toMatchObject({ state: 'succeeded', counts: { disabled: 5, staged: 0 } });
  expect(await awaited()).toBeUndefined();
  // What is said of the cycle is true after the decision, too.
  expect((await connector.view(cycle.id)).warnings.join()).toContain(
    'may without being asked about. They are removed only after somebody has looked at the plan of this cycle and approved it (POST',
  );
  await cycles(connector, 2);
  expectConverged(connector);
  expect(connector.events.filter(({ line }) => line.includes('"removals.approved"'))).toHaveLength(1);
});

test('how long a plan waited for somebody is no part of how long the cycle took', async () => {
  const { cycle } = await leave(5);
  const { hash } = await planOf(cycle.id);
  connector.later(2 * 3_600_000);
  await decide('approve', cycle.id, hash);
  await connector.settle();
  const { body } = await getHistory(connector.engine, apiRequest());
  for (const { longestSeconds } of historyAnswerSchema.parse(body).buckets)
    expect(longestSeconds ?? 0).toBeLessThan(600);
});

test('whoever came back before the approval drops out', async () => {
  const { ids, cycle } = await leave(5);
  const [back = ''] = ids;
  connector.world.directory.assign(back, 'User');
  const { hash } = await planOf(cycle.id);
  const { engine } = connector;
  const { guest, planner } = engine.pacing;
  jest.spyOn(engine.pacing, 'guest', 'get').mockReturnValue(guest);
  jest.spyOn(engine.pacing, 'planner', 'get').mockReturnValue(planner);
  expect(await readersPacer(engine, 'another')).toBe(planner);
  await decide('approve', cycle.id, hash);
  // I11: who reads meanwhile does so in slots that no lane of the approved removals has.
  expect(await readersPacer(engine, 'another')).toBe(guest);
  expect(await readersPacer(engine, cycle.id)).toBe(planner);
  await connector.settle();
  expect(await readersPacer(engine, 'another')).toBe(planner);
  jest.restoreAllMocks();
  expect(await connector.view(cycle.id)).toMatchObject({ state: 'succeeded', counts: { disabled: 4 } });
  expect(connector.statusOf(back)).not.toBe('SUSPENDED');
  await cycles(connector, 2);
  expectConverged(connector);
});

test('a plan that waits is not planned again; with more leavers it is, and only the younger one can be approved', async () => {
  const { cycle } = await leave(5);
  const quiet = await cycles(connector, 1);
  expect(quiet).toMatchObject({ state: 'succeeded', counts: { staged: 0, held: 5 } });
  expect(await awaited()).toBe(cycle.id);
  const younger = await leave(1);
  expect(younger.cycle).toMatchObject({ state: 'awaitingApproval', counts: { staged: 6 } });
  expect(await awaited()).toBe(younger.cycle.id);
  expect(await connector.view(cycle.id)).toMatchObject({ state: 'superseded' });
  expect(await refusal(decide('approve', cycle.id, (await planOf(cycle.id)).hash))).toBe('409 PlanNotWaiting');
  await decide('approve', younger.cycle.id, (await planOf(younger.cycle.id)).hash);
  await connector.settle();
  expect(await connector.view(younger.cycle.id)).toMatchObject({ state: 'succeeded', counts: { disabled: 6 } });
  await cycles(connector, 2);
  expectConverged(connector);
});

test('a later cycle that dies when it has left the plan that waits to itself does not end that plan', async () => {
  const { ids, cycle } = await leave(5);
  let deaths = 0;
  around(PlansTable.prototype, 'advance', {
    after: () => {
      deaths += 1;
      if (deaths === 1) throw new Error('The process dies.');
    },
  });
  await cycles(connector, 1);
  jest.restoreAllMocks();
  expect(deaths).toBe(1);
  expect(await connector.view(cycle.id)).toMatchObject({ state: 'awaitingApproval' });
  expect(suspended(ids)).toBe(0);
});

test('when everybody has come back, the plan ends by itself', async () => {
  const { ids, cycle } = await leave(5);
  for (const id of ids) connector.world.directory.assign(id, 'User');
  await cycles(connector, 2);
  expect(await awaited()).toBeUndefined();
  expect(await connector.view(cycle.id)).toMatchObject({ state: 'superseded' });
  expectConverged(connector);
});

test('a plan that waits stands while Entra’s list of assignments is in doubt, whatever else is to be removed', async () => {
  const { ids, cycle } = await leave(5);
  const { behaviour } = connector.stack.entra;
  behaviour.assignmentsShown = 0;
  expect(await cycles(connector, 1)).toMatchObject({ state: 'succeeded', counts: { staged: 0 } });
  const blocked = [0, 1, 2, 3].map((index) => someone(connector, index).id);
  for (const id of blocked) connector.world.directory.changeUser(id, { accountEnabled: false });
  const doubtful = await cycles(connector, 1);
  expect(doubtful).toMatchObject({ state: 'succeeded', counts: { disabled: 0, staged: 0 } });
  expect(doubtful.warnings.join()).toContain('Nobody was removed: it is asked about when Entra’s list');
  expect(await connector.view(cycle.id)).toMatchObject({ state: 'awaitingApproval' });
  expect(await awaited()).toBe(cycle.id);
  expect(suspended([...ids, ...blocked])).toBe(0);
  // Out of doubt, all of them wait together.
  behaviour.assignmentsShown = 1;
  const younger = await cycles(connector, 1);
  expect(younger).toMatchObject({ state: 'awaitingApproval', counts: { staged: 9 } });
  expect(await connector.view(cycle.id)).toMatchObject({ state: 'superseded' });
});

test('a rejected plan removes nobody; who is wanted again and leaves later is removed like anybody', async () => {
  const { ids, cycle } = await leave(5);
  const { hash } = await planOf(cycle.id);
  const held = async (): Promise<number> =>
    jobAnswerSchema.parse((await getJob(connector.engine, apiRequest())).body).status.people.held;
  expect(await held()).toBe(0);
  await decide('reject', cycle.id, hash);
  await connector.settle();
  expect(await connector.view(cycle.id)).toMatchObject({ state: 'rejected', counts: { staged: 0 } });
  // No cycle has ended since.
  connector.later();
  expect(await held()).toBe(5);
  expect(await decide('reject', cycle.id, hash)).toMatchObject({ status: 202 });
  expect(await refusal(decide('approve', cycle.id, hash))).toBe('409 PlanNotWaiting');
  const next = await cycles(connector, 2);
  expect(next).toMatchObject({ state: 'succeeded', counts: { disabled: 0, staged: 0 } });
  expect(suspended(ids)).toBe(0);
  const [back = ''] = ids;
  connector.world.directory.assign(back, 'User');
  await cycles(connector, 1);
  unassign(connector, back);
  await cycles(connector, 2);
  expect(connector.statusOf(back)).toBe('SUSPENDED');
});

test('changed settings make the plan an old one', async () => {
  const { cycle } = await leave(5);
  await connector.restart({ SKIP_OUT_OF_SCOPE_DELETIONS: 'true' });
  expect(await refusal(decide('approve', cycle.id, (await planOf(cycle.id)).hash))).toBe('409 SettingsChanged');
});

test('whoever still has the role but no licence by it loses access too, and is counted', async () => {
  const rules = z.record(z.string(), z.object({ licenseKeys: z.array(z.string()) }));
  const given = rules.parse(JSON.parse(connector.stack.environment['ROLE_ENTITLEMENTS'] ?? '{}'));
  const emptied = Object.fromEntries(Object.keys(given).map((role) => [role, { licenseKeys: [] }]));
  const before = active();
  await connector.restart({ ROLE_ENTITLEMENTS: JSON.stringify(emptied) });
  const cycle = await cycles(connector, 2);
  expect(cycle.counts.staged + cycle.counts.held).toBeGreaterThan(9);
  expect(active()).toBe(before);
});

test.each(['approve', 'reject'] as const)(
  '%s: the process dies when the word is stored, and soon again: it is done once and wholly',
  async (verdict) => {
    const { ids, cycle } = await leave(5);
    const { hash } = await planOf(cycle.id);
    around(PlansTable.prototype, 'put', {
      before: (call) => {
        if (call === 1) connector.killAt = connector.calls + 1;
      },
    });
    connector.killAgainAfter = 4;
    await decide(verdict, cycle.id, hash).catch(() => undefined);
    jest.restoreAllMocks();
    // It has died once.
    expect(connector.killAgainAfter).toBeUndefined();
    await connector.settle();
    connector.takeKill();
    await fourSlots(connector);
    if ((await awaited()) !== undefined) {
      await decide(verdict, cycle.id, hash);
      await fourSlots(connector);
    }
    expect(suspended(ids)).toBe(verdict === 'approve' ? 5 : 0);
    expect(await awaited()).toBeUndefined();
  },
);

test('a plan that is applied asks like any cycle: to name it starts it, to approve its removals is a second word', async () => {
  const ids = Array.from({ length: 5 }, (_, index) => someone(connector, index).id);
  for (const id of ids) unassign(connector, id);
  await cycles(connector, 1);
  connector.later();
  const plan = await dryRun(connector);
  expect(intended(plan)).toEqual(ids.map((id) => `${id} disable`).sort());
  const waiting = await apply(connector, plan);
  expect(waiting).toMatchObject({ mode: 'apply', state: 'awaitingApproval', counts: { disabled: 0, staged: 5 } });
  const [back = ''] = ids;
  connector.world.directory.assign(back, 'User');
  await decide('approve', waiting.id, (await planOf(waiting.id)).hash);
  await connector.settle();
  expect(await connector.view(waiting.id)).toMatchObject({ state: 'succeeded', counts: { disabled: 4, staged: 0 } });
  await cycles(connector, 2);
  expectConverged(connector);
});

test('an undo of many creations asks, too, and waits through cycles of every kind; too many leavers are asked about behind it', async () => {
  const ids = Array.from({ length: 5 }, (_, index) => newcomer(connector, 700 + index).id);
  const created = await cycles(connector, 1);
  const undo = await apply(connector, await revert(connector, created.id));
  expect(undo).toMatchObject({ mode: 'apply', state: 'awaitingApproval', counts: { disabled: 0, staged: 5 } });
  await cycles(connector, 2);
  connector.later();
  await connector.cycle('full');
  expect(await connector.view(undo.id)).toMatchObject({ state: 'awaitingApproval' });
  const { ids: leavers, cycle } = await leave(5);
  expect(cycle).toMatchObject({ state: 'succeeded', counts: { staged: 0, disabled: 0, held: 5 } });
  expect(cycle.warnings.join()).toMatch(/5 people would lose access .*when the undo that waits has been decided about/);
  await decide('approve', undo.id, (await planOf(undo.id)).hash);
  await connector.settle();
  expect(await connector.view(undo.id)).toMatchObject({ state: 'succeeded', counts: { disabled: 5, staged: 0 } });
  const next = await cycles(connector, 1);
  expect(suspended(ids)).toBe(5);
  expect([...(await planOf(next.id)).staged].sort()).toEqual(leavers.sort());
});

test('an undo that waits when the settings change can be approved no more, and keeps nobody from being asked about', async () => {
  const ids = Array.from({ length: 5 }, (_, index) => newcomer(connector, 720 + index).id);
  const created = await cycles(connector, 1);
  const undo = await apply(connector, await revert(connector, created.id));
  const { hash } = await planOf(undo.id);
  await connector.restart({ SKIP_OUT_OF_SCOPE_DELETIONS: 'true' });
  expect(await refusal(decide('approve', undo.id, hash))).toBe('409 SettingsChanged');
  await cycles(connector, 1);
  await connector.restart({ SKIP_OUT_OF_SCOPE_DELETIONS: 'false' });
  await cycles(connector, 1);
  expect(await refusal(decide('approve', undo.id, hash))).toBe('409 PlanNotWaiting');
  const { ids: leavers, cycle } = await leave(5);
  expect([...(await planOf(cycle.id)).staged].sort()).toEqual(leavers.sort());
  expect(suspended(ids)).toBe(0);
});

test('an attempt to leave the quarantine takes access from nobody of too many leavers, though it looks at a few', async () => {
  await connector.restart({ REMOVAL_LIMIT_COUNT: '5', REMOVAL_LIMIT_PERCENT: '100' });
  newcomer(connector, 730);
  connector.world.goto.addFault({ match: '/admin/', kind: 'status', status: 401, times: 1_000_000 });
  await cycles(connector, 1);
  heal(connector.world.goto);
  const ids = Array.from({ length: 8 }, (_, index) => someone(connector, index).id);
  for (const id of ids) connector.world.directory.changeUser(id, { accountEnabled: false });
  // The attempt, and the cycle that follows it by itself.
  await cycles(connector, 1);
  expect(suspended(ids)).toBe(0);
  const { staged } = await planOf((await awaited()) ?? '');
  expect([...staged].sort()).toEqual([...ids].sort());
});

test('a plan that is applied leaves one that waits alone, as far as it has other people', async () => {
  const { cycle } = await leave(5);
  expect(cycle.state).toBe('awaitingApproval');
  const { id } = newcomer(connector, 710);
  const created = await cycles(connector, 1);
  await apply(connector, await revert(connector, created.id));
  expect(connector.statusOf(id)).toBe('SUSPENDED');
  expect(await connector.view(cycle.id)).toMatchObject({ state: 'awaitingApproval' });
  expect(await awaited()).toBe(cycle.id);
});
