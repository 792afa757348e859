/**
 * Who was assigned or is no longer: the list in full, as Graph has no delta for it (graph-source.md 1.3), compared with
 * the image. Behind it the watermark moves: all that changed up to it is marked (I04).
 */
import type { Assignment } from '../../../model/Assignment';
import { inParallel } from '../../../concurrency/inParallel';
import type { CyclePlace } from '../../cycle/CyclePlace';
import { judgesAsFull } from '../../cycle/itineraries';
import type { PlanContext } from '../PlanContext';
import type { Slice } from '../Slice';
import { assignedGroupsIn, assignmentsDigest } from '../SourceSnapshot';
import { warnOfRoles } from '../warnOfRoles';
import { lostWatermark } from './deltaFaults';
import { forgetUncounted, peopleBelow } from './movedGroups';
import { moveWatermark } from './moveWatermark';
import { readCertifiedList } from './readCertifiedList';

const PARALLEL_READS = 16;

/** @throws ConnectorError ResyncRequired when there is nothing to compare with, or the app is not known */
export const readAssignmentChanges: Slice = async (context, place) => {
  const { watermark } = context;
  const { usersLink, groupsLink } = place.cycle.cursor;
  if (watermark === undefined || usersLink === null || groupsLink === null) throw lostWatermark();
  const isFull = judgesAsFull(place.cycle);
  const app = isFull ? await context.appReadNow() : context.app;
  const assignments = await readCertifiedList(context, place, app);
  if (assignments === 'more') return 'stay';
  const newDigest = assignmentsDigest(assignments);
  const isKnown = newDigest === watermark.assignmentsDigest && (!isFull || (await isImage(context, newDigest)));
  if (!isKnown) await takeOverAssignments(context, place, assignments);
  if (isFull) warnOfRoles(context, place, assignments);
  const isSame =
    usersLink === watermark.usersLink &&
    groupsLink === watermark.groupsLink &&
    newDigest === watermark.assignmentsDigest;
  if (!isSame) await moveWatermark(context, place, { usersLink, groupsLink, assignmentsDigest: newDigest });
  return 'next';
};

/** Two planners at once may have left an older list behind the watermark of a younger one. */
async function isImage({ engine }: PlanContext, digest: string): Promise<boolean> {
  return assignmentsDigest(await engine.store.image.assignments()) === digest;
}

/**
 * Marks everybody whose set of roles differs between the two complete lists; then the new one is the image, unless somebody else
 * has the place.
 */
async function takeOverAssignments(
  context: PlanContext,
  place: CyclePlace,
  assignments: readonly Assignment[],
): Promise<void> {
  const { clock, store } = context.engine;
  // Its roles may be new, too; and one that is switched off says nothing of people.
  await context.appReadNow();
  const before = await store.image.assignments();
  const now = clock.now();
  const changed = changedPrincipals(before, assignments);
  const groups = assignedGroupsIn([...before, ...assignments]);
  const changedGroups = [...changed].filter((id) => groups.has(id));
  await store.dirty.mark(
    [...[...changed].filter((id) => !groups.has(id)), ...(await peopleBelow(context, changedGroups))],
    now,
    'assignment',
  );
  const counted = await context.groupIds();
  const assignedNow = assignedGroupsIn(assignments);
  const toRead: string[] = [];
  await inParallel(changedGroups, PARALLEL_READS, async (id) => {
    // What is left of a former assignment is no image: deltas passed it by while nobody was assigned through it.
    if (assignedNow.has(id) && (!counted.has(id) || (await store.image.members(id)) === undefined)) toRead.push(id);
  });
  await store.dirty.markGroups(toRead, now, 'assigned');
  if (context.policy.provisionGroups && changed.size > 0) await store.dirty.markUserGroups(now, 'assigned');
  await context.claim(place);
  await store.image.putAssignments(assignments);
  context.imageChanged();
  if (changedGroups.some((id) => !assignedNow.has(id))) await forgetUncounted(context);
}

/** Principals whose set of roles differs between two complete lists. */
function changedPrincipals(before: readonly Assignment[], after: readonly Assignment[]): Set<string> {
  const keyOf = (assignment: Assignment) => `${assignment.principalId}/${assignment.appRoleId}`;
  const old = new Set(before.map(keyOf));
  const current = new Set(after.map(keyOf));
  return new Set(
    [...before.filter((one) => !current.has(keyOf(one))), ...after.filter((one) => !old.has(keyOf(one)))].map(
      (one) => one.principalId,
    ),
  );
}
