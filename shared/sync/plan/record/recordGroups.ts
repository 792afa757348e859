/**
 * User groups, judged before the people who move into them: all at once, as they are few and their names touch each other
 * (docs/protocol.md 3.10). Quiet while nothing of them changed (I10).
 */
import { DEFAULT_ACCESS_ROLE_ID, type Assignment } from '../../../model/Assignment';
import { STAGE } from '../../../model/Chunk';
import { groupId, wantedByRule, type ManagedGroup } from '../../../model/ManagedGroup';
import type { Entitlements } from '../../../rules/Entitlements';
import { judgeGroups } from '../../../rules/judgeGroups';
import type { SourceName } from '../../../store/GroupsTable';
import { judgesAsFull } from '../../cycle/itineraries';
import { readersPacer } from '../../cycle/readersPacer';
import type { Slice } from '../Slice';
import { peopleBelow } from '../sources/movedGroups';
import { assignedGroupsIn } from '../SourceSnapshot';
import { recordGroupRows } from './recordGroupRows';

export const recordGroups: Slice = async (context, place) => {
  const { engine, policy } = context;
  const { store, clock, timing } = engine;
  if (!policy.provisionGroups) return 'next';
  // The mark is read before the facts that answer it (docs/protocol.md R3).
  const mark = await store.dirty.userGroups();
  const isDue = mark !== undefined && (mark.wait ?? 0) <= clock.now();
  if (!judgesAsFull(place.cycle) && !isDue) return 'next';
  // Names that a lagging replica tells do not answer it (docs/protocol.md R4).
  const believedFrom = mark === undefined ? 0 : mark.since + timing.graphLagMs;
  const isYoung = mark !== undefined && clock.now() < believedFrom;
  place.move({ cursor: { ...place.cycle.cursor, userGroupsMark: isYoung ? null : (mark?.etag ?? null) } });
  const assignments = await store.image.assignments();
  const before = await store.groups.names();
  const names = await engine.entra.groupNames([...assignedGroupsIn(assignments)]);
  // Who is not found goes by the id: that is no name.
  const known = new Map([...names].filter(([id, name]) => id !== name));
  const managed = await store.groups.all();
  const factsAt = clock.now();
  const entries = judgeGroups({
    wanted: wantedGroups(
      policy.scope === 'all' ? [...assignments, TO_EVERYBODY] : assignments,
      context.entitlements,
      (id) => known.get(id) ?? before.get(id)?.name,
    ),
    before: new Map([...before].map(([id, known]) => [id, nameInGoto(known, managed)])),
    managed,
    listed: await engine.accounts.groups({ pacer: await readersPacer(engine, place.cycle.id) }),
    driftPolicy: policy.driftPolicy,
    factsAt,
    lagMs: timing.gotoLagMs,
  });
  // Where the group goes by another name now, its people stay; where it is another group, they move.
  const renamed = new Map(
    entries.flatMap(({ reason, sourceId, targetId }) => (reason === 'GroupRenamed' ? [[sourceId, targetId]] : [])),
  );
  const next = namesAfter(before, known, managed, renamed);
  const moved = [...next].filter(
    ([id, { former, renamedKey }]) => former !== null && renamedKey === null && before.has(id),
  );
  await store.dirty.mark(
    await peopleBelow(
      context,
      moved.map(([id]) => id),
    ),
    factsAt,
    'group renamed',
  );
  // Who came while the group was held is in no group yet.
  const freed = [...known].filter(([, name]) => managed.get(groupId(name))?.hold?.isOver === true);
  await store.dirty.mark(
    await peopleBelow(
      context,
      freed.map(([id]) => id),
    ),
    factsAt,
    'group released',
  );
  await recordGroupRows(context, place, { open: entries, ended: [] }, () => STAGE.groups);
  await store.groups.putNames(next);
  if (isYoung) await store.dirty.lookAgainAtUserGroups(mark, believedFrom);
  context.groupsChanged();
  return 'next';
};

/** What stands for the assignments of those who have none, where everybody is in scope. */
const TO_EVERYBODY: Assignment = {
  principalId: 'directory',
  principalType: 'User',
  appRoleId: DEFAULT_ACCESS_ROLE_ID,
  since: null,
};

/** By which name a group of Entra has its people in GoTo: the new one once that has a group. */
const nameInGoto = ({ name, former }: SourceName, managed: ReadonlyMap<string, ManagedGroup>): string =>
  former === null || managed.get(groupId(name))?.key != null ? name : former;

/**
 * Names to be stored: a new one beside the former, which goes when GoTo has the new one.
 * @param renamed the keys of groups that are renamed, by the group of Entra
 */
function namesAfter(
  before: ReadonlyMap<string, SourceName>,
  known: ReadonlyMap<string, string>,
  managed: ReadonlyMap<string, ManagedGroup>,
  renamed: ReadonlyMap<string, string | null>,
): Map<string, SourceName> {
  const next = new Map<string, SourceName>();
  for (const [id, name] of known) {
    const old = before.get(id);
    const isKept = old?.name === name;
    const isThere = managed.get(groupId(name))?.key != null;
    const former = isKept ? (isThere ? null : old.former) : old === undefined ? null : nameInGoto(old, managed);
    const renamedKey = former === null ? null : (renamed.get(id) ?? null);
    if (!isKept || old.former !== former || old.renamedKey !== renamedKey) next.set(id, { name, former, renamedKey });
  }
  return next;
}

/** Groups of Entra whose people go there by name, and groups that rules name, each with who wants it. */
function wantedGroups(
  assignments: readonly Assignment[],
  entitlements: Entitlements,
  nameOf: (groupId: string) => string | undefined,
): Map<string, string> {
  const wanted = new Map<string, string>();
  for (const { principalId, principalType, appRoleId } of assignments) {
    const rule = entitlements.rule(appRoleId);
    if (rule === undefined || !entitlements.of([appRoleId]).entitled) continue;
    const name = rule.groupName ?? (principalType === 'Group' ? nameOf(principalId) : undefined);
    if (name !== undefined) wanted.set(rule.groupName === undefined ? principalId : wantedByRule(groupId(name)), name);
  }
  return wanted;
}
