/**
 * The proof of absence (I05): right before access is taken, the person is looked at alone, apart from every list.
 */
import { z } from 'zod';
import { ConnectorError } from '../model/ConnectorError';
import type { GraphClient } from './GraphClient';
import { assignmentShape, pageShape, parseShape, removedShape, type GraphPage } from './graphShapes';
import { bodyOf, lookInRecycleBin, personIn, userPath, type Looked, type PersonReader } from './lookUp';
import { sendBatch, type BatchPart } from './sendBatch';

/** The most groups one checkMemberGroups takes. */
const GROUPS_PER_CHECK = 20;
const PAGE_SIZE = 999;

export interface PointCheck {
  /** The clock in ms before the first request left: nothing later than this is in the answer for certain. */
  readonly readAt: number;
  readonly looked: Looked;
  /** Those of the asked groups that the person is in, as `pointCheck` counts it. */
  readonly memberOf: readonly string[];
  /** False where Graph refuses to tell direct memberships: some of `memberOf` may be through nested groups, which give no access. */
  readonly isCertain: boolean;
  /**
   * App roles of the enterprise app that are assigned to the person directly. Undefined when Graph refuses to tell:
   * this one read needs Directory.Read.All, which is not among the recommended permissions (graph-source.md 1.3, D).
   * The list of assignments is the only evidence then.
   */
  readonly directRoleIds: readonly string[] | undefined;
  /** App roles of the enterprise app that are assigned to the groups in `memberOf`; undefined as above. */
  readonly groupRoleIds: readonly string[] | undefined;
}

const memberGroupsShape = z.object({ value: z.array(z.string()) });

/**
 * Looks at one person and at what entitles them, in one $batch (up to 360 groups; more in further ones).
 *
 * Graph's checkMemberGroups also finds membership through nested groups, which gives no access by itself
 * (graph-source.md 1.2). Unless it counts by setting, whatever is found is compared with the person's direct memberships:
 * one more request, only for people who are still in an asked group. If Graph refuses that read, what checkMemberGroups
 * found stands: in doubt nobody loses access (I17).
 *
 * @throws ConnectorError as `sendBatch`; `InternalServerError`, repeatable, when Graph's replicas disagree about
 *   whether the person exists
 */
export async function pointCheck(
  graph: GraphClient,
  reader: PersonReader,
  personId: string,
  asked: {
    readonly groupIds: readonly string[];
    readonly servicePrincipalId: string;
    /** Whether who is in a group of an asked group counts as its member. */
    readonly throughNested: boolean;
  },
): Promise<PointCheck> {
  const readAt = graph.clock.now();
  const user = `/users/${encodeURIComponent(personId)}`;
  const groupIds = [...new Set(asked.groupIds)];
  const checks: BatchPart[] = [];
  for (let start = 0; start < groupIds.length; start += GROUPS_PER_CHECK) {
    checks.push({
      key: `groups-${start}`,
      method: 'POST',
      url: `${user}/checkMemberGroups`,
      body: { groupIds: groupIds.slice(start, start + GROUPS_PER_CHECK) },
    });
  }
  const filter = encodeURIComponent(`resourceId eq ${asked.servicePrincipalId}`);
  const answers = await sendBatch(graph, [
    { key: 'user', method: 'GET', url: userPath(personId, reader) },
    { key: 'roles', method: 'GET', url: `${user}/appRoleAssignments?$filter=${filter}` },
    ...checks,
  ]);

  const person = personIn(answers.get('user'), reader);
  const found: string[] = [];
  for (const { key } of checks) {
    const body = bodyOf(answers.get(key));
    if (body !== undefined) found.push(...parseShape(memberGroupsShape, body, 'membership check').value);
    // Taken for "in no group", the 404 of a lagging replica would be an absence without proof.
    else if (person !== undefined) throw replicasDisagree();
  }

  const roles = answers.get('roles');
  const isRefused = roles?.status === 401 || roles?.status === 403;
  const rolePage = isRefused ? undefined : bodyOf(roles);
  if (rolePage === undefined && !isRefused && person !== undefined) throw replicasDisagree();

  const direct = found.length === 0 || asked.throughNested ? undefined : await directGroups(graph, personId);
  const memberOf = direct === undefined ? found : found.filter((id) => direct.has(id));
  return {
    readAt,
    looked:
      person === undefined
        ? ((await lookInRecycleBin(graph, [personId])).get(personId) ?? { deleted: 'hard' })
        : { person },
    memberOf,
    isCertain: found.length === 0 || asked.throughNested || direct !== undefined,
    directRoleIds: isRefused ? undefined : await roleIds(graph, rolePage, asked.servicePrincipalId),
    groupRoleIds: await rolesOfGroups(graph, memberOf, asked.servicePrincipalId),
  };
}

/** What the groups hold by their own assignments: another question than the list of the app answers. */
async function rolesOfGroups(
  graph: GraphClient,
  groupIds: readonly string[],
  servicePrincipalId: string,
): Promise<readonly string[] | undefined> {
  const filter = encodeURIComponent(`resourceId eq ${servicePrincipalId}`);
  const parts = groupIds.map((id): BatchPart => ({
    key: id,
    method: 'GET',
    url: `/groups/${encodeURIComponent(id)}/appRoleAssignments?$filter=${filter}`,
  }));
  const ids: string[] = [];
  for (const answer of (await sendBatch(graph, parts)).values()) {
    if (answer.status === 401 || answer.status === 403) return undefined;
    const page = bodyOf(answer);
    // The person was just seen in it.
    if (page === undefined) throw replicasDisagree();
    ids.push(...(await roleIds(graph, page, servicePrincipalId)));
  }
  return ids;
}

async function roleIds(graph: GraphClient, firstPage: unknown, servicePrincipalId: string): Promise<string[]> {
  if (firstPage === undefined) return [];
  const ids: string[] = [];
  for await (const rows of pagesFrom(graph, firstPage)) {
    for (const row of rows) {
      const { appRoleId, resourceId } = parseShape(assignmentShape, row, 'assignment');
      if ((resourceId ?? servicePrincipalId).toLowerCase() === servicePrincipalId.toLowerCase()) ids.push(appRoleId);
    }
  }
  return ids;
}

/** Groups the person is a direct member of; undefined when Graph refuses to tell. Throws as `GraphClient.get`. */
export async function directGroups(graph: GraphClient, personId: string): Promise<ReadonlySet<string> | undefined> {
  const direct = new Set<string>();
  try {
    const first = await graph.get(`/users/${encodeURIComponent(personId)}/memberOf?$select=id&$top=${PAGE_SIZE}`);
    for await (const rows of pagesFrom(graph, first))
      for (const row of rows) direct.add(parseShape(removedShape, row, 'membership').id);
  } catch (error) {
    const isUntold =
      error instanceof ConnectorError && (error.status === 401 || error.status === 403 || error.status === 404);
    if (isUntold) return undefined;
    throw error;
  }
  return direct;
}

/** A handful of pages at most: one person's rows. Links that repeat end the walk by an error, as in every list. */
async function* pagesFrom(graph: GraphClient, firstPage: unknown): AsyncGenerator<GraphPage['value']> {
  const seen = new Set<string>();
  let page = parseShape(pageShape, firstPage, 'list');
  for (;;) {
    yield page.value;
    const next = page['@odata.nextLink'];
    if (next === undefined) return;
    if (seen.has(next)) throw replicasDisagree();
    seen.add(next);
    page = parseShape(pageShape, await graph.get(next), 'list');
  }
}

const replicasDisagree = (): ConnectorError =>
  new ConnectorError('Microsoft Graph contradicts itself about a person; it is looked at again later.', {
    code: 'InternalServerError',
    sent: true,
    repeatable: true,
    scope: 'job',
  });
