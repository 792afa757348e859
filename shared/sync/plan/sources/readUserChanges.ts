/**
 * What happened to people since the watermark: whom Graph's delta names is marked. The watermark itself moves behind the
 * groups' changes and the assignments (I04).
 */
import type { UserChange } from '../../../entra/EntraSource';
import { groupsAmong } from '../../../rules/grantsInWords';
import { inParallel } from '../../../concurrency/inParallel';
import { judgesAsFull } from '../../cycle/itineraries';
import type { PlanContext } from '../PlanContext';
import type { Slice } from '../Slice';
import { lostWatermark } from './deltaFaults';
import { readOf } from './readGroup';
import { walkDelta } from './walkDelta';

const PARALLEL_READS = 16;

/** @throws ConnectorError ResyncRequired when there is nothing to compare with, or with another Graph, IncompleteRead for a delta without end */
export const readUserChanges: Slice = async (context, place) => {
  const { engine, watermark } = context;
  if (watermark === undefined || !engine.entra.follows(watermark.usersLink)) throw lostWatermark();
  const { attributes } = watermark;
  const isOfMapping = watermark.mappingVersion === place.cycle.mappingVersion;
  const hasAttributes = isOfMapping && attributes === engine.entra.selection;
  if (place.cycle.cursor.sourceAt === 0) {
    const sourceAt = engine.clock.now();
    // A release that reads more by the same mapping has read it of nobody yet.
    if (isOfMapping && attributes !== null && !hasAttributes && !judgesAsFull(place.cycle))
      await engine.store.wish.make('attributes');
    // A new mapping reads other attributes: its link begins before the old one is walked to its end, so nothing lies between.
    const usersLink = hasAttributes ? null : await engine.entra.latestUsersLink();
    place.move({
      cursor: { ...place.cycle.cursor, sourceAt, usersLink, usersAttributes: engine.entra.selection },
    });
  }
  const { cursor, id } = place.cycle;
  const { rest, deltaLink } = await walkDelta(
    context,
    cursor.link ?? watermark.usersLink,
    (link) => engine.entra.usersDelta(link),
    (changes, readAt) => takeOverUsers(context, id, changes, readAt, hasAttributes),
  );
  place.move({ cursor: { ...cursor, link: rest, usersLink: cursor.usersLink ?? deltaLink } });
  return rest === null ? 'next' : 'stay';
};

/**
 * Only who is known concerns us, unless everybody does: whoever gets assigned is named by assignments and groups, and
 * looked up by id.
 */
async function takeOverUsers(
  context: PlanContext,
  cycleId: string,
  changes: readonly UserChange[],
  readAt: number,
  hasAttributes: boolean,
): Promise<void> {
  const { people, dirty } = context.engine.store;
  const known: UserChange[] = [];
  const groupsOfRestored = new Set<string>();
  // The last word of a walk counts.
  const latest = new Map(changes.map((change) => [change.id, change]));
  await inParallel([...latest.values()], PARALLEL_READS, async (change) => {
    const { managed, facts, hasFacts } = await people.someone(change.id);
    const isKnown = hasFacts || managed === 'unreadable' || managed.etag !== null;
    if (!isKnown && (context.policy.scope === 'assigned' || change.person === undefined)) return;
    known.push(change);
    if (change.person !== undefined && facts.deleted !== 'no')
      for (const id of groupsAmong([...facts.via, ...facts.within])) groupsOfRestored.add(id);
  });
  if (known.length === 0) return;
  // Lists of members leave out who is in the recycle bin, and no delta says that a restored person is in them again.
  await dirty.markGroups(groupsOfRestored, readAt, 'restored');
  // Who was reported gone is looked up by gather, because removals need proof (I05).
  if (hasAttributes) {
    await people.putRead(
      new Map(known.flatMap(({ id, person }) => (person === undefined ? [] : [[id, readOf(person, readAt, cycleId)]]))),
    );
  }
  await dirty.mark(
    known.map((change) => change.id),
    readAt,
    'user',
  );
}
