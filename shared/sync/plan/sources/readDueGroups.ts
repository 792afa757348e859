import { inParallel } from '../../../concurrency/inParallel';
import type { StoredMark } from '../../../store/DirtyTable';
import type { CyclePlace } from '../../cycle/CyclePlace';
import type { PlanContext } from '../PlanContext';
import { generationOf, movedBetween, readGroup } from './readGroup';

const PARALLEL_READS = 8;

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
  await inParallel(
    part.map((mark, index) => ({ mark, index })),
    PARALLEL_READS,
    async ({ mark, index }) => {
      const more = await readMarked(context, place, mark, mark.id === cursor.after ? cursor : { link: null, pages: 0 });
      if (more !== undefined) unfinished.push({ ...more, index });
    },
  );
  await context.read.flush();
  context.imageChanged();
  // A group too large for one slice is the first of the next one.
  const [first] = unfinished.sort((a, b) => a.index - b.index);
  const { link, pages } = first ?? { link: null, pages: 0 };
  const after = first === undefined ? '' : (part[first.index]?.id ?? '');
  place.move({ cursor: { ...cursor, link, pages, after } });
  return first !== undefined || due.length > part.length ? 'stay' : 'next';
}

async function readMarked(
  context: PlanContext,
  place: CyclePlace,
  mark: StoredMark,
  start: { readonly link: string | null; readonly pages: number },
): Promise<{ link: string; pages: number } | undefined> {
  const { engine } = context;
  const { clock, store, timing } = engine;
  const groupId = mark.id;
  const snapshot = await context.snapshot();
  if (!snapshot.groupIds.includes(groupId)) {
    await store.dirty.answerGroup(mark);
    return undefined;
  }
  const readAt = clock.now();
  const generation = generationOf(place.cycle.id, place.cycle.cursor.resyncs);
  const read = await readGroup(context, { cycleId: place.cycle.id, generation, groupId }, start);
  if (read.kind === 'more') return read;
  const before = await store.image.members(groupId);
  const isAgreed = mark.absentSince !== null && readAt - mark.absentSince >= timing.graphLagMs;
  if (read.kind === 'nobody' && !isAgreed && before?.size !== 0) {
    await store.dirty.doubtGroup(mark, mark.absentSince ?? readAt, readAt + timing.graphLagMs);
    place.warn(`The assigned group ${groupId} reads as empty or missing; its members stay until a second read agrees.`);
    return undefined;
  }
  const after = read.kind === 'nobody' ? new Set<string>() : await store.image.pagesOf(groupId, generation, read.pages);
  await store.dirty.mark(movedBetween(before, after), readAt, 'group');
  if (read.kind === 'nobody') await store.image.putMembers(groupId, generation, after);
  else await store.image.switchTo(groupId, generation, read.pages);
  const isYoung = readAt < mark.since + timing.graphLagMs;
  if (isYoung) await store.dirty.lookAgainAtGroup(mark, mark.since + timing.graphLagMs);
  else await store.dirty.answerGroup(mark);
  return undefined;
}
