/**
 * What happened to the members of groups since the watermark, applied to the image of those that count: who came or went is
 * marked first (docs/protocol.md R1).
 */
import { digest } from '../../../model/hash';
import type { GroupChange } from '../../../entra/EntraSource';
import { inParallel } from '../../../concurrency/inParallel';
import type { PlanContext } from '../PlanContext';
import type { Slice } from '../Slice';
import { lostWatermark } from './deltaFaults';
import { forgetUncounted, markMovedGroups } from './movedGroups';
import { walkDelta } from './walkDelta';

const PARALLEL_GROUPS = 8;

/** @throws ConnectorError ResyncRequired when there is nothing to compare with, or with another Graph, IncompleteRead for a delta without end */
export const readGroupChanges: Slice = async (context, place) => {
  const { engine, watermark } = context;
  if (watermark === undefined || !engine.entra.follows(watermark.groupsLink)) throw lostWatermark();
  const { cursor } = place.cycle;
  const { rest, deltaLink } = await walkDelta(
    context,
    cursor.link ?? watermark.groupsLink,
    (link) => engine.entra.groupsDelta(link),
    (changes, readAt) => takeOverGroups(context, changes, readAt),
  );
  place.move({ cursor: { ...cursor, link: rest, groupsLink: deltaLink } });
  return rest === null ? 'next' : 'stay';
};

async function takeOverGroups(context: PlanContext, all: readonly GroupChange[], readAt: number): Promise<void> {
  if (all.length === 0) return;
  const counted = await context.groupIds();
  const changes = all.filter((change) => counted.has(change.id));
  if (changes.length === 0) return;
  await noteNames(context, changes, readAt);
  let left = 0;
  await inParallel([...new Set(changes.map((change) => change.id))], PARALLEL_GROUPS, async (groupId) => {
    const own = changes.filter((change) => change.id === groupId);
    left += await takeOverGroup(context, groupId, own, readAt);
  });
  context.imageChanged();
  if (left > 0) await forgetUncounted(context);
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
