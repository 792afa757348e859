/**
 * What changed since the watermark: users and groups by delta, assignments in full (Graph has no delta for them,
 * graph-source.md 1.3). Nothing changed → three requests, and nothing is marked (I10).
 *
 * Upholds I04 by its order: who is concerned is marked, then the image moves, then the watermark.
 */
import type { Assignment } from '../../../model/Assignment';
import { ConnectorError } from '../../../model/ConnectorError';
import { digest } from '../../../model/hash';
import type { GroupChange, UserChange } from '../../../entra/EntraSource';
import { groupsAmong } from '../../../rules/grantsInWords';
import { inParallel } from '../../../concurrency/inParallel';
import type { CyclePlace } from '../../cycle/CyclePlace';
import { judgesAsFull } from '../../cycle/itineraries';
import type { PlanContext } from '../PlanContext';
import type { Slice } from '../Slice';
import { assignedGroupsIn, assignmentsDigest } from '../SourceSnapshot';
import { warnOfRoles } from '../warnOfRoles';
import { forgetUncounted, markMovedGroups, peopleBelow } from './movedGroups';
import { readCertifiedList } from './readCertifiedList';
import { readOf } from './readGroup';

const PARALLEL_READS = 16;
const PARALLEL_GROUPS = 8;

/**
 * @throws ConnectorError ResyncRequired when there is nothing to compare with, IncompleteRead for a delta without end
 */
export const readChanges: Slice = async (context, place) => {
  const { engine, watermark } = context;
  if (watermark === undefined) throw lostWatermark();
  const { clock } = engine;
  if (place.cycle.cursor.sourceAt === 0) {
    const sourceAt = clock.now();
    // A new mapping reads other attributes: its link begins before the old one is walked to its end, so nothing lies between.
    const isNew = watermark.mappingVersion !== place.cycle.mappingVersion;
    const usersLink = isNew ? await engine.entra.latestUsersLink() : null;
    place.move({ cursor: { ...place.cycle.cursor, sourceAt, usersLink, link: watermark.usersLink } });
  }
  const { cursor } = place.cycle;
  if (cursor.link !== null) {
    const users = await walkUsers(context, place, cursor.link, watermark.mappingVersion === place.cycle.mappingVersion);
    place.move({
      cursor: {
        ...place.cycle.cursor,
        link: users.rest,
        usersLink: place.cycle.cursor.usersLink ?? users.deltaLink,
      },
    });
    if (users.rest !== null) return 'stay';
  }
  const groupsLink = await walkGroups(context, watermark.groupsLink);
  const isFull = judgesAsFull(place.cycle);
  const app = isFull ? await context.readApp() : context.app;
  const assignments = await readCertifiedList(context, place, app);
  const newDigest = assignmentsDigest(assignments);
  if (newDigest !== watermark.assignmentsDigest) await takeOverAssignments(context, assignments);
  if (isFull) warnOfRoles(context, place, assignments);
  const { usersLink } = place.cycle.cursor;
  if (usersLink === null) throw incomplete();
  const isSame =
    usersLink === watermark.usersLink &&
    groupsLink === watermark.groupsLink &&
    newDigest === watermark.assignmentsDigest;
  if (!isSame) {
    // Lost to somebody faster: what they marked and moved is right as well.
    await engine.store.watermark.move(
      {
        usersLink,
        groupsLink,
        assignmentsDigest: newDigest,
        takenAt: clock.now(),
        mappingVersion: place.cycle.mappingVersion,
      },
      watermark.etag,
    );
  }
  return 'next';
};

const lostWatermark = (): ConnectorError =>
  new ConnectorError('The watermark is gone; a full read follows.', {
    code: 'ResyncRequired',
    sent: false,
    repeatable: false,
    scope: 'job',
  });

const incomplete = (): ConnectorError =>
  new ConnectorError('A delta of Graph did not come to its end. Nothing was changed; it is read again.', {
    code: 'IncompleteRead',
    sent: true,
    repeatable: true,
    scope: 'job',
  });

/** Follows the users' delta to its end, or to the slice's limit: then `rest` is the link to go on with. */
async function walkUsers(
  context: PlanContext,
  place: CyclePlace,
  from: string,
  hasAttributes: boolean,
): Promise<{ readonly deltaLink: string | null; readonly rest: string | null }> {
  const { engine } = context;
  const seen = new Set<string>();
  let link = from;
  for (let pages = 0; pages < engine.timing.pagesPerSlice; pages += 1) {
    if (seen.has(link)) throw incomplete();
    seen.add(link);
    const readAt = engine.clock.now();
    const page = await engine.entra.usersDelta(link);
    await takeOverUsers(context, place.cycle.id, page.changes, readAt, hasAttributes);
    if (page.deltaLink !== undefined) return { deltaLink: page.deltaLink, rest: null };
    if (page.nextLink === undefined) throw incomplete();
    link = page.nextLink;
  }
  return { deltaLink: null, rest: link };
}

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

/** Follows the groups' delta and applies it to the members of the groups that count. @returns the new delta link */
async function walkGroups(context: PlanContext, from: string): Promise<string> {
  const { engine } = context;
  const seen = new Set<string>();
  for (let link = from; !seen.has(link);) {
    seen.add(link);
    const readAt = engine.clock.now();
    const page = await engine.entra.groupsDelta(link);
    const counted = page.changes.length === 0 ? new Set() : await context.groupIds();
    const changes = page.changes.filter((change) => counted.has(change.id));
    await noteNames(context, changes, readAt);
    const concerned = new Set(changes.map((change) => change.id));
    let left = 0;
    await inParallel([...concerned], PARALLEL_GROUPS, async (groupId) => {
      const own = changes.filter((change) => change.id === groupId);
      left += await takeOverGroup(context, groupId, own, readAt);
    });
    if (concerned.size > 0) context.imageChanged();
    if (left > 0) await forgetUncounted(context);
    if (page.deltaLink !== undefined) return page.deltaLink;
    if (page.nextLink === undefined) break;
    link = page.nextLink;
  }
  throw incomplete();
}

/** A group that has another name in Entra: its user group is judged again. */
async function noteNames(context: PlanContext, changes: readonly GroupChange[], readAt: number): Promise<void> {
  if (!context.policy.provisionGroups || changes.every((change) => change.displayName === undefined)) return;
  const { groups, dirty } = context.engine.store;
  const names = await groups.names();
  const isNews = ({ id, displayName }: GroupChange): boolean =>
    displayName !== undefined && names.get(id)?.name !== displayName;
  if (changes.some(isNews)) await dirty.markUserGroups(readAt, 'renamed');
}

/**
 * A group's changes come in slices, twice, or out of order (graph-source.md 2.1): where one person both joined and left,
 * and where the group itself is gone, it is read in full.
 * @returns how many groups it no longer holds
 */
async function takeOverGroup(
  context: PlanContext,
  groupId: string,
  changes: readonly GroupChange[],
  readAt: number,
): Promise<number> {
  const { image, dirty } = context.engine.store;
  const joined = movedIn(context, changes, 'joined');
  const left = movedIn(context, changes, 'left');
  const before = await image.members(groupId);
  const contradicts =
    [...joined.users].some((id) => left.users.has(id)) ||
    [...joined.groups].some((id) => left.groups.has(id)) ||
    changes.some((change) => change.removed);
  if (contradicts || before === undefined) await dirty.markGroups([groupId], readAt, 'delta');
  await dirty.mark([...joined.users, ...left.users], readAt, 'group');
  await markMovedGroups(context, { joined: joined.groups, left: left.groups }, readAt);
  if (before === undefined) return 0;
  const after = {
    users: new Set([...[...before.users].filter((id) => !left.users.has(id)), ...joined.users]),
    groups: new Set([...[...before.groups].filter((id) => !left.groups.has(id)), ...joined.groups]),
  };
  await image.putMembers(groupId, `d-${digest([...after.users, ...after.groups].sort())}`, after);
  return left.groups.size;
}

/** Who came, or went, by all of a group's changes. */
const movedIn = (
  { policy }: PlanContext,
  changes: readonly GroupChange[],
  which: 'joined' | 'left',
): { readonly users: Set<string>; readonly groups: Set<string> } => ({
  users: new Set(changes.flatMap((change) => change[which].users)),
  groups: new Set(policy.expandNestedGroups ? changes.flatMap((change) => change[which].groups) : []),
});

/** Marks everybody whose set of roles differs between the two complete lists; then the new one is the image. */
async function takeOverAssignments(context: PlanContext, assignments: readonly Assignment[]): Promise<void> {
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
  for (const id of changedGroups) {
    // What is left of a former assignment is no image: deltas passed it by while nobody was assigned through it.
    if (assignedNow.has(id) && (!counted.has(id) || (await store.image.members(id)) === undefined)) toRead.push(id);
  }
  await store.dirty.markGroups(toRead, now, 'assigned');
  if (context.policy.provisionGroups && changed.size > 0) await store.dirty.markUserGroups(now, 'assigned');
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
