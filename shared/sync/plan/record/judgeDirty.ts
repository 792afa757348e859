import { inParallel } from '../../../concurrency/inParallel';
import { isTargetFault } from '../../../rules/quarantine';
import type { StoredMark } from '../../../store/DirtyTable';
import type { Someone } from '../../../store/PeopleTable';
import type { PlanContext } from '../PlanContext';
import type { Slice } from '../Slice';
import { gather } from './gather';
import { recallLinks } from './recallLinks';
import { recordPeople, unrecorded } from './recordPeople';

const PARALLEL_READS = 32;
/** As many as tell whether GoTo works again: of those whom it failed, and of others. */
const PEOPLE_OF_A_PROBE = 5;

/** Judges the people whose marks are due, a slice at a time, in order of their ids; in an attempt, a few of them. */
export const judgeDirty: Slice = async (context, place) => {
  const { store, timing } = context.engine;
  const { cursor, isProbe } = place.cycle;
  const marks = isProbe ? await aFew(context) : await nextDue(context, cursor.after);
  if (marks.size === 0) return 'next';
  await context.appReadNow();
  const people: Someone[] = [];
  await inParallel([...marks.keys()], PARALLEL_READS, async (id) => {
    people.push(await store.people.someone(id));
  });
  const gathered = await gather(
    context,
    { cycleId: place.cycle.id, sourceAt: cursor.sourceAt, accounts: undefined },
    people,
    marks,
  );
  const open = await unrecorded(context, place, gathered);
  await recordPeople(context, place, await recallLinks(context, place, open));
  place.move({ cursor: { ...place.cycle.cursor, after: [...marks.keys()].at(-1) ?? '', isPartial: false } });
  return isProbe || marks.size < timing.peoplePerSlice ? 'next' : 'stay';
};

async function nextDue({ engine }: PlanContext, after: string): Promise<Map<string, StoredMark>> {
  const { store, clock, timing } = engine;
  const marks = new Map<string, StoredMark>();
  for await (const mark of store.dirty.due(clock.now(), after)) {
    if (marks.size === timing.peoplePerSlice) break;
    marks.set(mark.id, mark);
  }
  return marks;
}

/**
 * Those whom GoTo failed do not wait here: their tries are the proof. Others are tried beside them, so that a few people's
 * own trouble keeps nobody in quarantine. The rest is due when the job works again.
 */
async function aFew({ engine }: PlanContext): Promise<Map<string, StoredMark>> {
  const now = engine.clock.now();
  const failed: StoredMark[] = [];
  const others: StoredMark[] = [];
  for await (const mark of engine.store.dirty.all()) {
    const group = isTargetFault(mark.code) ? failed : others;
    if (group.length < PEOPLE_OF_A_PROBE && (group === failed || (mark.wait ?? 0) <= now)) group.push(mark);
  }
  return new Map([...failed, ...others].map((mark) => [mark.id, mark]));
}
