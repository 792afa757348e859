import { inParallel } from '../../../concurrency/inParallel';
import { isOfEverybody } from '../../../model/Cycle';
import type { PlanContext } from '../PlanContext';
import type { Slice } from '../Slice';
import { readDueGroups } from './readDueGroups';
import { isWithoutBasis } from '../../cycle/itineraries';
import { generationOf, movedBetween, readGroup, type GroupRead } from './readGroup';

/** Requests to Graph in flight at once; five-minute polling is nowhere near its limits (graph-source.md 4.1). */
const PARALLEL_READS = 8;

/** The members of every assigned group in a full read; else of the groups that are new or marked. */
export const readGroups: Slice = async (context, place) => {
  const { cycle } = place;
  if (!isOfEverybody(cycle) && !isWithoutBasis(cycle)) return readDueGroups(context, place);
  const { cursor } = cycle;
  const { image } = context.engine.store;
  const generation = generationOf(cycle.id, cursor.resyncs);
  const groupIds = await assignedGroups(context);
  const part = groupIds.slice(cursor.index, cursor.index + context.engine.timing.groupsPerSlice);
  const reads = new Map<string, GroupRead>();
  await inParallel(part, PARALLEL_READS, async (groupId) => {
    const start = groupId === part[0] ? cursor : { link: null, pages: 0 };
    const read = await readGroup(context, { cycleId: cycle.id, generation, groupId }, start);
    // Its members stay until a second read agrees.
    if (read.kind === 'nobody') await doubt(context, groupId, place.warn.bind(place));
    else if (read.kind === 'read') {
      if (!isWithoutBasis(cycle))
        await lookAgainWhereMoved(context, groupId, await image.pagesOf(groupId, generation, read.pages));
      await image.switchTo(groupId, generation, read.pages);
    }
    reads.set(groupId, read);
  });
  await context.read.flush();
  context.imageChanged();
  const unfinished = part.findIndex((groupId) => reads.get(groupId)?.kind === 'more');
  const more = reads.get(part[unfinished] ?? '');
  if (more?.kind === 'more') {
    const index = cursor.index + unfinished;
    place.move({ cursor: { ...cursor, index, link: more.link, pages: more.pages } });
    return 'stay';
  }
  const index = cursor.index + part.length;
  place.move({ cursor: { ...cursor, index, link: null, pages: 0 } });
  if (index < groupIds.length) return 'stay';
  await forgetUnassigned(context, new Set(groupIds));
  return 'next';
};

/**
 * The deltas keep the image as it should be read. A list that says otherwise comes from a replica that lags behind them,
 * or from one ahead: whoever differs is looked at, and the group is read once more when the replicas agree.
 */
async function lookAgainWhereMoved(
  { engine }: PlanContext,
  groupId: string,
  after: ReadonlySet<string>,
): Promise<void> {
  const { clock, store, timing } = engine;
  const moved = movedBetween(await store.image.members(groupId), after);
  if (moved.length === 0) return;
  const now = clock.now();
  await store.dirty.mark(moved, now, 'group');
  await store.dirty.markGroups([groupId], now, 'moved', now + timing.graphLagMs);
}

async function doubt(context: PlanContext, groupId: string, warn: (text: string) => void): Promise<void> {
  const { clock, store, timing } = context.engine;
  const known = await store.image.members(groupId);
  if (known !== undefined && known.size === 0) return;
  const now = clock.now();
  await store.dirty.markGroups([groupId], now, 'empty', now + timing.graphLagMs);
  if (known !== undefined)
    warn(`The assigned group ${groupId} reads as empty or missing; its members stay until a second read agrees.`);
}

async function assignedGroups(context: PlanContext): Promise<string[]> {
  const assignments = await context.engine.store.image.assignments();
  const ids = assignments.filter((one) => one.principalType === 'Group').map((one) => one.principalId);
  return [...new Set(ids)].sort();
}

async function forgetUnassigned(context: PlanContext, assigned: ReadonlySet<string>): Promise<void> {
  const { image } = context.engine.store;
  const forgotten = new Set<string>();
  for await (const { id } of image.groups()) if (!assigned.has(id)) forgotten.add(id);
  for (const id of forgotten) await image.forget(id);
  context.imageChanged();
}
