import type { StoredMark } from '../../../store/DirtyTable';
import { PEOPLE_BUCKETS, type Someone } from '../../../store/PeopleTable';
import type { CyclePlace } from '../../cycle/CyclePlace';
import type { PlanContext } from '../PlanContext';
import type { Slice } from '../Slice';
import { forgetLinks } from './forgetLinks';
import { gather, isInScope } from './gather';
import { recallLinks } from './recallLinks';
import { recordPeople, unrecorded } from './recordPeople';

/** Judges everybody who is assigned, linked or marked: partitions of the people, as many as make a slice. */
export const judgeEverybody: Slice = async (context, place) => {
  const { store, timing } = context.engine;
  const { cursor } = place.cycle;
  warnOfLostProtectors(place, await context.lostProtectors());
  const snapshot = await context.snapshot();
  const accounts = await context.accounts();
  const people: Someone[] = [];
  const marks = new Map<string, StoredMark>();
  let index = cursor.index;
  // Small partitions go together, so that messages name as many people as they can.
  while (index < PEOPLE_BUCKETS && people.length < timing.peoplePerSlice / 2) {
    people.push(...(await readBucket(context, index, marks)));
    index += 1;
  }
  const isOver = (someone: Someone): boolean => !isInScope(context, someone, snapshot) && isGone(someone);
  const isGone = ({ sourceId, managed, facts }: Someone): boolean =>
    !marks.has(sourceId) &&
    managed !== 'unreadable' &&
    managed.person.link === null &&
    managed.person.untied === null &&
    managed.person.pending === null &&
    facts.readIn !== place.cycle.id;
  const known = await gather(
    context,
    { cycleId: place.cycle.id, sourceAt: cursor.sourceAt, accounts },
    people.filter((one) => !isOver(one)),
    marks,
  );
  const { linksResetEtag } = place.cycle;
  const open = await unrecorded(context, place, known);
  const gathered = linksResetEtag === null ? open : await forgetLinks(context, place, open);
  await recordPeople(context, place, await recallLinks(context, place, gathered));
  // People who are long gone and never had an account leave nothing behind.
  const over = people.filter((one) => one.hasFacts && isOver(one)).map((one) => one.sourceId);
  // Of whoever has come meanwhile, a planner that has stalled would take what is known.
  if (over.length > 0) await context.claim(place);
  await store.people.forgetFacts(over);
  place.move({ cursor: { ...place.cycle.cursor, index, isPartial: false } });
  if (index < PEOPLE_BUCKETS) return 'stay';
  if (linksResetEtag !== null) await store.linksReset.fulfil(linksResetEtag);
  return 'next';
};

/** In a full cycle everybody is looked at, whether the mark is due or waits. Marks first, then the facts that answer them (R3). */
async function readBucket(context: PlanContext, bucket: number, marks: Map<string, StoredMark>): Promise<Someone[]> {
  const { people } = context.engine.store;
  const own = await context.marksOf(bucket);
  const known = await people.bucket(bucket);
  const ids = new Set(known.map((one) => one.sourceId));
  const others: Someone[] = [];
  for (const mark of own) {
    marks.set(mark.id, mark);
    if (!ids.has(mark.id)) others.push(await people.someone(mark.id));
  }
  return [...known, ...others];
}

function warnOfLostProtectors(place: CyclePlace, ids: readonly string[]): void {
  if (ids.length > 0)
    place.warn(
      `PROTECTED_USERS names ${ids.join(', ')}, which Entra shows neither as a group nor as a person. Whoever was protected stays ` +
        'so; correct the setting.',
    );
}
