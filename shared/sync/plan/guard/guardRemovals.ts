/**
 * The removal guard: behind the last slice of the plan it sees everybody who is to lose access, and lets all of them go,
 * or none (docs/protocol.md 3.6). Before it bothers anybody it asks Entra about each person: what the lists alone say is no
 * removal, so that true leavers go in time beside a list that lies.
 *
 * Upholds I06. Every step may be repeated: what was reserved is reserved, what was let go is no longer staged.
 */
import { newChunk, STAGE } from '../../../model/Chunk';
import { isoTime } from '../../../model/Clock';
import { noTally, type Cycle } from '../../../model/Cycle';
import { logEntry } from '../../../model/LogEntry';
import type { PlanResult } from '../../../model/PlanEntry';
import type { PlanRow } from '../../../store/PlansTable';
import { AwaitedApproval, type Awaited } from '../../../store/state/AwaitedApproval';
import type { CyclePlace } from '../../cycle/CyclePlace';
import { endWaiting } from '../../cycle/endWaiting';
import type { Engine } from '../../Engine';
import { OF_LISTS } from '../../../rules/absences';
import { reserveRemovals, type Over, type Reservation } from '../../job/reserveRemovals';
import type { PlanContext } from '../PlanContext';
import type { Slice } from '../Slice';
import { endInPlan } from './endInPlan';
import { stagedChunks } from './stagedChunks';
import { withoutMeetings } from './withoutMeetings';
import { withoutRefuted } from './withoutRefuted';

/** Why a row waits in another plan, or in this one. */
const AWAITING = 'AwaitingApproval';

/** Ends the step in one slice: even a company's worth of removals is few writes. */
export const guardRemovals: Slice = async (context, place) => {
  const { engine } = context;
  if (place.cycle.dryRun) return 'next';
  const awaited = AwaitedApproval.of(await context.jobRows());
  const planned = await stagedOf(engine, place.cycle, STAGE.removals);
  const due = await stagedOf(engine, place.cycle, STAGE.deletions);
  const theirs = awaited === undefined ? new Set<string>() : await waitingIn(engine, awaited);
  let [removals, reservation] = [planned, await reserve(context, place, planned)];
  if (reservation.kind === 'over') {
    removals = await withoutRefuted(context, place, planned, theirs);
    if (removals.length < planned.length) reservation = await reserve(context, place, removals);
  }
  // Who has lost access long ago waits until the admin has decided about the others: one question at a time.
  const deletions = reservation.kind === 'over' ? [] : await withoutMeetings(engine, place, due, theirs);
  const asked = [...removals, ...deletions];
  // Nobody of the plan that waits is to be removed any more: it has become pointless.
  if (awaited !== undefined && theirs.size > 0 && !asked.some(({ entry }) => theirs.has(entry.sourceId)))
    await endWaiting(engine, awaited.cycleId, 'superseded');
  if (reservation.kind === 'reserved') {
    if (removals.length > 0) await letGo(engine, place);
    await askAbout(engine, place, { awaited, theirs }, deletions, null);
  } else {
    await endInPlan(place, due, () => AWAITING_OTHERS);
    await askAbout(engine, place, { awaited, theirs }, removals, reservation);
  }
  return 'next';
};

/** Who stands in the plan that waits stays there, unless there are more: then all of them wait in this one. */
async function askAbout(
  engine: Engine,
  place: CyclePlace,
  { awaited, theirs }: { readonly awaited: Awaited | undefined; readonly theirs: ReadonlySet<string> },
  rows: readonly PlanRow[],
  over: Over | null,
): Promise<void> {
  const isKnown = rows.every(({ entry }) => theirs.has(entry.sourceId));
  const stand = isKnown || !(await supersede(engine, awaited)) ? theirs : new Set<string>();
  const [old, news] = [
    rows.filter(({ entry }) => stand.has(entry.sourceId)),
    rows.filter(({ entry }) => !stand.has(entry.sourceId)),
  ];
  await endInPlan(place, old, () => AWAITING_ELSEWHERE);
  await stage(engine, place, news, over);
}

/** Their marks stay. */
const AWAITING_ELSEWHERE: PlanResult = {
  outcome: 'held',
  code: AWAITING,
  message: 'The removal waits for approval in an earlier cycle.',
  entries: [],
};
const AWAITING_OTHERS: PlanResult = {
  outcome: 'held',
  code: null,
  message: 'The deletion is asked about when the other removals have been decided.',
  entries: [],
};

/** Room for all of them; by a list that has been in doubt for a day nobody goes without being asked about. */
async function reserve(context: PlanContext, place: CyclePlace, rows: readonly PlanRow[]): Promise<Reservation> {
  const ids = rows.map((row) => row.entry.sourceId);
  const isInDoubt = context.certificate !== undefined && context.certificate.doubtSince !== null;
  const isOfList = rows.some(({ entry }) => entry.desired.kind === 'inactive' && OF_LISTS.has(entry.desired.reason));
  if (!isInDoubt || !isOfList) return reserveRemovals(context.engine, place.cycle.id, ids);
  return {
    kind: 'over',
    wanted: ids.length,
    allowed: 0,
    managed: (await context.engine.store.people.activeIds()).size,
  };
}

async function stagedOf(engine: Engine, cycle: Cycle, stage: number): Promise<PlanRow[]> {
  const hasAny = Object.keys(cycle.cursor.chunks).some((key) => key.startsWith(`${stage}-`));
  const rows: PlanRow[] = [];
  if (hasAny) for await (const chunk of stagedChunks(engine, { id: cycle.id, stagedStage: stage })) rows.push(...chunk);
  return rows;
}

/** People whose removal stands in the plan that waits, or was just approved. */
async function waitingIn({ store }: Engine, { cycleId }: Awaited): Promise<Set<string>> {
  const stored = await store.plans.cycle(cycleId);
  const ids = new Set<string>();
  if (stored === undefined) return ids;
  const { state, approvedAt, stagedStage } = stored.cycle;
  if (state !== 'awaitingApproval' && approvedAt === null) return ids;
  for await (const row of store.plans.rows(cycleId, stagedStage))
    if (row.state !== 'ended') ids.add(row.entry.sourceId);
  return ids;
}

/** @returns false when somebody has decided about it meanwhile, so that it stands */
async function supersede(engine: Engine, awaited: Awaited | undefined): Promise<boolean> {
  return awaited === undefined || (await endWaiting(engine, awaited.cycleId, 'superseded'));
}

async function letGo(engine: Engine, place: CyclePlace): Promise<void> {
  const now = engine.clock.now();
  // Whatever a repeat finds staged besides: deletions are never let go here.
  for await (const rows of stagedChunks(engine, { id: place.cycle.id, stagedStage: STAGE.removals })) {
    const [first] = rows;
    if (first === undefined) continue;
    await place.advance(
      { expected: place.cycle.expected + rows.length },
      rows.map((row): PlanRow => ({ ...row, state: 'open' })),
      [newChunk(first, rows.length, now)],
    );
  }
}

/** All of them wait: logged by name, counted, and told in one sentence. @param over the limit; null for deletions, which always wait */
async function stage(engine: Engine, place: CyclePlace, rows: readonly PlanRow[], over: Over | null): Promise<void> {
  if (rows.length === 0) return;
  const { cycle } = place;
  const at = isoTime(engine.clock.now());
  await engine.store.people.putJudged(
    new Map(),
    rows.map(({ entry }) =>
      logEntry({
        cycleId: cycle.id,
        sourceId: entry.sourceId,
        displayName: entry.displayName,
        targetId: entry.targetId,
        at,
        status: 'parked',
        action: 'none',
        reason: entry.reason,
        errorCode: AWAITING,
        errorMessage:
          over === null
            ? 'The deletion waits for an approval.'
            : 'The removal waits for an approval: the plan has more removals than the limit allows.',
      }),
    ),
  );
  const tally = noTally();
  tally.counts.staged = rows.length - cycle.staged;
  place.count(tally);
  const decide = `look at the plan of this cycle and approve or reject it (POST …/cycles/${cycle.id}/approve or …/reject).`;
  place.warn(
    over === null
      ? `${rows.length} ${rows.length === 1 ? 'account is' : 'accounts are'} due to be deleted. None was: ${decide}`
      : `${over.wanted} people would lose access within 24 hours; ${over.allowed} of ${over.managed} may without being asked about. ` +
          `Nobody was removed: ${decide}`,
  );
  await place.save({ staged: rows.length, stagedStage: over === null ? STAGE.deletions : STAGE.removals });
  if (over === null) engine.telemetry.warn('deletions.staged', { cycleId: cycle.id, staged: rows.length });
  else engine.telemetry.error('removals.staged', { cycleId: cycle.id, staged: rows.length, ...over });
}
