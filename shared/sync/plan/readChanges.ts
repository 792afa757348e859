/**
 * The incremental read: users and groups by delta, assignments in full (Graph has no delta for them,
 * graph-source.md 1.3). Nothing changed → three requests, no call to GoTo, and the cycle ends (I10).
 *
 * Who is affected is stored before what is known of the source: a planner that dies between the two marks the same
 * people again instead of losing them (I02).
 */
import { ConnectorError } from '../../model/ConnectorError';
import { isoTime } from '../../model/Clock';
import type { Assignment } from '../../model/Assignment';
import type { GroupChange, UserChange } from '../../entra/EntraSource';
import type { PlannedIdentity } from '../../store/IdentitiesTable';
import type { Watermark } from '../../store/StateTable';
import { assignmentsDigest } from '../assignmentsDigest';
import type { Engine } from '../Engine';
import { inParallel } from '../inParallel';
import type { Slice } from '../planCycle';
import { SourceSnapshot } from '../SourceSnapshot';

const PARALLEL_READS = 8;

export const readChanges: Slice = async (engine, cycle, cursor) => {
  const watermark = await storedWatermark(engine);
  const app = await engine.state.app();
  if (app === undefined) throw lostWatermark();

  const users =
    cursor.usersLink === null
      ? await walkUsers(engine, cursor.link ?? watermark.usersLink)
      : { changes: [], deltaLink: cursor.usersLink, rest: null };
  if (users.rest !== null) {
    // A long list of changes is taken over slice by slice. Who gets assigned later in the walk is looked up by id.
    const known = new SourceSnapshot(await engine.state.assignments(), await engine.groups.all());
    await takeOverUsers(engine, cycle.id, users.changes, (id) => known.isAssigned(id));
    return { cursor: { link: users.rest } };
  }
  const groups = await walkGroups(engine, watermark.groupsLink);
  const assignments = await engine.entra.listAssignments(app.id);
  const digest = assignmentsDigest(assignments);
  const suspects = await ripeSuspects(engine);
  const escrows = await dueEscrows(engine);

  const cursorAfter = {
    usersLink: users.deltaLink,
    groupsLink: groups.deltaLink,
    assignmentsDigest: digest,
    link: null,
  };
  const isQuiet =
    users.changes.length === 0 &&
    groups.changes.length === 0 &&
    digest === watermark.assignmentsDigest &&
    suspects.length === 0 &&
    escrows.length === 0;
  if (isQuiet && cursor.link === null) {
    await engine.state.putWatermark({
      ...watermark,
      usersLink: users.deltaLink,
      groupsLink: groups.deltaLink,
      takenAt: isoTime(engine.clock.now()),
    });
    return { cursor: cursorAfter, finished: { expected: 0 } };
  }

  const before = new SourceSnapshot(await engine.state.assignments(), await engine.groups.all());
  const affected = new Set<string>([...suspects, ...escrows]);
  const members = await membersAfter(engine, groups.changes, assignments, suspects);
  const after = new SourceSnapshot(assignments, members.all);
  for (const id of changedPrincipals(await engine.state.assignments(), assignments)) {
    if (before.groupIds.includes(id) || after.groupIds.includes(id)) {
      for (const member of members.before.get(id) ?? []) affected.add(member);
      for (const member of members.all.get(id) ?? []) affected.add(member);
    } else affected.add(id);
  }
  for (const id of members.moved) affected.add(id);
  await engine.state.addAffected(cycle.id, affected);
  await takeOverUsers(engine, cycle.id, users.changes, (id) => after.isAssigned(id));
  for (const groupId of members.changed) await engine.groups.put(groupId, members.all.get(groupId) ?? []);
  for (const groupId of members.before.keys())
    if (!after.groupIds.includes(groupId)) await engine.groups.delete(groupId);
  await engine.state.putAssignments(assignments);
  const known = new Set(app.appRoles.map((role) => role.id));
  if (assignments.some((assignment) => !known.has(assignment.appRoleId) && !/^[0-]+$/.test(assignment.appRoleId))) {
    await engine.state.putApp(await engine.entra.getEnterpriseApp());
  }
  return { cursor: { ...cursorAfter, phase: 'affected', index: 0 } };
};

async function storedWatermark(engine: Engine): Promise<Watermark> {
  const watermark = await engine.state.watermark();
  if (watermark === undefined) throw lostWatermark();
  return watermark;
}

const lostWatermark = (): ConnectorError =>
  new ConnectorError('The watermark is gone; a full read follows.', {
    code: 'ResyncRequired',
    sent: false,
    repeatable: false,
    scope: 'job',
  });

/** Follows the delta to its end, or to the slice's limit: then `rest` is the link to go on with. */
async function walkUsers(
  engine: Engine,
  from: string,
): Promise<{ changes: UserChange[]; deltaLink: string; rest: string | null }> {
  const changes: UserChange[] = [];
  let link = from;
  for (let pages = 0; pages < engine.timing.deltaPagesPerSlice; pages += 1) {
    const page = await engine.entra.usersDelta(link);
    changes.push(...page.changes);
    if (page.deltaLink !== undefined) return { changes, deltaLink: page.deltaLink, rest: null };
    if (page.nextLink === undefined) throw incomplete();
    link = page.nextLink;
  }
  return { changes, deltaLink: '', rest: link };
}

async function walkGroups(engine: Engine, from: string): Promise<{ changes: GroupChange[]; deltaLink: string }> {
  const changes: GroupChange[] = [];
  const seen = new Set<string>();
  for (let link = from; !seen.has(link);) {
    seen.add(link);
    const page = await engine.entra.groupsDelta(link);
    changes.push(...page.changes);
    if (page.deltaLink !== undefined) return { changes, deltaLink: page.deltaLink };
    if (page.nextLink === undefined) break;
    link = page.nextLink;
  }
  throw incomplete();
}

const incomplete = (): ConnectorError =>
  new ConnectorError('A delta of Graph did not come to its end. Nothing was changed; it is read again.', {
    code: 'IncompleteRead',
    sent: true,
    repeatable: true,
    scope: 'job',
  });

/** The last word of a walk counts; who was reported gone is looked up, because removals need proof (I05). */
async function takeOverUsers(
  engine: Engine,
  cycleId: string,
  changes: readonly UserChange[],
  isRelevant: (id: string) => boolean,
): Promise<void> {
  const latest = new Map(changes.map((change) => [change.id, change]));
  const relevant: UserChange[] = [];
  await inParallel([...latest.values()], PARALLEL_READS, async (change) => {
    if (isRelevant(change.id) || (await engine.identities.get(change.id)) !== undefined) relevant.push(change);
  });
  await engine.state.addAffected(
    cycleId,
    relevant.map((change) => change.id),
  );
  const gone = await engine.entra.getPeople(
    relevant.filter((change) => change.removed !== undefined).map((change) => change.id),
  );
  const planned = relevant.flatMap((change): PlannedIdentity[] => {
    if (change.person !== undefined) return [{ sourceId: change.id, person: change.person, deleted: null }];
    const looked = gone.get(change.id);
    if (looked === undefined) return [];
    return [
      'person' in looked
        ? { sourceId: change.id, person: looked.person, deleted: null }
        : { sourceId: change.id, deleted: looked.deleted },
    ];
  });
  await engine.identities.plan(planned);
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

interface Members {
  readonly before: ReadonlyMap<string, ReadonlySet<string>>;
  readonly all: ReadonlyMap<string, ReadonlySet<string>>;
  readonly changed: ReadonlySet<string>;
  /** People named by any change. */
  readonly moved: ReadonlySet<string>;
}

/**
 * Applies the group delta. A group's changes come in slices, twice, or out of order (graph-source.md 2.1): where one
 * person both joined and left, and for new groups and suspects, the group is read in full.
 */
async function membersAfter(
  engine: Engine,
  changes: readonly GroupChange[],
  assignments: readonly Assignment[],
  suspects: readonly string[],
): Promise<Members> {
  const before = await engine.groups.all();
  const all = new Map<string, Set<string>>([...before].map(([id, members]) => [id, new Set(members)]));
  const assigned = new Set(assignments.filter((one) => one.principalType === 'Group').map((one) => one.principalId));
  const moved = new Set<string>();
  const changed = new Set<string>();
  const toRead = new Set([...assigned].filter((id) => !before.has(id)));

  for (const groupId of new Set(changes.map((change) => change.id))) {
    if (!assigned.has(groupId)) continue;
    const own = changes.filter((change) => change.id === groupId);
    const joined = new Set(own.flatMap((change) => change.joined));
    const left = new Set(own.flatMap((change) => change.left));
    const members = all.get(groupId) ?? new Set<string>();
    for (const id of joined) members.add(id);
    for (const id of left) members.delete(id);
    for (const id of [...joined, ...left]) moved.add(id);
    all.set(groupId, members);
    changed.add(groupId);
    if (own.some((change) => change.removed) || [...joined].some((id) => left.has(id))) toRead.add(groupId);
  }
  for (const id of suspects) {
    for (const via of (await engine.identities.get(id))?.via ?? []) if (assigned.has(via)) toRead.add(via);
  }
  await inParallel([...toRead], PARALLEL_READS, async (groupId) => {
    const members = new Set((await engine.entra.listMembers(groupId)).userIds);
    for (const id of all.get(groupId) ?? []) if (!members.has(id)) moved.add(id);
    for (const id of members) if (!(all.get(groupId)?.has(id) ?? false)) moved.add(id);
    all.set(groupId, members);
    changed.add(groupId);
  });
  return { before, all, changed, moved };
}

/** People missing in an earlier read, long enough ago for a second one to count. */
async function ripeSuspects(engine: Engine): Promise<string[]> {
  const ripe = engine.clock.now() - engine.timing.absenceConfirmationMs;
  return [...(await engine.state.suspects())]
    .filter(([, suspect]) => Date.parse(suspect.since) <= ripe)
    .map(([id]) => id);
}

async function dueEscrows(engine: Engine): Promise<string[]> {
  const now = engine.clock.now();
  return [...(await engine.state.escrows())]
    .filter(([, escrow]) => Date.parse(escrow.nextAttemptAt) <= now)
    .map(([id]) => id);
}
