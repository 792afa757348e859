import { inParallel } from '../../../concurrency/inParallel';
import type { StoredMark } from '../../../store/DirtyTable';
import { NO_MEMBERS } from '../../../store/ImageTable';
import type { CyclePlace } from '../../cycle/CyclePlace';
import type { PlanContext } from '../PlanContext';
import { certifyMembers } from './certifyMembers';
import { forgetUncounted, markMovedGroups, movedBetween } from './movedGroups';
import { generationOf, readGroup } from './readGroup';

const PARALLEL_READS = 8;
/** A group whose list and count have disagreed for a day is read so often, in ms. */
const ASKED_AGAIN_MS = 3_600_000;

/**
 * Reads the groups that are marked: newly assigned ones, those whose delta contradicted itself, and those whose last
 * answer was too young, or too empty, to be believed (docs/protocol.md R4).
 */
export async function readDueGroups(context: PlanContext, place: CyclePlace): Promise<'stay' | 'next'> {
  const { clock, store } = context.engine;
  const { cursor } = place.cycle;
  const due: StoredMark[] = [];
  for await (const mark of store.dirty.dueGroups(clock.now())) due.push(mark);
  // The page to go on with is one group's: another mark may have become due before it meanwhile.
  due.sort((a, b) => Number(b.id === cursor.after) - Number(a.id === cursor.after));
  const part = due.slice(0, context.engine.timing.groupsPerSlice);
  if (part.length === 0) return 'next';
  const unfinished: { link: string; pages: number; index: number }[] = [];
  let added = 0;
  let left = 0;
  let begun = 0;
  await inParallel(
    part.map((mark, index) => ({ mark, index })),
    PARALLEL_READS,
    async ({ mark, index }) => {
      if (index > 0 && context.isTimeUp()) return;
      begun += 1;
      const read = await readMarked(context, place, mark, mark.id === cursor.after ? cursor : { link: null, pages: 0 });
      if (read.kind === 'more') unfinished.push({ link: read.link, pages: read.pages, index });
      added += read.kind === 'more' ? 0 : read.added;
      left += read.kind === 'more' ? 0 : read.left;
    },
  );
  await context.read.flush();
  context.imageChanged();
  if (left > 0) await forgetUncounted(context);
  // A group too large for one slice is the first of the next one.
  const [first] = unfinished.sort((a, b) => a.index - b.index);
  const { link, pages } = first ?? { link: null, pages: 0 };
  const after = first === undefined ? '' : (part[first.index]?.id ?? '');
  place.move({ cursor: { ...cursor, link, pages, after } });
  // What was found in a group is read in the next slice.
  return first !== undefined || due.length > begun || added > 0 ? 'stay' : 'next';
}

/** What a marked group turned out to be; or where to go on with it. */
type MarkedRead =
  | { readonly kind: 'more'; readonly link: string; readonly pages: number }
  | {
      readonly kind: 'ended';
      /** Groups in it that count from now on, and that it no longer holds. */
      readonly added: number;
      readonly left: number;
    };

const NOTHING: MarkedRead = { kind: 'ended', added: 0, left: 0 };

async function readMarked(
  context: PlanContext,
  place: CyclePlace,
  mark: StoredMark,
  start: { readonly link: string | null; readonly pages: number },
): Promise<MarkedRead> {
  const { engine } = context;
  const { clock, store, timing } = engine;
  const groupId = mark.id;
  if (!(await context.groupIds()).has(groupId)) {
    await store.dirty.answerGroup(mark);
    return NOTHING;
  }
  const readAt = clock.now();
  const generation = generationOf(place.cycle.id, place.cycle.cursor.resyncs);
  const read = await readGroup(context, { cycleId: place.cycle.id, generation, groupId }, start);
  if (read.kind === 'more') return read;
  const before = await store.image.members(groupId);
  const isKnownEmpty = before !== undefined && before.users.size + before.groups.size === 0;
  const isAgreed = mark.absentSince !== null && readAt - mark.absentSince >= timing.graphLagMs;
  if (read.kind === 'nobody' && !isAgreed && !isKnownEmpty) {
    await store.dirty.doubtGroup(mark, mark.absentSince ?? readAt, readAt + timing.graphLagMs);
    place.warn(readsAsEmpty(groupId));
    return NOTHING;
  }
  const after = read.kind === 'nobody' ? NO_MEMBERS : await store.image.pagesOf(groupId, generation, read.pages);
  const certificate = await certifyMembers(context, place, { groupId, before, after, doubtSince: mark.absentSince });
  if (certificate === 'doubted') {
    await store.dirty.doubtGroup(mark, mark.absentSince ?? readAt, readAt + timing.graphLagMs);
    return NOTHING;
  }
  const { users, joinedGroups, leftGroups } = movedBetween(before, after);
  await store.dirty.mark(users, readAt, 'group');
  const added = await markMovedGroups(context, { joined: joinedGroups, left: leftGroups }, readAt);
  if (read.kind === 'nobody') await store.image.putMembers(groupId, generation, after);
  else await store.image.switchTo(groupId, generation, read.pages);
  const isYoung = readAt < mark.since + timing.graphLagMs;
  // The guard goes by the mark: whoever leaves by such a list is asked about.
  if (certificate === 'asked') await store.dirty.doubtGroup(mark, mark.absentSince ?? readAt, readAt + ASKED_AGAIN_MS);
  else if (isYoung) await store.dirty.lookAgainAtGroup(mark, mark.since + timing.graphLagMs);
  else await store.dirty.answerGroup(mark);
  return { kind: 'ended', added, left: leftGroups.length };
}

/** The doubt in words, for the admin. */
export const readsAsEmpty = (groupId: string): string =>
  `The group ${groupId} reads as empty or missing; its members stay until a second read agrees.`;
