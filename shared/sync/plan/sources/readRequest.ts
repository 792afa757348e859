/**
 * The door of a request: everything about one person, read anew and by other questions than the lists answer, so that
 * what was assigned a moment ago counts at once. The mark is read before the facts (docs/protocol.md R3).
 */
import { ConnectorError } from '../../../model/ConnectorError';
import { lastTie } from '../../../model/ManagedPerson';
import type { Person } from '../../../model/Person';
import { certifyList } from '../../../rules/certifyList';
import { AS_EVERYBODY, groupsAmong, type Grant } from '../../../rules/grantsInWords';
import type { PersonFacts } from '../../../rules/judge';
import type { StoredMark } from '../../../store/DirtyTable';
import type { Someone, SourceRead } from '../../../store/PeopleTable';
import { shortestPaths } from '../../../rules/GroupNesting';
import type { PlanContext } from '../PlanContext';
import { assignedGroupsIn } from '../SourceSnapshot';
import { lastKnown } from '../record/gather';
import { readOf } from './readGroup';
import { protectedAmong } from './protectedAmong';
import { rowsOnce } from './readCertifiedList';

/** One person, as read for one request. */
export interface RequestRead {
  readonly someone: Someone;
  readonly mark: StoredMark | null;
  /** What is remembered of Entra's answer. */
  readonly read: SourceRead;
  readonly person: Person | undefined;
  readonly grants: readonly Grant[];
  /** Whether the list of assignments, as this request read it, may show an absence. */
  readonly isListCertified: boolean;
  /** Groups of assigned groups that the person is a direct member of. */
  readonly within: readonly string[];
  readonly groupNames: ReadonlyMap<string, string>;
  /** @param find what GoTo showed; null when nothing was looked for */
  readonly facts: (find: PersonFacts['find']) => PersonFacts;
}

/** @throws ConnectorError of Graph or the tables; UnreadableRow when nobody may write to the person */
export async function readRequest(context: PlanContext, sourceId: string, cycleId: string): Promise<RequestRead> {
  const { clock, entra, store } = context.engine;
  const mark = (await store.dirty.get(sourceId)) ?? null;
  const someone = await store.people.someone(sourceId);
  const { managed, facts } = someone;
  if (managed === 'unreadable') throw unreadable();
  const readAt = clock.now();
  const app = await context.readApp();
  const list = await entra.listAssignments(app.id);
  const { assignments } = list;
  const checked = await entra.pointCheck(sourceId, {
    groupIds: [...assignedGroupsIn(assignments)],
    servicePrincipalId: app.id,
    throughNested: context.policy.expandNestedGroups,
  });
  const { looked, directRoleIds } = checked;
  // In doubt nothing is given that was not there before (I17).
  const memberOf = checked.isCertain ? checked.memberOf : checked.memberOf.filter((id) => facts.via.includes(id));
  const ways = await waysTo(context, sourceId, memberOf);
  const rolesOf = (principalId: string): string[] =>
    assignments.filter((one) => one.principalId === principalId).map((one) => one.appRoleId);
  const assignedAt = (principalId: string): Grant['assignedAt'] =>
    new Map(
      assignments.flatMap((one) => (one.principalId === principalId ? [[one.appRoleId, one.since] as const] : [])),
    );
  const direct = [...new Set([...rolesOf(sourceId), ...(directRoleIds ?? [])])];
  const assigned: Grant[] = [
    ...(direct.length === 0 ? [] : [{ via: 'direct', path: [], roleIds: direct, assignedAt: assignedAt(sourceId) }]),
    ...memberOf.map((via) => ({
      via,
      path: ways.paths.get(via) ?? [],
      roleIds: rolesOf(via),
      assignedAt: assignedAt(via),
    })),
  ];
  const person = 'person' in looked ? looked.person : undefined;
  const isEverybody = context.policy.scope === 'all' && person !== undefined && assigned.length === 0;
  const grants = isEverybody ? AS_EVERYBODY : assigned;
  const isListCertified = await isCertified(context, app.id, { rows: rowsOnce(list), at: readAt });
  const isGrouped = lastTie(managed.person)?.applied.groupKey != null;
  const group = isGrouped && !isListCertified ? undefined : (await context.userGroups())(grants);
  const toName = groupsAmong(grants.flatMap(({ via, path }) => [via, ...path]));
  const groupNames = toName.length === 0 ? new Map<string, string>() : await entra.groupNames(toName);
  const read: SourceRead =
    'person' in looked
      ? readOf(looked.person, readAt, cycleId)
      : { displayName: facts.displayName, attributes: null, deleted: looked.deleted, readAt, readIn: cycleId };
  const protectedIds = await protectedAmong(context, [someone], new Map([[sourceId, read]]));
  return {
    someone,
    mark,
    read,
    person,
    grants,
    isListCertified,
    within: ways.within,
    groupNames,
    facts: (find) => ({
      sourceId,
      person,
      lastKnown: lastKnown(someone),
      deleted: read.deleted === 'no' ? undefined : read.deleted,
      displayName: read.displayName === '' ? facts.displayName : read.displayName,
      roleIds: [...new Set(grants.flatMap((grant) => grant.roleIds))],
      grants,
      group,
      groupName: (id) => groupNames.get(id),
      proofGroupIds: groupsAmong([...memberOf, ...facts.via]),
      // Asked by person: no list of members speaks here.
      isGroupDoubted: false,
      // An open intent is settled before anything is written (R13); what is wanted then is asked for here.
      isProtected: protectedIds.has(sourceId),
      managed: { ...managed.person, pending: null },
      inUseAt: facts.inUseAt,
      personEtag: managed.etag,
      find,
      mark,
      factsAt: readAt,
    }),
  };
}

/**
 * The request has read a list of its own: one that has become shorter is compared with Graph's count, as a cycle's is (I05).
 * One that is in doubt takes nothing from anybody here, however long: only an approval may, and a cycle asks for it.
 */
async function isCertified(
  { engine, certificate }: PlanContext,
  appId: string,
  { rows, at }: { readonly rows: number; readonly at: number },
): Promise<boolean> {
  if (certificate === undefined || (certificate.doubtSince === null && rows >= certificate.believed)) return true;
  const counted = await engine.entra.countAssignments(appId);
  return certifyList(certificate, { rows, counted, at }).doubtSince === null;
}

/** The ways from assigned groups down to the person, as far as it is known what is in what. */
async function waysTo(
  context: PlanContext,
  sourceId: string,
  memberOf: readonly string[],
): Promise<{ readonly paths: ReadonlyMap<string, readonly string[]>; readonly within: readonly string[] }> {
  const unknown = { paths: new Map<string, readonly string[]>(), within: [] };
  if (memberOf.length === 0 || !context.policy.expandNestedGroups) return unknown;
  const direct = await context.engine.entra.directGroups(sourceId);
  if (direct === undefined) return unknown;
  const nesting = await context.nesting();
  const counted = nesting.below(memberOf);
  const within = [...direct].filter((id) => counted.has(id));
  return { paths: shortestPaths(nesting, memberOf, within), within };
}

const unreadable = (): ConnectorError =>
  new ConnectorError('The stored row of this person cannot be read by this release; nothing is written for them.', {
    code: 'UnreadableRow',
    sent: false,
    repeatable: false,
    scope: 'object',
  });
