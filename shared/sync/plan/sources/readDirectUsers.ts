import type { CyclePlace } from '../../cycle/CyclePlace';
import type { PlanContext } from '../PlanContext';
import type { Slice } from '../Slice';
import { isWithoutBasis } from '../../cycle/itineraries';
import { keepLooked } from './keepLooked';
import { moveWatermark } from './moveWatermark';
import { readEverybody } from './readEverybody';

/** The people assigned one by one, or everybody, in a full read; after it the watermark may stand. */
export const readDirectUsers: Slice = async (context, place) => {
  const { engine } = context;
  if (context.policy.scope === 'all') {
    if ((await readEverybody(context, place)) === 'stay') return 'stay';
    if (isWithoutBasis(place.cycle)) await beginWatermark(context, place);
    return 'next';
  }
  const { cursor } = place.cycle;
  const snapshot = await context.snapshot();
  const ids = [...snapshot.directUsers].filter((id) => !snapshot.isInGroup(id)).sort();
  const part = ids.slice(cursor.index, cursor.index + engine.timing.peoplePerSlice);
  await keepLooked(engine, part, place.cycle.id);
  const index = cursor.index + part.length;
  place.move({ cursor: { ...cursor, index } });
  if (index < ids.length) return 'stay';
  if (isWithoutBasis(place.cycle)) await beginWatermark(context, place);
  return 'next';
};

/**
 * The very first read has no older delta link that would name what changed just before it: groups and people are read
 * once more when the replicas have caught up (graph-source.md 1.3). Marks first, then the watermark (I04).
 */
async function beginWatermark(context: PlanContext, place: CyclePlace): Promise<void> {
  const { store, timing } = context.engine;
  const { sourceAt, usersLink, groupsLink } = place.cycle.cursor;
  if (usersLink === null || groupsLink === null) return;
  const snapshot = await context.snapshot();
  const wait = sourceAt + timing.graphLagMs;
  await store.dirty.markGroups(snapshot.groupIds, sourceAt, 'first read', wait);
  // Everybody is read once more by the list: cheaper than one by one.
  if (context.policy.scope === 'all') await store.wish.make('first read');
  else
    await store.dirty.markLater(
      [...snapshot.directUsers].filter((id) => !snapshot.isInGroup(id)),
      sourceAt,
      'first read',
      wait,
    );
  await moveWatermark(context, place, { usersLink, groupsLink, assignmentsDigest: snapshot.assignmentsDigest });
}
