import type { StoredMark } from '../../../store/DirtyTable';
import { bucketIndexOf, PEOPLE_BUCKETS, type Someone } from '../../../store/PeopleTable';
import type { PlanContext } from '../PlanContext';
import type { Slice } from '../Slice';
import { gather } from './gather';
import { recordPeople } from './recordPeople';

/** Judges everybody who is assigned, linked or marked, a partition of the people a slice. */
export const judgeEverybody: Slice = async (context, place) => {
  const { store } = context.engine;
  const { cursor } = place.cycle;
  const snapshot = await context.snapshot();
  const accounts = await context.accounts();
  const marks = await marksOfBucket(context, cursor.index);
  const known = await store.people.bucket(cursor.index);
  const people: Someone[] = [...known];
  const ids = new Set(known.map((one) => one.sourceId));
  for (const id of marks.keys()) if (!ids.has(id)) people.push(await store.people.someone(id));
  const isOver = ({ sourceId, managed, facts }: Someone): boolean =>
    !snapshot.isAssigned(sourceId) &&
    !marks.has(sourceId) &&
    managed !== 'unreadable' &&
    managed.person.link === null &&
    managed.person.pending === null &&
    facts.readIn !== place.cycle.id;
  const gathered = await gather(
    context,
    { cycleId: place.cycle.id, sourceAt: cursor.sourceAt, accounts },
    people.filter((one) => !isOver(one)),
    marks,
  );
  await recordPeople(context, place, gathered);
  // People who are long gone and never had an account leave nothing behind.
  await store.people.forgetFacts(people.filter((one) => one.hasFacts && isOver(one)).map((one) => one.sourceId));
  const index = cursor.index + 1;
  place.move({ cursor: { ...place.cycle.cursor, index, isPartial: false } });
  return index < PEOPLE_BUCKETS ? 'stay' : 'next';
};

/** In a full cycle everybody is looked at, whether the mark is due or waits. */
async function marksOfBucket(context: PlanContext, bucket: number): Promise<Map<string, StoredMark>> {
  const marks = new Map<string, StoredMark>();
  for (const mark of await context.marks()) if (bucketIndexOf(mark.id) === bucket) marks.set(mark.id, mark);
  return marks;
}
