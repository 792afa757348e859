/**
 * The enterprise app, its assignments, and the people behind them.
 *
 * Upholds the reading half of I05: a list is returned only when its last page was reached; `#pages()` follows links
 * until there is none, through empty pages, and refuses a link it has seen before (graph-source.md 2.1, 2.3).
 */
import type { AppRole, Assignment, EnterpriseApp } from '../model/Assignment';
import { ConnectorError } from '../model/ConnectorError';
import type { Person } from '../model/Person';
import type { SourceAttribute } from '../model/SourceAttribute';
import { countAssignments } from './countAssignments';
import { countMembers } from './countMembers';
import { findPeople } from './findPeople';
import type { GraphClient } from './GraphClient';
import { groupNames } from './groupNames';
import {
  appShape,
  assignmentShape,
  incompatible,
  memberDeltaShape,
  pageShape,
  parseShape,
  removedShape,
  type GraphPage,
} from './graphShapes';
import { lookUp, type Looked, type PersonReader } from './lookUp';
import { membersByPerson } from './membersByPerson';
import { personOf } from './personOf';
import { directGroups, pointCheck, type PointCheck } from './pointCheck';

export type { Looked } from './lookUp';
export type { PointCheck } from './pointCheck';

/** The largest page anybody uses on these lists (graph-source.md 1.2, 2.4). */
const PAGE_SIZE = 999;
/** More pages than this in one walk is an endless loop, not a tenant (contrib #7311). */
const MAX_PAGES = 10_000;

const USER_TYPE = '#microsoft.graph.user';
const GROUP_TYPE = '#microsoft.graph.group';

/** What a users delta says of one person. */
export interface UserChange {
  readonly id: string;
  readonly person: Person | undefined;
  readonly removed: 'soft' | 'hard' | undefined;
}

/** Who came to a group, or went: people and groups by their ids. */
export interface MembersMoved {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/** What a groups delta says of one group: who came, who went. */
export interface GroupChange {
  readonly id: string;
  /** Undefined when the delta does not say. */
  readonly displayName: string | undefined;
  readonly removed: boolean;
  readonly joined: MembersMoved;
  readonly left: MembersMoved;
}

/** One page of a delta: `nextLink` while there is more, then `deltaLink`, the place to go on from another day. */
export interface DeltaPage<T> {
  readonly changes: readonly T[];
  readonly nextLink: string | undefined;
  readonly deltaLink: string | undefined;
}

/** One page of a group's members. */
export interface MembersPage {
  readonly people: readonly Person[];
  /** Groups that are direct members. */
  readonly groupIds: readonly string[];
  /** Null on the last page. */
  readonly next: string | null;
}

/** All assignments, and how many rows they were found in. */
export interface AssignmentList {
  readonly assignments: readonly Assignment[];
  /** Grants to applications included: what Graph counts. */
  readonly rows: number;
}

/** One page of the directory's users. */
export interface UsersPage {
  readonly people: readonly Person[];
  /** Null on the last page. */
  readonly next: string | null;
}

/** One page of assignments. */
export interface AssignmentsPage {
  readonly assignments: readonly Assignment[];
  /** Grants to applications included: what Graph counts. */
  readonly rows: number;
  /** Null on the last page. */
  readonly next: string | null;
}

/** People by id, as of `readAt`. */
export interface PeopleLooked {
  /** The clock in ms before the first request left: nothing later than this is in the answer for certain. */
  readonly readAt: number;
  readonly people: Map<string, Looked>;
}

/** Reads the source. All functions throw ConnectorErrors of scope job, those of GraphClient. */
export class EntraSource {
  constructor(
    readonly graph: GraphClient,
    private readonly app: { readonly servicePrincipalId?: string | undefined; readonly appId?: string | undefined },
    private readonly attributes: readonly SourceAttribute[],
  ) {}

  /** The same source, reading other attributes. */
  selecting(attributes: readonly SourceAttribute[]): EntraSource {
    return new EntraSource(this.graph, this.app, attributes);
  }

  /** The properties that are read of a user. */
  get selection(): string {
    return [...new Set(['id', ...this.attributes.flatMap((one) => one.property ?? [])])].join(',');
  }

  get #reader(): PersonReader {
    const { attributes } = this;
    return {
      select: this.selection,
      personOf: (row) => personOf(row, attributes),
    };
  }

  /** @throws ConnectorError ConfigurationInvalid, with advice, when there is no such app or it is switched off */
  async getEnterpriseApp(): Promise<EnterpriseApp> {
    const select = '$select=id,appId,displayName,accountEnabled,appRoles';
    const path =
      this.app.servicePrincipalId === undefined
        ? `/servicePrincipals(appId='${this.app.appId ?? ''}')?${select}`
        : `/servicePrincipals/${this.app.servicePrincipalId}?${select}`;
    const found = await this.graph.get(path).catch((error: unknown) => {
      if (error instanceof ConnectorError && error.code === 'NotFound') {
        throw this.#appFault(
          'Entra has no such enterprise application. Check ENTRA_APP_ID or ENTRA_SERVICE_PRINCIPAL_ID.',
          error,
        );
      }
      throw error;
    });
    const app = parseShape(appShape, found, 'service principal');
    if (app.accountEnabled === false) {
      // Everybody looks unassigned to a switched-off app: stop instead of deprovisioning all (graph-source.md 1.1).
      throw this.#appFault(
        'The enterprise application is switched off in Entra (accountEnabled is false). Nothing was changed.',
      );
    }
    return {
      id: app.id,
      displayName: app.displayName ?? '',
      accountEnabled: true,
      appRoles: app.appRoles.map((role): AppRole => ({
        id: role.id,
        displayName: role.displayName ?? '',
        value: role.value === '' ? null : (role.value ?? null),
        isEnabled: role.isEnabled ?? true,
      })),
    };
  }

  #appFault(message: string, cause?: unknown): ConnectorError {
    return new ConnectorError(message, {
      code: 'ConfigurationInvalid',
      sent: true,
      repeatable: false,
      scope: 'job',
      cause,
    });
  }

  /** Every assignment of users and groups; grants to applications are no people and are left out. */
  async listAssignments(servicePrincipalId: string): Promise<AssignmentList> {
    const assignments: Assignment[] = [];
    let rows = 0;
    for await (const page of this.#pages(assignmentsPath(servicePrincipalId))) {
      assignments.push(...assignmentsIn(page));
      rows += page.value.length;
    }
    return { assignments, rows };
  }

  /** How many rows Graph counts in that list; undefined when it does not tell. */
  countAssignments(servicePrincipalId: string): Promise<number | undefined> {
    return countAssignments(this.graph, servicePrincipalId);
  }

  /** How many users Graph counts in a group, and groups where they count; undefined when it does not tell. */
  countMembers(groupId: string, withGroups: boolean): Promise<number | undefined> {
    return countMembers(this.graph, groupId, withGroups);
  }

  /**
   * One page of the assignments, so that a long list can be read in slices. It is complete only with the page whose
   * `next` is null.
   * @param from the app to begin with, or the `next` of the page before
   */
  async listAssignmentsPage(from: string | { readonly servicePrincipalId: string }): Promise<AssignmentsPage> {
    const page = await this.#page(typeof from === 'string' ? from : assignmentsPath(from.servicePrincipalId));
    return { assignments: assignmentsIn(page), rows: page.value.length, next: page['@odata.nextLink'] ?? null };
  }

  /**
   * One page of up to 999 direct members with their attributes, so that a group of any size is read in bounded time. A list
   * is complete only with the page whose `next` is null. Only direct members have access (graph-source.md 1.2).
   * @param from the group to begin with, or the `next` of the page before
   * @returns `missing` for 404: the group was deleted, or a replica has not heard of it yet. That is doubt, not "no
   *   members"
   */
  async listMembersPage(from: string | { readonly groupId: string }): Promise<MembersPage | 'missing'> {
    return orMissing(async () => {
      const page = await this.#page(typeof from === 'string' ? from : this.#membersPath(from.groupId));
      return { people: this.#peopleIn(page), groupIds: groupsIn(page), next: page['@odata.nextLink'] ?? null };
    });
  }

  /**
   * Ids of everybody in a group, those of groups in it included.
   * @returns `missing` for 404, as `listMembersPage`
   */
  async listEverybodyIn(groupId: string): Promise<ReadonlySet<string> | 'missing'> {
    return orMissing(async () => {
      const ids = new Set<string>();
      const path = `/groups/${encodeURIComponent(groupId)}/transitiveMembers?$select=id&$top=${PAGE_SIZE}`;
      for await (const page of this.#pages(path))
        for (const row of page.value) ids.add(parseShape(removedShape, row, 'member').id);
      return ids;
    });
  }

  /**
   * One page of up to 999 users of the directory. The list is complete only with the page whose `next` is null.
   * @param from the `next` of the page before; undefined to begin
   */
  async listUsersPage(from?: string): Promise<UsersPage> {
    const reader = this.#reader;
    const page = await this.#page(from ?? `/users?$select=${reader.select}&$top=${PAGE_SIZE}`);
    return { people: page.value.map((row) => reader.personOf(row)), next: page['@odata.nextLink'] ?? null };
  }

  #membersPath(groupId: string): string {
    return `/groups/${encodeURIComponent(groupId)}/members?$select=${this.#reader.select}&$top=${PAGE_SIZE}`;
  }

  #peopleIn(page: GraphPage): Person[] {
    const reader = this.#reader;
    return page.value.filter((row) => row['@odata.type'] === USER_TYPE).map((row) => reader.personOf(row));
  }

  /** Point reads of people by id, 20 a request; who is missing is looked for in the recycle bin. */
  async getPeople(ids: readonly string[]): Promise<PeopleLooked> {
    const readAt = this.graph.clock.now();
    return { readAt, people: await lookUp(this.graph, ids, this.#reader) };
  }

  /** Ids of the users whose user principal name or mail this is. */
  findPeople(address: string): Promise<readonly string[]> {
    return findPeople(this.graph, address);
  }

  /** Names of groups, for sentences; a group that is not found goes by its id. */
  groupNames(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return groupNames(this.graph, ids);
  }

  /**
   * Looks at one person, at which of the groups they are in, and at the app roles they hold directly: the proof before
   * access is taken (I05). See `pointCheck` for the small print.
   */
  pointCheck(
    personId: string,
    asked: {
      readonly groupIds: readonly string[];
      readonly servicePrincipalId: string;
      readonly throughNested: boolean;
    },
  ): Promise<PointCheck> {
    return pointCheck(this.graph, this.#reader, personId, asked);
  }

  /** Who of these people is in one of these groups, or in a group in them, as asked by person. */
  membersByPerson(personIds: readonly string[], groupIds: readonly string[]): Promise<ReadonlySet<string>> {
    return membersByPerson(this.graph, personIds, groupIds);
  }

  /** Groups the person is a direct member of; undefined when Graph refuses to tell. */
  directGroups(personId: string): Promise<ReadonlySet<string> | undefined> {
    return directGroups(this.graph, personId);
  }

  /** A delta link that stands for "from now on", taken before a full read so that nothing between is lost (I04). */
  async latestUsersLink(): Promise<string> {
    return this.#latest(`/users/delta?$select=${this.#reader.select}&$deltatoken=latest`);
  }

  /** As `latestUsersLink`, for the direct members of groups. */
  async latestGroupsLink(): Promise<string> {
    return this.#latest('/groups/delta?$select=id,displayName,members&$deltatoken=latest');
  }

  async #latest(path: string): Promise<string> {
    for await (const page of this.#pages(path)) {
      const link = page['@odata.deltaLink'];
      if (link !== undefined) return link;
    }
    throw incompatible('Graph gave no delta link');
  }

  /** Whether a stored delta link is one of the Graph that the settings name: any other one ran out with that setting. */
  follows(link: string): boolean {
    return this.graph.isOwn(link);
  }

  /**
   * One page of what happened to people.
   * @throws ConnectorError ResyncRequired when the link has run out
   */
  async usersDelta(link: string): Promise<DeltaPage<UserChange>> {
    const { personOf: toPerson } = this.#reader;
    return this.#deltaPage(link, (row) => {
      const { id, '@removed': removed } = parseShape(removedShape, row, 'user');
      return removed === undefined
        ? { id, person: toPerson(row), removed: undefined }
        : { id, person: undefined, removed: removed.reason === 'deleted' ? 'hard' : 'soft' };
    });
  }

  /**
   * One page of what happened to groups; members that are neither users nor groups are left out.
   * @throws ConnectorError ResyncRequired when the link has run out
   */
  async groupsDelta(link: string): Promise<DeltaPage<GroupChange>> {
    return this.#deltaPage(link, (row) => {
      const group = parseShape(memberDeltaShape, row, 'group');
      const moved = (joined: boolean): MembersMoved => {
        const members = group['members@delta'].filter((member) => (member['@removed'] === undefined) === joined);
        const idsOf = (type: string): string[] =>
          members.filter((member) => (member['@odata.type'] ?? USER_TYPE) === type).map((member) => member.id);
        return { users: idsOf(USER_TYPE), groups: idsOf(GROUP_TYPE) };
      };
      return {
        id: group.id,
        displayName: group.displayName ?? undefined,
        removed: group['@removed'] !== undefined,
        joined: moved(true),
        left: moved(false),
      };
    });
  }

  async #deltaPage<T>(link: string, convert: (row: Record<string, unknown>) => T): Promise<DeltaPage<T>> {
    const answer = await this.#page(link);
    return {
      changes: answer.value.map(convert),
      nextLink: answer['@odata.nextLink'],
      deltaLink: answer['@odata.deltaLink'],
    };
  }

  async *#pages(path: string): AsyncGenerator<GraphPage> {
    const seen = new Set<string>();
    let link: string | undefined = path;
    while (link !== undefined) {
      if (seen.has(link) || seen.size >= MAX_PAGES) throw endlessList();
      seen.add(link);
      const page: GraphPage = await this.#page(link);
      yield page;
      link = page['@odata.nextLink'];
    }
  }

  async #page(pathOrLink: string): Promise<GraphPage> {
    const page = parseShape(pageShape, await this.graph.get(pathOrLink), 'list');
    // A slice knows only its own page: a link to itself is the one loop it can see.
    if (page['@odata.nextLink'] === pathOrLink) throw endlessList();
    return page;
  }
}

const groupsIn = (page: GraphPage): string[] =>
  page.value.filter((row) => row['@odata.type'] === GROUP_TYPE).map((row) => parseShape(removedShape, row, 'group').id);

const endlessList = (): ConnectorError => incompatible('Graph repeats a next link; the list cannot be completed');

const assignmentsPath = (servicePrincipalId: string): string =>
  `/servicePrincipals/${encodeURIComponent(servicePrincipalId)}/appRoleAssignedTo?$top=${PAGE_SIZE}`;

function assignmentsIn(page: GraphPage): Assignment[] {
  return page.value.flatMap((row): Assignment[] => {
    const { principalId, principalType, appRoleId, createdDateTime } = parseShape(assignmentShape, row, 'assignment');
    if (principalType !== 'User' && principalType !== 'Group') return [];
    const since = Date.parse(createdDateTime ?? '');
    // Graph writes the year 1 where it does not know.
    return [{ principalId, principalType, appRoleId, since: since > 0 ? since : null }];
  });
}

async function orMissing<T>(read: () => Promise<T>): Promise<T | 'missing'> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ConnectorError && error.code === 'NotFound') return 'missing';
    throw error;
  }
}
