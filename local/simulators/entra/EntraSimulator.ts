/** Microsoft Graph as far as the connector reads it, ugly sides included (graph-source.md 8.2). */
import { z } from 'zod';
import type { StackClock } from '../../clock/StackClock';
import { json, SimulatedServer, type SimRequest, type SimResponse } from '../http/SimulatedServer';
import { honestEntra, type EntraBehaviour, type EntraEndpoint } from './EntraBehaviour';
import type { EntraAssignment, EntraDirectory, EntraGroup, UserState } from './EntraDirectory';

/** Delta tokens of directory objects live 7 days (graph-source.md 2.1). */
const DELTA_TOKEN_LIFE_MS = 7 * 86_400_000;
const DEFAULT_PAGE = 100;

/** A request costs at least one unit; members cost 3, less one with $select (graph-source.md 4.1). */
const MEMBERS_COST = 2;
const WINDOW_MS = 10_000;
const RETRY_AFTER_S = 10;
/** Ids one delta filter may name (graph-source.md 2.1). */
const MAX_FILTER_IDS = 50;

const batchBody = z.object({
  requests: z.array(
    z.object({
      id: z.string(),
      method: z.string().default('GET'),
      url: z.string(),
      body: z.unknown().optional(),
      headers: z.record(z.string(), z.string()).default({}),
    }),
  ),
});
/** One call of checkMemberGroups takes 20 groups. */
const memberGroupsBody = z.object({ groupIds: z.array(z.string()).min(1).max(20) });

interface DeltaItem {
  readonly id: string;
  readonly displayName?: string | undefined;
  readonly '@removed'?: { readonly reason: string };
  readonly 'members@delta'?: readonly object[];
}

export class EntraSimulator extends SimulatedServer {
  readonly behaviour: EntraBehaviour = honestEntra();

  constructor(
    readonly directory: EntraDirectory,
    private readonly clock: StackClock,
  ) {
    super();
  }

  protected now(): number {
    return this.clock.now();
  }

  protected state(): unknown {
    return {
      users: [...this.directory.users].map(([id, history]) => ({ id, state: history.latest })),
      groups: [...this.directory.groups.values()].map((history) => ({
        ...history.latest,
        members: [...history.latest.members.keys()],
      })),
      assignments: this.directory.assignmentsAt(Number.POSITIVE_INFINITY),
    };
  }

  /** What the replica behind an endpoint knows is this old. */
  #momentOf(endpoint: EntraEndpoint): number {
    return this.clock.now() - (this.behaviour.lagOf[endpoint] ?? this.behaviour.lagMs);
  }

  protected answer(request: SimRequest): SimResponse {
    if (!/^Bearer .+/.test(request.headers.authorization ?? '')) return graphError(401, 'InvalidAuthenticationToken');
    const path = request.url.pathname.replace(/^\/v1\.0/, '');
    if (this.#isOverBudget(path)) return tooManyRequests();
    if (request.method === 'POST' && path === '/$batch') return this.#batch(request);
    return this.#route(request.method, path, request.url, () => parsed(request.body));
  }

  #route(method: string, path: string, url: URL, body: () => unknown): SimResponse {
    if (method === 'GET') return this.#get(path, url);
    const member = /^\/users\/([^/]+)\/checkMemberGroups$/.exec(path);
    if (method === 'POST' && member !== null) return this.#checkMemberGroups(member[1] ?? '', body());
    return graphError(405, 'Request_BadRequest');
  }

  #spent: { readonly at: number; readonly units: number }[] = [];

  /** Refused requests count too: Graph goes on counting while it throttles. */
  #isOverBudget(path: string): boolean {
    const now = this.clock.now();
    this.#spent = this.#spent.filter((one) => one.at > now - WINDOW_MS);
    this.#spent.push({ at: now, units: path.endsWith('/members') ? MEMBERS_COST : 1 });
    return this.#spent.reduce((sum, one) => sum + one.units, 0) > this.behaviour.resourceUnits;
  }

  #get(path: string, url: URL): SimResponse {
    const { directory } = this;
    const sp = /^\/servicePrincipals(?:\(appId='([^']*)'\)|\/([^/]+))(\/appRoleAssignedTo)?$/.exec(path);
    if (sp !== null) {
      if (sp[1] !== directory.app.appId && sp[2] !== directory.app.id)
        return graphError(404, 'Request_ResourceNotFound');
      if (sp[3] === undefined) return json(200, directory.app);
      const { assignmentsShown, countsWhatIsShown, dropsRowsOfSmallPages } = this.behaviour;
      const all = directory.assignmentsAt(this.#momentOf('assignments')).map((one) => this.#assignmentRow(one));
      const rows = all.slice(0, Math.floor(all.length * assignmentsShown));
      if (this.behaviour.hidesAssignmentCount) url.searchParams.delete('$count');
      const isShort = dropsRowsOfSmallPages && url.searchParams.get('$top') !== '999';
      return this.#page(url, isShort ? rows.slice(0, -1) : rows, countsWhatIsShown ? rows.length : all.length);
    }
    if (path === '/users') return this.#find(url);
    if (path === '/users/delta') return this.#delta(url, 'user');
    if (path === '/groups/delta') return this.#delta(url, 'member');
    const all = /^\/groups\/([^/]+)\/transitiveMembers$/.exec(path);
    if (all !== null) return this.#transitiveMembers(all[1] ?? '', url);
    const counted = /^\/groups\/([^/]+)\/members\/microsoft\.graph\.(user|group)$/.exec(path);
    if (counted !== null) return this.#membersOfKind(counted[1] ?? '', counted[2] === 'group' ? 'group' : 'user', url);
    const members = /^\/groups\/([^/]+)\/members$/.exec(path);
    if (members !== null) return this.#members(members[1] ?? '', url);
    const memberOf = /^\/users\/([^/]+)\/memberOf$/.exec(path);
    if (memberOf !== null) return this.#memberOf(memberOf[1] ?? '', url);
    const granted = /^\/(users|groups)\/([^/]+)\/appRoleAssignments$/.exec(path);
    if (granted !== null) return this.#assignmentsOf(granted[1] === 'users' ? 'User' : 'Group', granted[2] ?? '', url);
    const group = /^\/groups\/([^/]+)$/.exec(path);
    if (group !== null) {
      const state = directory.groups.get(group[1] ?? '')?.at(this.clock.now() - this.behaviour.lagMs);
      return state === undefined
        ? graphError(404, 'Request_ResourceNotFound')
        : json(200, selected({ id: state.id, displayName: state.displayName }, url));
    }
    const user = /^\/users\/([^/]+)$/.exec(path);
    if (user !== null) {
      const state = directory.users.get(user[1] ?? '')?.at(this.#momentOf('users'));
      return state === undefined || typeof state === 'string'
        ? graphError(404, 'Request_ResourceNotFound')
        : json(200, selected(state, url));
    }
    const deleted = /^\/directory\/deletedItems\/([^/]+)$/.exec(path);
    if (deleted !== null) {
      return directory.users.get(deleted[1] ?? '')?.at(this.#momentOf('users')) === 'softDeleted'
        ? json(200, { id: deleted[1] })
        : graphError(404, 'Request_ResourceNotFound');
    }
    return graphError(404, 'ResourceNotFound');
  }

  /** Users by name or mail; letter case does not matter to Graph. */
  #find(url: URL): SimResponse {
    if (!url.searchParams.has('$filter')) return this.#list(url);
    const filter = /^userPrincipalName eq '((?:[^']|'')*)' or mail eq '((?:[^']|'')*)'$/.exec(
      url.searchParams.get('$filter') ?? '',
    );
    if (filter === null) return graphError(400, 'Request_UnsupportedQuery');
    const [name, mail] = filter.slice(1).map((text) => text.replaceAll("''", "'").toLowerCase());
    const moment = this.#momentOf('users');
    const found = [...this.directory.users.values()].flatMap((history): object[] => {
      const state = history.at(moment);
      if (state === undefined || typeof state === 'string') return [];
      const isIt = state.userPrincipalName.toLowerCase() === name || state.mail?.toLowerCase() === mail;
      return isIt ? [selected(state, url)] : [];
    });
    return this.#page(url, found);
  }

  /** Who is in the recycle bin is not on the list. */
  #list(url: URL): SimResponse {
    const moment = this.#momentOf('usersList');
    const rows = [...this.directory.users.values()].flatMap((history): object[] => {
      const state = history.at(moment);
      return state === undefined || typeof state === 'string' ? [] : [selected(state, url)];
    });
    return this.#page(url, rows);
  }

  #assignmentRow(one: EntraAssignment): object {
    return { ...one, resourceId: this.directory.app.id, resourceDisplayName: this.directory.app.displayName };
  }

  /** Direct ones only: what a person has through a group stands at the group. */
  #assignmentsOf(type: 'User' | 'Group', id: string, url: URL): SimResponse {
    if (this.behaviour.refusesAssignmentsOf) return graphError(403, 'Authorization_RequestDenied');
    const moment = this.#momentOf('userAssignments');
    const state = (type === 'User' ? this.directory.users : this.directory.groups).get(id)?.at(moment);
    if (state === undefined || typeof state === 'string') return graphError(404, 'Request_ResourceNotFound');
    const resource = /^resourceId eq '?([^']*?)'?$/.exec(url.searchParams.get('$filter') ?? '')?.[1];
    const isOther = resource !== undefined && resource !== this.directory.app.id;
    const rows = this.directory
      .assignmentsAt(moment)
      .filter((one) => one.principalType === type && one.principalId === id)
      .map((one) => this.#assignmentRow(one));
    return this.#page(url, isOther ? [] : rows);
  }

  #checkMemberGroups(userId: string, body: unknown): SimResponse {
    const moment = this.#momentOf('checkMemberGroups');
    const state = this.directory.users.get(userId)?.at(moment);
    if (state === undefined || typeof state === 'string') return graphError(404, 'Request_ResourceNotFound');
    const asked = memberGroupsBody.safeParse(body);
    if (!asked.success) return graphError(400, 'Request_BadRequest');
    const isShown = (id: string): boolean =>
      !this.behaviour.hidesMemberships && this.#isMember(userId, id, moment, new Set());
    return json(200, { value: asked.data.groupIds.filter(isShown) });
  }

  /** Through groups in groups too; `seen` ends circles. */
  #isMember(userId: string, groupId: string, moment: number, seen: Set<string>): boolean {
    if (seen.has(groupId)) return false;
    seen.add(groupId);
    const members = this.directory.groups.get(groupId)?.at(moment)?.members ?? new Map<string, 'user' | 'group'>();
    return (
      members.has(userId) ||
      [...members].some(([id, kind]) => kind === 'group' && this.#isMember(userId, id, moment, seen))
    );
  }

  /** Direct ones only. */
  #memberOf(userId: string, url: URL): SimResponse {
    const moment = this.#momentOf('checkMemberGroups');
    const state = this.directory.users.get(userId)?.at(moment);
    if (state === undefined || typeof state === 'string') return graphError(404, 'Request_ResourceNotFound');
    const rows = [...this.directory.groups.values()].flatMap((history) => {
      const group = history.at(moment);
      return group?.members.has(userId) === true && !this.behaviour.hidesMemberships
        ? [{ '@odata.type': '#microsoft.graph.group', id: group.id }]
        : [];
    });
    return this.#page(url, rows);
  }

  #transitiveMembers(groupId: string, url: URL): SimResponse {
    const moment = this.#momentOf('members');
    const { missingMembersOf, emptyMembersOf } = this.behaviour;
    if (this.directory.groups.get(groupId)?.at(moment) === undefined || missingMembersOf.has(groupId))
      return graphError(404, 'Request_ResourceNotFound');
    if (emptyMembersOf.has(groupId)) return this.#page(url, []);
    const rows = [...this.directory.users].flatMap(([id, history]): object[] => {
      const state = history.at(moment);
      const isThere = state !== undefined && typeof state !== 'string';
      return isThere && this.#isMember(id, groupId, moment, new Set())
        ? [{ '@odata.type': '#microsoft.graph.user', ...selected(state, url) }]
        : [];
    });
    return this.#page(url, rows);
  }

  #members(groupId: string, url: URL): SimResponse {
    const moment = this.#momentOf('members');
    const group = this.directory.groups.get(groupId)?.at(moment);
    if (group === undefined || this.behaviour.missingMembersOf.has(groupId))
      return graphError(404, 'Request_ResourceNotFound');
    const rows = this.#shown(group).flatMap(([id, kind]): object[] => {
      if (kind === 'group') return [{ '@odata.type': '#microsoft.graph.group', id }];
      const state = this.directory.users.get(id)?.at(moment);
      return state === undefined || typeof state === 'string'
        ? []
        : [
            {
              '@odata.type': '#microsoft.graph.user',
              ...(this.behaviour.limitedInformation ? { id, userPrincipalName: null } : selected(state, url)),
            },
          ];
    });
    return this.#page(url, rows);
  }

  /** The members that a group's list shows. */
  #shown({ id, members }: EntraGroup): [string, 'user' | 'group'][] {
    if (this.behaviour.emptyMembersOf.has(id)) return [];
    return [...members].slice(0, Math.ceil(members.size * this.behaviour.membersShown));
  }

  /** Casts are advanced queries: without `$count` and its header Graph refuses them (graph-source.md 3.3). */
  #membersOfKind(groupId: string, kind: 'user' | 'group', url: URL): SimResponse {
    const { countsWhatIsShown, membersCountedBesides, refusesMemberCounts } = this.behaviour;
    if (refusesMemberCounts) return graphError(403, 'Authorization_RequestDenied');
    if (url.searchParams.get('$count') !== 'true') return graphError(400, 'Request_UnsupportedQuery');
    const moment = this.#momentOf('memberCounts');
    const group = this.directory.groups.get(groupId)?.at(moment);
    if (group === undefined) return graphError(404, 'Request_ResourceNotFound');
    const isThere = (id: string): boolean => {
      const state = this.directory.users.get(id)?.at(moment);
      return kind === 'group' || (state !== undefined && typeof state !== 'string');
    };
    const rows = (countsWhatIsShown ? this.#shown(group) : [...group.members]).flatMap(([id, own]) =>
      own === kind && isThere(id) ? [{ '@odata.type': `#microsoft.graph.${kind}`, id }] : [],
    );
    return this.#page(url, rows, rows.length + (kind === 'user' ? membersCountedBesides : 0));
  }

  #page(url: URL, rows: readonly object[], count = rows.length): SimResponse {
    const top = Math.min(this.behaviour.pageCap, Number(url.searchParams.get('$top') ?? DEFAULT_PAGE));
    const token = url.searchParams.get('$skiptoken');
    const isEmpty = token === null && this.behaviour.emptyFirstPage;
    if (token !== null && this.behaviour.endsWithEmptyPage) return json(200, { value: [] });
    const offset = Number(token ?? 0);
    const from = this.behaviour.repeatsFirstPage ? 0 : offset;
    const value = isEmpty ? [] : rows.slice(from, from + Math.min(top, rows.length - offset));
    const next = isEmpty ? 0 : offset + top;
    const hasMore = isEmpty || next < rows.length || this.behaviour.endlessNextLink;
    return json(200, {
      ...(url.searchParams.get('$count') === 'true' ? { '@odata.count': count } : {}),
      value,
      ...(hasMore ? { '@odata.nextLink': withToken(url, '$skiptoken', String(Math.min(next, rows.length))) } : {}),
    });
  }

  /** Tokens: `<from>-<to>-<offset>-<issuedAt>`; from and to are places in the journal. */
  #delta(url: URL, kind: 'user' | 'member'): SimResponse {
    if (['$top', '$orderby', '$expand'].some((name) => url.searchParams.has(name)))
      return graphError(400, 'Request_UnsupportedQuery');
    const filtered = (url.searchParams.get('$filter') ?? '')
      .match(/id eq '[^']*'/g)
      ?.map((clause) => clause.slice(7, -1));
    if ((filtered?.length ?? 0) > MAX_FILTER_IDS) return graphError(400, 'Request_UnsupportedQuery');
    const moment = this.#momentOf(kind === 'user' ? 'usersDelta' : 'groupsDelta');
    const visible = this.#visibleEntries(moment);
    const deltaLink = (place: number): object => ({
      '@odata.deltaLink': withToken(url, '$deltatoken', `${place}-0-0-${this.clock.now()}`),
    });
    const deltaToken = url.searchParams.get('$deltatoken');
    if (deltaToken === 'latest') return json(200, { value: [], ...deltaLink(visible) });
    const [from = 0, to = 0, offset = 0, issuedAt = 0] = (
      deltaToken ??
      url.searchParams.get('$skiptoken') ??
      `0-0-0-${this.clock.now()}`
    )
      .split('-')
      .map(Number);
    if (this.clock.now() - issuedAt > DELTA_TOKEN_LIFE_MS)
      return graphError(this.behaviour.expiredStatus, 'syncStateNotFound');
    const until = deltaToken === null && to > 0 ? to : visible;
    const items = this.#deltaItems(kind, from, until, moment).filter(
      (item) => filtered === undefined || filtered.includes(item.id),
    );
    const size = this.behaviour.deltaPageSize;
    const value = items.slice(offset, offset + size);
    if (offset + size < items.length) {
      return json(200, {
        value,
        '@odata.nextLink': withToken(url, '$skiptoken', `${from}-${until}-${offset + size}-${this.clock.now()}`),
      });
    }
    return json(200, { value, ...deltaLink(until) });
  }

  #visibleEntries(moment: number): number {
    let count = this.directory.journal.length;
    while (count > 0 && (this.directory.journal[count - 1]?.at ?? 0) > moment) count -= 1;
    return count;
  }

  #deltaItems(kind: 'user' | 'member', from: number, until: number, moment: number): DeltaItem[] {
    const entries = this.directory.journal.slice(from, until);
    const items: DeltaItem[] = [];
    if (kind === 'user') {
      const ids = new Set(entries.filter((entry) => entry.kind === 'user').map((entry) => entry.id));
      for (const id of ids) items.push(deltaUser(id, this.directory.users.get(id)?.at(moment)));
    } else {
      const groups = new Map<string, Map<string, { kind: string; joined: boolean }>>();
      for (const entry of entries) {
        if (entry.kind === 'user') continue;
        const changes = groups.get(entry.id) ?? new Map<string, { kind: string; joined: boolean }>();
        groups.set(entry.id, changes);
        if (entry.kind === 'group') continue;
        changes.set(entry.memberId, { kind: entry.memberKind, joined: entry.joined });
      }
      // Slices of three: the same group comes back with other members (graph-source.md 2.3).
      for (const [id, changes] of groups) {
        const all = [...changes];
        const { displayName } = this.directory.groups.get(id)?.at(moment) ?? {};
        if (all.length === 0) items.push({ id, displayName });
        for (let start = 0; start < all.length; start += 3) {
          const members = all.slice(start, start + 3).map(([memberId, change]) => ({
            '@odata.type': `#microsoft.graph.${change.kind}`,
            id: memberId,
            ...(change.joined ? {} : { '@removed': { reason: 'deleted' } }),
          }));
          items.push({ id, displayName, 'members@delta': members });
        }
      }
    }
    return this.behaviour.replay ? [...items, ...items] : items;
  }

  #batch(request: SimRequest): SimResponse {
    const asked = batchBody.safeParse(parsed(request.body));
    if (!asked.success || asked.data.requests.length > 20) return graphError(400, 'BadRequest');
    const responses = asked.data.requests.map(({ id, method, url, body, headers: sent }) => {
      const target = new URL(`${this.origin}/v1.0${url}`);
      // Without it Graph ignores $count and says nothing (graph-source.md 3.3).
      if (sent['ConsistencyLevel'] !== 'eventual') target.searchParams.delete('$count');
      const { status, text } = this.#isPartThrottled()
        ? tooManyRequests()
        : this.#route(method, target.pathname.replace(/^\/v1\.0/, ''), target, () => body);
      const headers = status === 429 ? { 'Retry-After': String(this.behaviour.throttledPartSeconds) } : {};
      return { id, status, headers, body: parsed(text ?? 'null') };
    });
    return json(200, { responses: responses.reverse() });
  }

  #isPartThrottled(): boolean {
    if (this.behaviour.throttledParts <= 0) return false;
    this.behaviour.throttledParts -= 1;
    return true;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function deltaUser(id: string, state: UserState | undefined): DeltaItem {
  if (state === 'hardDeleted' || state === undefined) return { id, '@removed': { reason: 'deleted' } };
  return state === 'softDeleted' ? { id, '@removed': { reason: 'changed' } } : state;
}

function selected(user: object, url: URL): object {
  const names = (url.searchParams.get('$select') ?? '').split(',');
  return Object.fromEntries(Object.entries(user).filter(([name]) => names.includes(name)));
}

function withToken(url: URL, name: '$skiptoken' | '$deltatoken', token: string): string {
  const link = new URL(url);
  link.searchParams.delete('$skiptoken');
  link.searchParams.delete('$deltatoken');
  link.searchParams.set(name, token);
  return link.href;
}

const tooManyRequests = (): SimResponse =>
  json(
    429,
    { error: { code: 'TooManyRequests', message: 'Please retry again later.' } },
    { 'retry-after': String(RETRY_AFTER_S) },
  );

const graphError = (status: number, code: string): SimResponse =>
  json(status, { error: { code, message: code, innerError: { 'request-id': 'simulated' } } });
