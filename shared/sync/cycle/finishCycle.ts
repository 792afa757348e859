/**
 * Ends a cycle: marks, wish and policy, statistics, final state, and the turn goes to the next one. Every step may be
 * repeated, and the final state comes last but one, so that a crash anywhere is finished by the redelivery
 * (docs/protocol.md 3.5). The steps are guarded by nothing but the claim before them.
 */
import { STAGE } from '../../model/Chunk';
import { isoTime } from '../../model/Clock';
import {
  addTallies,
  isOfEverybody,
  noTally,
  type Cycle,
  type CycleCounts,
  type CycleState,
  type Tally,
} from '../../model/Cycle';
import type { PlanAction } from '../../model/PlanEntry';
import type { Reason } from '../../model/Reason';
import { policyHash } from '../../rules/Policy';
import type { Execution } from '../../store/state/Executions';
import { settleMarks } from './settleMarks';
import type { Engine } from '../Engine';
import { isStoppedByAdmin } from './isStoppedByAdmin';
import { forgetOldCycles } from '../job/forgetOldCycles';
import { reviewTarget } from '../job/quarantine';
import { messageOf } from '../../telemetry/Telemetry';
import { isWithoutBasis } from './itineraries';
import type { CyclePlace } from './CyclePlace';
import { reviewPlan } from './reviewPlan';
import { hasUntouched, warnOfKept } from './warnOfKept';
import { warnOfRefuted } from './warnOfRefuted';

/** @throws PlaceLost when somebody else ended it, or changed it */
export async function finishCycle(engine: Engine, place: CyclePlace): Promise<void> {
  const { clock, store, telemetry } = engine;
  await place.claim();
  const { cycle } = place;
  const error = cycle.error ?? cycle.stopping;
  if (error !== null && cycle.staged > 0) leaveStaged(place);
  // Rows that no lane was given have no counts of their own.
  const chunks = cycle.expected === 0 ? [] : await store.plans.chunks(cycle.id);
  const tally = chunks.reduce((sum, chunk) => addTallies(sum, chunk.tally), place.cycle.tally);
  const done = chunks.reduce((sum, chunk) => sum + chunk.done, 0);
  const escrowed = tally.counts.failed + tally.counts.parked;
  const endedAt = isoTime(clock.now());
  const isPlan = cycle.dryRun && error === null;
  const isStaged = cycle.staged > 0 && error === null;
  const isStopped = isStoppedByAdmin(error);
  const state: CycleState = isStopped
    ? 'superseded'
    : error !== null
      ? 'failed'
      : isPlan
        ? 'planned'
        : isStaged
          ? 'awaitingApproval'
          : escrowed > 0
            ? 'succeededWithErrors'
            : 'succeeded';
  if (isPlan || isStaged) await reviewPlan(engine, place);
  warnOfLeavers(place, tally.skippedByReason['AbsenceUnconfirmed'] ?? 0);
  warnOfInvalid(place, tally);
  if ((tally.skippedByReason['RoleRenamed'] ?? 0) > 0) place.warn(ROLE_RENAMED);
  if ((tally.skippedByReason['AbsenceDoubted'] ?? 0) > 0) await warnOfRefuted(engine, place);
  if (hasUntouched(tally.skippedByReason)) await warnOfKept(engine, place);

  const isTargetAway = !cycle.dryRun && (await reviewTarget(engine, cycle, { target: tally.target, error }));
  // A cycle that failed while planning gave nobody anything to do: its marks are where they were.
  const hasPlanned = cycle.state === 'applying' || cycle.state === 'closing' || error === null;
  const rows = hasPlanned && !cycle.dryRun ? await settleMarks(engine, cycle, isTargetAway) : null;
  if (isOfEverybody(cycle) && error === null && !cycle.dryRun && cycle.approvedAt === null) {
    if (cycle.wishEtag !== null) await store.wish.fulfil(cycle.wishEtag);
    if (cycle.policyHash === policyHash(engine.policy, cycle.mappingVersion)) await store.policy.put(cycle.policyHash);
    await tidy(engine, cycle);
  }
  if (cycle.mode !== 'incremental' && cycle.mode !== 'onDemand') await store.listed.forget(cycle.id);
  if (!cycle.dryRun && cycle.mode !== 'onDemand' && cycle.approvedAt === null && !isStopped)
    await store.executions.put(executionOf(place.cycle, { endedAt, tally, escrowed, error }));
  if (isStaged) {
    const deletions = cycle.stagedStage === STAGE.deletions ? cycle.staged : 0;
    await store.awaited.put({ cycleId: cycle.id, removals: cycle.staged, deletions, since: clock.now() });
  }
  const finished: Cycle = { ...place.cycle, state, endedAt, error };
  await store.cycles.put(finished, { done, tally });
  await place.save({ state, endedAt, error });
  await store.turn.free(cycle.id);
  if (cycle.approvedAt !== null) await store.awaited.clear(cycle.id);
  // A cycle that found nothing leaves one row.
  if (cycle.expected === 0 && error === null && (rows === null ? await isEmpty(engine, cycle.id) : rows === 0))
    await store.plans.delete(cycle.id);

  const fields = {
    cycleId: cycle.id,
    mode: cycle.mode,
    state,
    ms: clock.now() - Date.parse(cycle.startedAt),
    ...tally.counts,
    graphCalls: tally.calls.graph,
    gotoReads: tally.calls.gotoReads,
    gotoWrites: tally.calls.gotoWrites,
    throttled: tally.calls.throttled,
    error: error?.message ?? null,
    code: error?.code ?? null,
  };
  if (error === null || isStopped) telemetry.info('cycle.finished', fields);
  else telemetry.error('cycle.failed', fields);
}

const ROLE_RENAMED =
  'People hold an app role that has no rule while a rule of ROLE_ENTITLEMENTS names no role. It was perhaps renamed: they keep ' +
  'what they have until the rule, or the role, has its name again.';

/** A plan of a cycle that failed waits for nobody: the next one plans the removals anew. */
function leaveStaged(place: CyclePlace): void {
  const { staged } = place.cycle;
  const tally = noTally();
  tally.counts.staged = -staged;
  tally.counts.held = staged;
  place.count(tally);
  place.move({ staged: 0 });
}

/** Accounts that the cycle made, tied or changed. */
const exportedOf = ({ created, linked, updated, disabled, reenabled, deleted }: CycleCounts): number =>
  created + linked + updated + disabled + reenabled + deleted;

/** The same of a plan, which has done nothing yet; what it does to user groups has names of its own. */
const plannedOf = ({ totals }: Cycle): number => PLANNED.reduce((sum, action) => sum + (totals[action] ?? 0), 0);
const PLANNED: readonly PlanAction[] = ['create', 'link', 'update', 'disable', 'reenable', 'delete'];

const executionOf = (
  cycle: Cycle,
  end: {
    readonly endedAt: string;
    readonly tally: Tally;
    readonly escrowed: number;
    readonly error: Execution['error'];
  },
): Omit<Execution, 'failuresInARow'> => ({
  cycleId: cycle.id,
  mode: cycle.mode,
  state: end.error !== null ? 'Failed' : end.escrowed > 0 ? 'EntryLevelErrors' : 'Succeeded',
  timeBegan: cycle.startedAt,
  timeEnded: end.endedAt,
  countExports: cycle.expected,
  countExported: exportedOf(end.tally.counts),
  countEscrowed: end.escrowed,
  counts: end.tally.counts,
  skippedByReason: end.tally.skippedByReason,
  error: end.error,
});

/** After a change of mapping, and every night: nobody shall be surprised by what the next cycle does. */
function warnOfLeavers(place: CyclePlace, leaving: number): void {
  if (leaving === 0 || (!isOfEverybody(place.cycle) && !isWithoutBasis(place.cycle))) return;
  place.warn(
    `${leaving} ${leaving === 1 ? 'person seems' : 'people seem'} to have lost access; disabled when the next cycle agrees.`,
  );
}

/** One person without an address is that person's affair; a tenth of all is the mapping's. */
function warnOfInvalid(place: CyclePlace, { counts, skippedByReason }: Tally): void {
  if (!isOfEverybody(place.cycle)) return;
  const of = (reasons: readonly Reason[]): number =>
    reasons.reduce((sum, reason) => sum + (skippedByReason[reason] ?? 0), 0);
  const invalid = of(['InvalidValue', 'ImportSkipped', 'ExpressionFailed', 'MandatoryFieldsMissing']);
  const { skipped, failed, parked } = counts;
  const done = place.cycle.dryRun ? plannedOf(place.cycle) : exportedOf(counts);
  const wanted = done + skipped + failed + parked - of(UNWANTED);
  if (invalid * 10 <= wanted) return;
  place.warn(
    `${invalid} of ${wanted} people who should have an account have no valid values by the mapping, so nothing is written for them. Look at the mapping: GET …/schema; GET …/cycles/${place.cycle.id} tells the reasons.`,
  );
}

/** Skips of people who should have no account. */
const UNWANTED: readonly Reason[] = [
  'NotEffectivelyEntitled',
  'RoleWithoutEntitlement',
  'SignInBlocked',
  'SoftDeleted',
  'HardDeleted',
  'OutOfScope',
  'InactiveByMapping',
];

async function isEmpty({ store }: Engine, cycleId: string): Promise<boolean> {
  for await (const _row of store.plans.rows(cycleId)) return false;
  return true;
}

/** Old history goes; that it could not must not keep a cycle from ending. */
async function tidy(engine: Engine, cycle: Cycle): Promise<void> {
  try {
    await forgetOldCycles(engine);
  } catch (error) {
    engine.telemetry.warn('cycle.tidyFailed', { cycleId: cycle.id, message: messageOf(error) });
  }
}
