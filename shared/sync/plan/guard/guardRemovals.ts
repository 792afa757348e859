/**
 * The removal guard: behind the last slice of the plan it sees everybody who is to lose access, and lets all of them go,
 * or none (docs/protocol.md 3.6). Before it bothers anybody it asks Entra about each person: what the lists alone say is no
 * removal, so that true leavers go in time beside a list that lies.
 *
 * Upholds I06. Every step may be repeated: what was reserved is reserved, what was let go is no longer staged.
 */
import { newChunk, STAGE } from '../../../model/Chunk';
import { isoTime } from '../../../model/Clock';
import { ConnectorError } from '../../../model/ConnectorError';
import { isOfEverybody, noTally, type Cycle } from '../../../model/Cycle';
import { logEntry } from '../../../model/LogEntry';
import type { PlanResult } from '../../../model/PlanEntry';
import type { PlanRow } from '../../../store/PlansTable';
import { AwaitedApproval, type Awaited } from '../../../store/state/AwaitedApproval';
import type { CyclePlace } from '../../cycle/CyclePlace';
import { endWaiting } from '../../cycle/endWaiting';
import { isOfToday } from '../../cycle/isOfToday';
import type { Engine } from '../../Engine';
import { OF_LISTS } from '../../../rules/absences';
import { ASKED_AFTER_MS } from '../../../rules/certifyList';
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
  const waiting = await waitingIn(context, place.cycle, AwaitedApproval.of(await context.jobRows()));
  const theirs = waiting?.people ?? NOBODY;
  const { staged: planned, waits } = await rowsOf(engine, place.cycle, STAGE.removals);
  const { staged: due, waits: dueBefore } = await rowsOf(engine, place.cycle, STAGE.deletions);
  if (judgesAFew(place.cycle)) {
    await letGranted(context, place, planned, theirs);
    await endInPlan(place, due, () => NOT_ALL_SEEN);
    return 'next';
  }
  let [removals, reservation] = [planned, await reserve(context, place, [...waits, ...planned])];
  if (reservation.kind === 'over') {
    removals = await withoutRefuted(context, place, planned, theirs);
    if (removals.length < planned.length) reservation = await reserve(context, place, [...waits, ...removals]);
  }
  // Who has lost access long ago waits until the admin has decided about the others: one question at a time.
  const isAsked = reservation.kind === 'over' || waiting?.stays != null;
  const deletions = isAsked ? [] : await withoutMeetings(engine, place, due, theirs);
  const asked = [...waits, ...dueBefore, ...removals, ...deletions];
  if (waiting !== undefined && isPointless(place.cycle, waiting, asked))
    await endWaiting(engine, waiting.cycleId, 'superseded');
  if (isAsked) await endInPlan(place, due, () => AWAITING_OTHERS);
  if (reservation.kind === 'reserved') {
    if (removals.length > 0) await letGo(engine, place);
    await askAbout(engine, place, waiting, deletions, null);
  } else if (waiting?.stays != null) {
    await leaveAsked(place, waiting, waiting.stays, removals, reservation);
  } else {
    await askAbout(engine, place, waiting, removals, reservation);
  }
  return 'next';
};

/** The plan that waits for an admin, or was just approved. */
interface Waiting {
  readonly cycleId: string;
  /** Whose removal stands in it. */
  readonly people: ReadonlySet<string>;
  /** Until when no other plan may take its place, in words; null where one may. */
  readonly stays: string | null;
}

/** Nothing that Entra says plans an undo anew. */
const UNDO_DECIDED = 'when the undo that waits has been decided about.';
/** A list in doubt shows nobody absent: that the people of the plan are not among its removals says nothing. */
const LIST_BELIEVED =
  'when Entra’s list of assignments is out of doubt, or the plan that waits has been decided about.';

const NOBODY: ReadonlySet<string> = new Set();

/** Nobody of the plan that waits is to be removed any more, by a cycle that has judged all of them. */
function isPointless({ mode, isProbe }: Cycle, { people, stays }: Waiting, asked: readonly PlanRow[]): boolean {
  if (stays !== null || mode === 'apply' || isProbe || people.size === 0) return false;
  return !asked.some(({ entry }) => people.has(entry.sourceId));
}

/** An attempt of the quarantine sees some of those who are to lose access: that they are few says nothing. */
const judgesAFew = ({ isProbe, mode }: Cycle): boolean => isProbe && mode === 'incremental';

/** Of a few people only those go for whom a cycle that saw everybody has had room within the day. */
async function letGranted(
  context: PlanContext,
  place: CyclePlace,
  planned: readonly PlanRow[],
  theirs: ReadonlySet<string>,
): Promise<void> {
  const { store, clock } = context.engine;
  const { people } = await store.removalWindow.read(clock.now());
  const isGranted = ({ entry }: PlanRow): boolean => people.has(entry.sourceId) && !theirs.has(entry.sourceId);
  const granted = (await restsOnDoubt(context, planned)) ? [] : planned.filter(isGranted);
  await endInPlan(
    place,
    planned.filter((row) => !granted.includes(row)),
    () => NOT_ALL_SEEN,
  );
  if (granted.length > 0) await letGo(context.engine, place);
}

/** Their marks stay. */
const NOT_ALL_SEEN: PlanResult = {
  outcome: 'held',
  code: null,
  message: 'An attempt with a few people takes access from nobody: the next cycle, which sees everybody, does.',
  entries: [],
};

/** Who stands in the plan that waits stays there, unless there are more: then all of them wait in this one. */
async function askAbout(
  engine: Engine,
  place: CyclePlace,
  waiting: Waiting | undefined,
  rows: readonly PlanRow[],
  over: Over | null,
): Promise<void> {
  const theirs = waiting?.people ?? NOBODY;
  const isKnown = rows.every(({ entry }) => theirs.has(entry.sourceId));
  const stand = isKnown || !(await supersede(engine, waiting)) ? theirs : NOBODY;
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

/** The plan that waits stays the one to decide about; whoever is to be removed besides waits for that. */
async function leaveAsked(
  place: CyclePlace,
  { people }: Waiting,
  until: string,
  removals: readonly PlanRow[],
  over: Over,
): Promise<void> {
  const isTheirs = ({ entry }: PlanRow): boolean => people.has(entry.sourceId);
  const news = removals.filter((row) => !isTheirs(row));
  await endInPlan(place, removals.filter(isTheirs), () => AWAITING_ELSEWHERE);
  await endInPlan(place, news, () => ({ ...AWAITING_ELSEWHERE, message: `The removal is asked about ${until}` }));
  if (news.length > 0) place.warn(`${inWords(over)} Nobody was removed: it is asked about ${until}`);
}

/** Room for all of them; by a list that has been in doubt for a day nobody goes without being asked about. */
async function reserve(context: PlanContext, place: CyclePlace, rows: readonly PlanRow[]): Promise<Reservation> {
  const ids = rows.map((row) => row.entry.sourceId);
  if (!(await restsOnDoubt(context, rows))) return reserveRemovals(context.engine, place.cycle.id, ids);
  return {
    kind: 'over',
    wanted: ids.length,
    allowed: 0,
    managed: (await context.engine.store.people.activeIds()).size,
  };
}

/** Whether somebody is absent by the list of assignments, or of a group's members, that Graph's count contradicts. */
async function restsOnDoubt({ certificate, engine }: PlanContext, rows: readonly PlanRow[]): Promise<boolean> {
  const ofLists = rows.filter(({ entry: { desired } }) => desired.kind === 'inactive' && OF_LISTS.has(desired.reason));
  if (ofLists.length === 0) return false;
  if (certificate !== undefined && certificate.doubtSince !== null) return true;
  const doubted = await engine.store.dirty.doubtedGroups(engine.clock.now() - ASKED_AFTER_MS);
  return doubted.size > 0 && ofLists.some(({ entry }) => entry.proofGroupIds.some((id) => doubted.has(id)));
}

interface Recorded {
  readonly staged: readonly PlanRow[];
  /**
   * Rows that end in this step as they wait elsewhere, where it is done again: they count like the others, or the rest
   * would be let go alone, and the plan they wait in would look pointless.
   */
  readonly waits: readonly PlanRow[];
}

async function rowsOf({ store }: Engine, { id, cursor }: Cycle, stage: number): Promise<Recorded> {
  const staged: PlanRow[] = [];
  const waits: PlanRow[] = [];
  const hasAny = Object.keys(cursor.chunks).some((key) => key.startsWith(`${stage}-`));
  if (hasAny)
    for await (const row of store.plans.rows(id, stage)) {
      if (row.state === 'staged') staged.push(row);
      else if (row.result?.code === AWAITING) waits.push(row);
    }
  return { staged, waits };
}

async function waitingIn(
  context: PlanContext,
  { mode, mappingVersion }: Cycle,
  awaited: Awaited | undefined,
): Promise<Waiting | undefined> {
  if (awaited === undefined) return undefined;
  const { cycleId } = awaited;
  const stored = await readWaiting(context.engine, cycleId);
  // Nobody can decide about it: whom a cycle of everybody does not plan anew is not to be removed any more.
  if (stored === 'unreadable' && isOfEverybody({ mode }) && (await endWaiting(context.engine, cycleId, 'superseded')))
    return undefined;
  if (stored === undefined || stored === 'unreadable') return { cycleId, people: NOBODY, stays: null };
  const { cycle, people } = stored;
  // By other settings it can be approved no more: to wait for that would have no end.
  const mayStay = people.size > 0 && isOfToday(context.engine, cycle, mappingVersion);
  const until = cycle.from?.mode === 'revert' ? UNDO_DECIDED : context.isListCertified ? null : LIST_BELIEVED;
  return { cycleId, people, stays: mayStay ? until : null };
}

/**
 * A plan, and who has something to lose by it that is not decided, or not done.
 * @returns undefined when there is none, or nothing of it waits; `unreadable` when another release wrote its head or a row
 */
async function readWaiting(
  { store }: Engine,
  cycleId: string,
): Promise<{ readonly cycle: Cycle; readonly people: ReadonlySet<string> } | 'unreadable' | undefined> {
  try {
    const cycle = (await store.plans.cycle(cycleId))?.cycle;
    if (cycle === undefined || (cycle.state !== 'awaitingApproval' && cycle.approvedAt === null)) return undefined;
    const people = new Set<string>();
    for await (const row of store.plans.rows(cycleId, cycle.stagedStage))
      if (row.state !== 'ended') people.add(row.entry.sourceId);
    return { cycle, people };
  } catch (error) {
    // Tables that do not answer say nothing of the plan.
    if (error instanceof ConnectorError) throw error;
    return 'unreadable';
  }
}

/** @returns false when somebody has decided about it meanwhile, so that it stands */
async function supersede(engine: Engine, waiting: Waiting | undefined): Promise<boolean> {
  return waiting === undefined || (await endWaiting(engine, waiting.cycleId, 'superseded'));
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

const inWords = ({ wanted, allowed, managed }: Over): string =>
  `${wanted} people would lose access within 24 hours; ${allowed} of ${managed} may without being asked about.`;

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
  // It stays with the cycle: it is to be true after the decision, too.
  const decide = `only after somebody has looked at the plan of this cycle and approved it (POST …/cycles/${cycle.id}/approve or …/reject).`;
  place.warn(
    over === null
      ? `${rows.length} ${rows.length === 1 ? 'account is' : 'accounts are'} due to be deleted, ${decide}`
      : `${inWords(over)} They are removed ${decide}`,
  );
  await place.save({ staged: rows.length, stagedStage: over === null ? STAGE.deletions : STAGE.removals });
  if (over === null) engine.telemetry.warn('deletions.staged', { cycleId: cycle.id, staged: rows.length });
  else engine.telemetry.error('removals.staged', { cycleId: cycle.id, staged: rows.length, ...over });
}
