/** The full read: the app, its assignments, the members of assigned groups, and the people assigned one by one. */
import { DEFAULT_ACCESS_ROLE_ID } from '../../model/Assignment';
import type { PlannedIdentity } from '../../store/IdentitiesTable';
import { assignmentsDigest } from '../assignmentsDigest';
import { inParallel } from '../inParallel';
import type { Slice } from '../planCycle';
import { SourceSnapshot } from '../SourceSnapshot';
import { entitlementsOf } from './entitlementsOf';

/** Requests to Graph in flight at once; five-minute polling is nowhere near its limits (graph-source.md 4.1). */
const PARALLEL_READS = 8;

/** Takes the delta links first, so that a change during the read shows up in the next round (I04). */
export const readSource: Slice = async (engine) => {
  const usersLink = await engine.entra.latestUsersLink();
  const groupsLink = await engine.entra.latestGroupsLink();
  const app = await engine.entra.getEnterpriseApp();
  const assignments = await engine.entra.listAssignments(app.id);
  await engine.state.putApp(app);
  await engine.state.putAssignments(assignments);
  const entitlements = entitlementsOf(engine, app);
  const held = new Set(assignments.map((assignment) => assignment.appRoleId));
  const unruled = app.appRoles.filter((role) => held.has(role.id) && !entitlements.of([role.id]).entitled);
  return {
    cursor: { phase: 'groups', index: 0, usersLink, groupsLink, assignmentsDigest: assignmentsDigest(assignments) },
    warnings: [
      ...entitlements.unknownRules.map(
        (name) => `ROLE_ENTITLEMENTS names "${name}", which is no role of the enterprise application.`,
      ),
      ...unruled.map(
        (role) => `ROLE_ENTITLEMENTS has no rule for the assigned app role "${role.displayName}"; it gives nothing.`,
      ),
      ...(held.has(DEFAULT_ACCESS_ROLE_ID) && !engine.policy.provisionDefaultAccess
        ? [
            'Some assignments are "Default Access", which gives nothing. Assign a real app role, or set PROVISION_DEFAULT_ACCESS.',
          ]
        : []),
    ],
  };
};

export const readGroups: Slice = async (engine, _cycle, cursor) => {
  const snapshot = new SourceSnapshot(await engine.state.assignments(), new Map());
  const part = snapshot.groupIds.slice(cursor.index, cursor.index + engine.timing.groupsPerSlice);
  const people = new Map<string, PlannedIdentity>();
  await inParallel(part, PARALLEL_READS, async (groupId) => {
    const members = await engine.entra.listMembers(groupId);
    await engine.groups.put(groupId, members.userIds);
    for (const person of members.people) people.set(person.id, { sourceId: person.id, person, deleted: null });
  });
  await engine.identities.plan([...people.values()]);
  const index = cursor.index + part.length;
  if (index < snapshot.groupIds.length) return { cursor: { index } };
  // Groups that lost their assignment are forgotten once all others are read.
  const assigned = new Set(snapshot.groupIds);
  for (const known of (await engine.groups.all()).keys()) if (!assigned.has(known)) await engine.groups.delete(known);
  return { cursor: { phase: 'direct', index: 0 } };
};

export const readDirectUsers: Slice = async (engine, _cycle, cursor) => {
  const snapshot = new SourceSnapshot(await engine.state.assignments(), await engine.groups.all());
  const ids = [...snapshot.directUsers].filter((id) => !snapshot.isInGroup(id)).sort();
  const part = ids.slice(cursor.index, cursor.index + engine.timing.peoplePerSlice);
  const looked = await engine.entra.getPeople(part);
  await engine.identities.plan(
    [...looked].map(([sourceId, found]) =>
      'person' in found ? { sourceId, person: found.person, deleted: null } : { sourceId, deleted: found.deleted },
    ),
  );
  const index = cursor.index + part.length;
  return { cursor: index < ids.length ? { index } : { phase: 'target', index: 0 } };
};
