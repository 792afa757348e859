import { inParallel } from '../../../concurrency/inParallel';
import type { StoredMark } from '../../../store/DirtyTable';
import type { Someone } from '../../../store/PeopleTable';
import type { Slice } from '../Slice';
import { gather } from './gather';
import { recordPeople } from './recordPeople';

const PARALLEL_READS = 32;
/** As many are tried as tell whether GoTo works again. */
const PEOPLE_OF_A_PROBE = 10;

/** Judges the people whose marks are due, a slice at a time, in order of their ids. */
export const judgeDirty: Slice = async (context, place) => {
  const { store, clock, timing } = context.engine;
  const { cursor } = place.cycle;
  const { isProbe } = place.cycle;
  const size = isProbe ? Math.min(PEOPLE_OF_A_PROBE, timing.peoplePerSlice) : timing.peoplePerSlice;
  const marks = new Map<string, StoredMark>();
  for await (const mark of store.dirty.due(clock.now(), cursor.after)) {
    if (marks.size === size) break;
    marks.set(mark.id, mark);
  }
  if (marks.size === 0) return 'next';
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
  await recordPeople(context, place, gathered);
  place.move({ cursor: { ...place.cycle.cursor, after: [...marks.keys()].at(-1) ?? '', isPartial: false } });
  // The rest is due when the job works again.
  return isProbe || marks.size < size ? 'next' : 'stay';
};
