import { CHUNK_SIZE, newChunk, type STAGE } from '../../../model/Chunk';
import { isoTime } from '../../../model/Clock';
import { countSkip, noTally } from '../../../model/Cycle';
import { logEntry } from '../../../model/LogEntry';
import { planEntry, type PlanEntry } from '../../../model/PlanEntry';
import { UNASSIGNED, type PlanRow } from '../../../store/PlansTable';
import type { CyclePlace } from '../../cycle/CyclePlace';
import type { PlanContext } from '../PlanContext';
import { totalsWith } from './totalsWith';

/** Groups have a lane of their own queue: one after another, so that one name is never made twice. */
const LANE = 0;

/** User groups judged: those with something to do, and those of which only something is to be said. */
export interface JudgedGroups {
  readonly open: readonly PlanEntry[];
  readonly ended: readonly PlanEntry[];
  /** Which rows of a plan that is applied are judged here; left out: all of them. */
  readonly isNow?: (entry: PlanEntry) => boolean;
}

/**
 * Stores rows of user groups. Of a plan that is applied only what it intended is done: the rest is refused one by one, or
 * was not asked for. A slice that is done again leaves out what it has recorded already.
 * @param stage in which each is worked
 */
export async function recordGroupRows(
  context: PlanContext,
  place: CyclePlace,
  { open, ended, isNow = () => true }: JudgedGroups,
  stage: (entry: PlanEntry) => (typeof STAGE)['groups' | 'undoneGroups'],
): Promise<void> {
  const planned = await plannedBefore(context, place);
  const today = new Set(open.map((entry) => entry.hash));
  const refused = [...planned.values()].filter((entry) => isNow(entry) && !today.has(entry.hash));
  const isApply = place.cycle.mode === 'apply' && place.cycle.from !== null;
  const { cycle } = place;
  const recorded = cycle.cursor.isPartial ? await context.engine.store.plans.recorded(cycle.id) : new Set<string>();
  const isNew = (entry: PlanEntry): boolean => !recorded.has(entry.sourceId);
  await recordEnded(context, place, (isApply ? [] : ended).filter(isNew));
  await recordRefused(context, place, refused.filter(isNew));
  const own = open.filter((entry) => (!isApply || planned.has(entry.hash)) && isNew(entry));
  for (const one of new Set(own.map(stage)))
    await recordOpen(
      context,
      place,
      own.filter((entry) => stage(entry) === one),
      one,
    );
}

/** What the plan that is applied intends for groups, by hash. */
async function plannedBefore({ engine }: PlanContext, { cycle }: CyclePlace): Promise<ReadonlyMap<string, PlanEntry>> {
  const planned = new Map<string, PlanEntry>();
  if (cycle.from === null || cycle.mode !== 'apply') return planned;
  for await (const { entry, state } of engine.store.plans.rows(cycle.from.cycleId))
    if (entry.kind === 'group' && state === 'planned') planned.set(entry.hash, entry);
  return planned;
}

async function recordOpen(
  { engine }: PlanContext,
  place: CyclePlace,
  open: readonly PlanEntry[],
  stage: number,
): Promise<void> {
  const key = `${stage}-${LANE}`;
  for (let start = 0; start < open.length; start += CHUNK_SIZE) {
    const part = open.slice(start, start + CHUNK_SIZE);
    const { cursor, expected, dryRun } = place.cycle;
    const chunk = cursor.chunks[key] ?? 0;
    const at = dryRun ? UNASSIGNED : { stage, lane: LANE, chunk };
    const rows = part.map((entry): PlanRow => ({
      ...at,
      entry,
      state: dryRun ? 'planned' : 'open',
      nextAttemptAt: 0,
      attempts: 0,
      result: null,
    }));
    const chunks = { ...cursor.chunks, [key]: chunk + 1 };
    const totals = totalsWith(place.cycle, rows);
    await place.record(
      dryRun
        ? { cursor: { ...cursor, isPartial: true }, totals }
        : { cursor: { ...cursor, isPartial: true, chunks }, totals, expected: expected + rows.length },
      rows,
      dryRun ? [] : [newChunk({ stage, lane: LANE, chunk }, rows.length, engine.clock.now())],
    );
  }
}

const REFUSED = 'What the plan intends for the user group no longer holds. A new plan shows what is to be done.';

const recordRefused = (context: PlanContext, place: CyclePlace, refused: readonly PlanEntry[]): Promise<void> =>
  recordEnded(
    context,
    place,
    refused.map((entry) => planEntry({ ...entry, action: 'none', reason: 'PlanEntryRefused', why: REFUSED })),
  );

async function recordEnded({ engine }: PlanContext, place: CyclePlace, ended: readonly PlanEntry[]): Promise<void> {
  const at = isoTime(engine.clock.now());
  for (let start = 0; start < ended.length; start += CHUNK_SIZE) {
    const rows = ended.slice(start, start + CHUNK_SIZE).map((entry): PlanRow => {
      const isRefused = entry.reason === 'PlanEntryRefused';
      const said = logEntry({
        kind: 'group',
        cycleId: place.cycle.id,
        sourceId: entry.sourceId,
        displayName: entry.displayName,
        targetId: entry.targetId,
        status: 'skipped',
        action: 'none',
        reason: entry.reason,
        ...(isRefused ? { errorCode: entry.reason, errorMessage: REFUSED } : {}),
        at,
      });
      return {
        ...UNASSIGNED,
        entry,
        state: 'ended',
        nextAttemptAt: 0,
        attempts: 0,
        result: {
          outcome: isRefused ? 'refused' : 'skip',
          code: null,
          message: isRefused ? REFUSED : null,
          entries: [said],
        },
      };
    });
    // Said before it is recorded, like every skip.
    await engine.store.people.putJudged(
      new Map(),
      rows.flatMap((row) => row.result?.entries ?? []),
    );
    const tally = noTally();
    for (const { entry } of rows) countSkip(tally, entry.reason);
    place.count(tally);
    await place.record({ cursor: { ...place.cycle.cursor, isPartial: true } }, rows, []);
  }
}
