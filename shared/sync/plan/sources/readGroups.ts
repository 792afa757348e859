import { inParallel } from '../../../concurrency/inParallel';
import { isOfEverybody, type PlanCursor } from '../../../model/Cycle';
import type { GroupMembers } from '../../../store/ImageTable';
import type { CyclePlace } from '../../cycle/CyclePlace';
import { isWithoutBasis } from '../../cycle/itineraries';
import type { PlanContext } from '../PlanContext';
import type { Slice } from '../Slice';
import { certifyMembers } from './certifyMembers';
import { forgetUncounted, movedBetween, peopleBelow } from './movedGroups';
import { readDueGroups, readsAsEmpty } from './readDueGroups';
import { generationOf, readGroup, type GroupRead } from './readGroup';

/** Requests to Graph in flight at once; five-minute polling is nowhere near its limits (graph-source.md 4.1). */
const PARALLEL_READS = 8;

/**
 * The members of every group that counts in a full read; else of the groups that are new or marked. Where nested groups
 * count, reading finds further groups: the walk in order of ids is repeated until one finds none, and passes by what the
 * cycle has read.
 */
export const readGroups: Slice = async (context, place) => {
  const { cycle } = place;
  if (!isOfEverybody(cycle) && !isWithoutBasis(cycle)) return readDueGroups(context, place);
  const { cursor } = cycle;
  const generation = generationOf(cycle.id, cursor.resyncs);
  const counted = await context.groupIds();
  const left = await groupsToRead(context, cursor, generation);
  const part = left.slice(0, context.engine.timing.groupsPerSlice);
  if (part.length === 0) {
    if (cursor.found === 0) {
      await forgetUncounted(context);
      return 'next';
    }
    place.move({ cursor: { ...cursor, after: '', found: 0 } });
    return 'stay';
  }
  const reads = new Map<string, GroupRead>();
  const found = new Set<string>();
  await inParallel(part, PARALLEL_READS, async (groupId) => {
    if (groupId !== part[0] && context.isTimeUp()) return;
    const start = groupId === part[0] ? cursor : { link: null, pages: 0 };
    const read = await readGroup(context, { cycleId: cycle.id, generation, groupId }, start);
    reads.set(groupId, read);
    if (read.kind === 'nobody') await believeNobody(context, place, groupId, generation);
    else if (read.kind === 'read') {
      const { clock, store, timing } = context.engine;
      const after = await store.image.pagesOf(groupId, generation, read.pages);
      const before = await store.image.members(groupId);
      const certificate = await certifyMembers(context, place, { groupId, before, after, doubtSince: null });
      if (certificate !== 'whole') {
        await store.dirty.doubtGroups([groupId], clock.now(), clock.now() + timing.graphLagMs);
        return;
      }
      for (const id of after.groups) if (!counted.has(id)) found.add(id);
      if (!isWithoutBasis(cycle)) await lookAgainWhereMoved(context, groupId, before, after);
      await store.image.switchTo(groupId, generation, read.pages);
    }
  });
  await context.read.flush();
  context.imageChanged();
  const isDone = (groupId: string): boolean => reads.has(groupId) && reads.get(groupId)?.kind !== 'more';
  const unfinished = part.findIndex((groupId) => !isDone(groupId));
  const more = reads.get(part[unfinished] ?? '');
  const next = { ...cursor, found: cursor.found + found.size };
  if (more?.kind === 'more')
    place.move({ cursor: { ...next, after: part[unfinished] ?? '', link: more.link, pages: more.pages } });
  else
    place.move({
      cursor: { ...next, after: (unfinished < 0 ? part.at(-1) : part[unfinished - 1]) ?? '', link: null, pages: 0 },
    });
  return 'stay';
};

/** Groups behind the cursor that the cycle has not read, in order of ids; the one that was begun comes first. */
async function groupsToRead(context: PlanContext, { after, link }: PlanCursor, generation: string): Promise<string[]> {
  const read = new Set<string>();
  if (context.policy.expandNestedGroups)
    for await (const head of context.engine.store.image.heads()) if (head.generation === generation) read.add(head.id);
  const isLeft = (id: string): boolean => !read.has(id) && (link === null ? id > after : id >= after);
  return [...(await context.groupIds())].filter(isLeft).sort();
}

/** Nobody is no news of a group that is known to have none; of any other it is doubted, and its members stay. */
async function believeNobody(
  context: PlanContext,
  place: CyclePlace,
  groupId: string,
  generation: string,
): Promise<void> {
  const { clock, store, timing } = context.engine;
  const known = await store.image.members(groupId);
  if (known !== undefined && known.users.size + known.groups.size === 0) {
    await store.image.switchTo(groupId, generation, 0);
    return;
  }
  const now = clock.now();
  await store.dirty.markGroups([groupId], now, 'empty', now + timing.graphLagMs);
  if (known !== undefined) place.warn(readsAsEmpty(groupId));
}

/**
 * The deltas keep the image as it should be read. A list that says otherwise comes from a replica that lags behind them,
 * or from one ahead: whoever differs is looked at, and the group is read once more when the replicas agree.
 */
async function lookAgainWhereMoved(
  context: PlanContext,
  groupId: string,
  before: GroupMembers | undefined,
  after: GroupMembers,
): Promise<void> {
  const { clock, store, timing } = context.engine;
  const { users, joinedGroups, leftGroups } = movedBetween(before, after);
  if (users.length + joinedGroups.length + leftGroups.length === 0) return;
  const now = clock.now();
  await store.dirty.mark(users, now, 'group');
  await store.dirty.mark(await peopleBelow(context, [...joinedGroups, ...leftGroups]), now, 'nested group');
  await store.dirty.markGroups([groupId], now, 'moved', now + timing.graphLagMs);
}
