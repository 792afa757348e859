/**
 * Judges people and records what came out: rows and chunks together with the planner's place, in transactions guarded by
 * the head's etag (docs/protocol.md R5). A slice that is done again leaves out whom it has recorded already.
 */
import { GUARDED, newChunk, type Chunk } from '../../../model/Chunk';
import { isoTime } from '../../../model/Clock';
import { countSkip, noTally, type Cycle, type PlanCursor, type Tally } from '../../../model/Cycle';
import { logEntry, type LogEntry } from '../../../model/LogEntry';
import { lastTie } from '../../../model/ManagedPerson';
import { markRefOf, planEntry, type PlanEntry } from '../../../model/PlanEntry';
import { judge, type Judgement } from '../../../rules/judge';
import { addDemand, waitsSince } from '../../../rules/seats';
import { REASONS, type Reason } from '../../../model/Reason';
import { messageOf } from '../../../telemetry/Telemetry';
import { RECORD_SIZE, UNASSIGNED, type PlanRow } from '../../../store/PlansTable';
import type { Someone, SourceJudged } from '../../../store/PeopleTable';
import type { CyclePlace } from '../../cycle/CyclePlace';
import { judgesAsFull } from '../../cycle/itineraries';
import type { PlanContext } from '../PlanContext';
import type { Gathered } from './gather';
import { lengthOf, partsThatFit, RECORD_LENGTH } from './partsThatFit';
import { shareOut } from './shareOut';
import { totalsWith } from './totalsWith';

/** A person judged, through whichever door. */
export interface Judged extends Judgement {
  readonly someone: Someone;
  /** What the log says of somebody no lane gets to see; null when it was said before. */
  readonly news: LogEntry | null;
  /** Of a stored plan: why what it intended is not done. */
  readonly refused?: string;
}

/**
 * @param gathered whom the cycle has not recorded yet
 * @throws PlaceLost when another planner recorded meanwhile; then nothing of the transaction at hand is stored
 */
export async function recordPeople(
  context: PlanContext,
  place: CyclePlace,
  gathered: readonly Gathered[],
): Promise<void> {
  const judged = gathered.map((one) => judgeOne(context, place.cycle, one));
  await remember(context, place, judged);
  await recordJudged(context, place, judged);
}

/** Those of a slice that was begun before who have no row yet. */
export async function unrecorded<T extends { readonly someone: Someone }>(
  { engine }: PlanContext,
  { cycle }: CyclePlace,
  people: readonly T[],
): Promise<readonly T[]> {
  if (!cycle.cursor.isPartial) return people;
  const known = await engine.store.plans.recorded(cycle.id);
  return people.filter(({ someone }) => !known.has(someone.sourceId));
}

/** Rows and chunks of whom was judged. @throws PlaceLost as `recordPeople` */
export async function recordJudged(context: PlanContext, place: CyclePlace, judged: readonly Judged[]): Promise<void> {
  // Who was assigned first comes first: seats go in this order.
  const open = judged.filter((one) => one.isOpen).sort((a, b) => waitsSince(a.entry) - waitsSince(b.entry));
  const ended = judged.filter((one) => !one.isOpen);
  await recordEnded(place, ended.filter(isWorthARow));
  if (place.cycle.dryRun) await recordPlanned(place, open);
  else await recordOpen(context, place, open);
  // Stored with the place behind this slice: a slice that is done again counts them again, but only once in the end.
  place.count(skipsOf(ended.filter((one) => !isWorthARow(one))));
}

function skipsOf(ended: readonly Judged[]): Tally {
  const tally = noTally();
  for (const { entry } of ended) {
    if (isFault(entry)) tally.counts.failed += 1;
    else countSkip(tally, entry.reason);
  }
  return tally;
}

/** Never throws: one person that cannot be judged is one person's failure. */
export function judgeOne(context: PlanContext, cycle: Cycle, { facts, someone, mark }: Gathered): Judged {
  const { clock, timing } = context.engine;
  let judgement: Judgement;
  try {
    if (someone.managed === 'unreadable') throw new TypeError(REASONS.UnreadableRow);
    judgement = judge(facts(), {
      policy: context.policy,
      entitlements: context.entitlements,
      isFull: judgesAsFull(cycle),
      absenceConfirmationMs: timing.graphLagMs,
      isListCertified: context.isListCertified,
      isListDoubted: context.isListDoubted,
      nowMs: clock.now(),
    });
  } catch (error) {
    // One person that cannot be judged is one person's failure (I16).
    const detail = messageOf(error);
    context.engine.telemetry.error('person.unreadable', {
      cycleId: cycle.id,
      sourceId: someone.sourceId,
      message: detail,
    });
    const reason = someone.managed === 'unreadable' ? 'UnreadableRow' : 'InternalError';
    judgement = unjudged(someone, { reason, detail }, cycle.cursor.sourceAt, mark);
  }
  const { entry, isOpen } = judgement;
  const isNews = !isOpen && entry.reason !== 'RedundantExport' && entry.reason !== someone.facts.skipLogged;
  return { ...judgement, someone, news: isNews ? newsOf(entry, cycle.id, isoTime(clock.now())) : null };
}

/** Marks of people who are held are kept (docs/protocol.md R20). */
const isHeld = ({ reason }: PlanEntry): boolean => reason === 'HeldByRevert' || reason === 'RemovalRejected';

/** Reasons that are a fault of ours, not a state of the person: the person waits in escrow. */
const isFault = ({ reason }: PlanEntry): boolean => reason === 'UnreadableRow' || reason === 'InternalError';

function unjudged(
  someone: Someone,
  fault: { readonly reason: 'UnreadableRow' | 'InternalError'; readonly detail: string },
  factsAt: number,
  mark: PlanEntry['mark'],
): Judgement {
  const entry = planEntry({
    sourceId: someone.sourceId,
    kind: 'user',
    displayName: someone.facts.displayName,
    action: 'none',
    reason: fault.reason,
    why: `${REASONS[fault.reason]} Nothing is written for the person.`,
    steps: [],
    targetId: null,
    removal: false,
    drops: [],
    desired: { kind: 'leave', reason: fault.reason, detail: fault.detail },
    roleIds: [],
    proofGroupIds: [],
    observed: null,
    before: null,
    after: null,
    absentSince: null,
    factsAt,
    mark: markRefOf(mark),
    personEtag: null,
  });
  return { entry, isOpen: false, calls: 0 };
}

/** Somebody's hand changed the account: the log says what it has. */
const LEFT_AS_IS: ReadonlySet<Reason> = new Set(['DriftReported', 'ManagedElsewhere']);

const newsOf = (entry: PlanEntry, cycleId: string, at: string): LogEntry =>
  logEntry({
    cycleId,
    sourceId: entry.sourceId,
    displayName: entry.displayName,
    targetId: entry.targetId,
    at,
    status: isFault(entry) ? 'failure' : 'skipped',
    action: 'none',
    reason: entry.reason,
    ...(entry.desired.kind === 'leave' && entry.desired.detail !== undefined
      ? { errorCode: entry.desired.reason, errorMessage: entry.desired.detail }
      : {}),
    ...(LEFT_AS_IS.has(entry.reason) ? { errorCode: entry.reason, errorMessage: entry.why } : {}),
  });

/** A row for whoever answers a mark, starts a doubt, or is news; a company that is as it should be leaves none. */
const isWorthARow = (one: Judged): boolean =>
  one.entry.mark !== null || one.entry.absentSince !== null || one.news !== null;

/**
 * What the planner keeps of each person, where it changed; skips are logged before they are remembered as logged. No etag
 * guards it, so the place is claimed: a planner that has slept through a cycle would remember ways that lead to access no
 * more, and by those alone an absence would be asked about (I05).
 * @throws PlaceLost when somebody else has the place; then nothing is remembered
 */
export async function remember(context: PlanContext, place: CyclePlace, judged: readonly Judged[]): Promise<void> {
  const changed = new Map<string, SourceJudged>();
  for (const { entry, isOpen, someone } of judged) {
    const snapshot = await context.snapshot();
    const now = { via: snapshot.viaOf(entry.sourceId), within: snapshot.withinOf(entry.sourceId) };
    const next = judgedOf(entry, isOpen, now, someone);
    const { via, within, wants, wantedEmail, inUseAt, skipLogged } = someone.facts;
    if (JSON.stringify(next) !== JSON.stringify({ via, within, wants, wantedEmail, inUseAt, skipLogged }))
      changed.set(entry.sourceId, next);
  }
  const news = judged.flatMap((one) => one.news ?? []);
  if (changed.size + news.length === 0) return;
  await context.claim(place);
  await context.engine.store.people.putJudged(changed, news);
}

const viaAfter = (now: readonly string[], before: readonly string[], isSettled: boolean): readonly string[] =>
  now.length === 0 ? before : isSettled ? now : [...new Set([...now, ...before])];

/**
 * What is remembered of a judgement.
 * @param now through what the person is assigned, and the groups the person is in; who is not assigned keeps the last ways
 */
export const judgedOf = (
  entry: PlanEntry,
  isOpen: boolean,
  now: Pick<SourceJudged, 'via' | 'within'>,
  { facts, managed }: Someone,
): SourceJudged => {
  const { desired, reason, observed, factsAt } = entry;
  return {
    via: viaAfter(now.via, facts.via, isSettled(entry, isOpen, managed)),
    within: within(now.via.length > 0 ? now : facts),
    wants: desired.kind,
    wantedEmail: desired.kind === 'active' ? desired.attributes.email : facts.wantedEmail,
    inUseAt: desired.kind === 'inactive' && isSeenInUse(observed) ? factsAt : facts.inUseAt,
    skipLogged: isOpen ? '' : reason,
  };
};

/**
 * Whether the ways that led to access before may be forgotten: nothing can be taken any more, or the account is as the
 * present ways want it. Until then each of them is asked about, however often the lists leave it out (I05).
 */
function isSettled({ absentSince, reason }: PlanEntry, isOpen: boolean, managed: Someone['managed']): boolean {
  if (managed === 'unreadable') return false;
  if (lastTie(managed.person)?.state !== 'active' && managed.person.pending === null) return true;
  return reason === 'RedundantExport' && !isOpen && absentSince === null;
}

/** By somebody's hand, or with another product of GoTo's. */
const isSeenInUse = (observed: PlanEntry['observed']): boolean =>
  observed !== null &&
  typeof observed === 'object' &&
  (observed.licenseKeys.length > 0 || observed.status !== 'SUSPENDED');

/** Groups that are not assigned themselves; the others stand in `via`. */
const within = (ways: Pick<SourceJudged, 'via' | 'within'>): readonly string[] =>
  ways.within.filter((id) => !ways.via.includes(id));

async function recordEnded(place: CyclePlace, ended: readonly Judged[]): Promise<void> {
  for (const part of partsThatFit(ended, RECORD_SIZE)) {
    place.count(skipsOf(part));
    const rows = part.map(({ entry, news, refused }): PlanRow => ({
      ...UNASSIGNED,
      entry,
      state: 'ended',
      nextAttemptAt: 0,
      attempts: 0,
      result: {
        // Marks of held people are never answered (docs/protocol.md R20).
        outcome: refused !== undefined ? 'refused' : isFault(entry) ? 'failed' : isHeld(entry) ? 'held' : 'skip',
        code: isFault(entry) || entry.reason === 'RemovalRejected' ? entry.reason : null,
        message: refused ?? (isFault(entry) && entry.desired.kind === 'leave' ? (entry.desired.detail ?? null) : null),
        entries: news === null ? [] : [news],
      },
    }));
    await place.record({ cursor: { ...place.cycle.cursor, isPartial: true } }, rows, []);
  }
}

/** A dry run records what a lane would be given, and gives it to none. */
async function recordPlanned(place: CyclePlace, open: readonly Judged[]): Promise<void> {
  for (const part of partsThatFit(open, RECORD_SIZE)) {
    const rows = part.map(({ entry }): PlanRow => ({
      ...UNASSIGNED,
      entry,
      state: 'planned',
      nextAttemptAt: 0,
      attempts: 0,
      result: null,
    }));
    const totals = totalsWith(place.cycle, rows);
    await place.record({ cursor: { ...withSeats(place, rows), isPartial: true }, totals }, rows, []);
  }
}

/** Stored together with the rows it counts: what is done again counts nothing twice. */
const withSeats = ({ cycle: { cursor } }: CyclePlace, rows: readonly PlanRow[]): PlanCursor => ({
  ...cursor,
  seats: addDemand(
    cursor.seats,
    rows.map((row) => row.entry),
  ),
});

/**
 * Gives each row to the lane with the least to do, so that all lanes end together, in chunks that one message names.
 * Removals are recorded as staged, without their chunks: the guard behind the last slice, which sees all of them, lets
 * them go or leaves them (I06).
 */
async function recordOpen(context: PlanContext, place: CyclePlace, open: readonly Judged[]): Promise<void> {
  const { lanes } = place.cycle;
  const now = context.engine.clock.now();
  const { parts, loads } = shareOut(
    open,
    Array.from({ length: lanes }, (_, lane) => place.cycle.cursor.loads[lane] ?? 0),
    context.engine.createBatchSize,
  );
  const chunks = { ...place.cycle.cursor.chunks };
  let openChunks: Chunk[] = [];
  let openRows: PlanRow[] = [];
  let openLength = 0;
  const flush = async (): Promise<void> => {
    if (openRows.length === 0) return;
    const cursor = { ...withSeats(place, openRows), isPartial: true, chunks: { ...chunks }, loads };
    const expected = place.cycle.expected + openRows.filter((row) => row.state === 'open').length;
    await place.record({ cursor, expected, totals: totalsWith(place.cycle, openRows) }, openRows, openChunks);
    openChunks = [];
    openRows = [];
    openLength = 0;
  };
  for (const { stage, lane, rows } of parts) {
    const length = rows.reduce((sum, { entry }) => sum + lengthOf(entry), 0);
    const isFull = openRows.length + openChunks.length + rows.length + 1 > RECORD_SIZE;
    if (isFull || openLength + length > RECORD_LENGTH) await flush();
    openLength += length;
    const chunk = chunks[`${stage}-${lane}`] ?? 0;
    chunks[`${stage}-${lane}`] = chunk + 1;
    const state = GUARDED.includes(stage) ? 'staged' : 'open';
    if (state === 'open') openChunks.push(newChunk({ stage, lane, chunk }, rows.length, now));
    for (const { entry } of rows)
      openRows.push({ stage, lane, chunk, entry, state, nextAttemptAt: 0, attempts: 0, result: null });
  }
  await flush();
}
