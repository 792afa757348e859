/** Reading Entra over real HTTP against the simulator, in virtual time: nobody waits, and every wait is measured. */
import { VirtualClock } from '../../local/clock/VirtualClock';
import { EntraDirectory, USER_ROLE_ID, type EntraUser } from '../../local/simulators/entra/EntraDirectory';
import { EntraSimulator } from '../../local/simulators/entra/EntraSimulator';
import { json, type SimRequest, type SimResponse } from '../../local/simulators/http/SimulatedServer';
import { EntraSource } from '../../shared/entra/EntraSource';
import { GraphClient } from '../../shared/entra/GraphClient';
import { sourceAttribute } from '../../shared/model/SourceAttribute';
import { countingCalls } from '../../shared/telemetry/callCounter';
import { createTelemetry } from '../../shared/telemetry/Telemetry';

interface Part {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly body?: { readonly groupIds: readonly string[] };
}
interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** The simulator with the reads of a point check, and parts of a batch that a test can answer in its place. */
class EntraWithChecks extends EntraSimulator {
  /** Urls of the parts of each batch. */
  readonly batches: string[][] = [];
  /** Groups that hold another group, for membership through nesting. */
  readonly nestedIn = new Map<string, string>();
  refusesMemberOf = false;
  partAnswer: (part: Part, batch: number) => Answer | 'missing' | undefined = () => undefined;

  protected override answer(request: SimRequest): SimResponse {
    if (request.method === 'POST' && request.url.pathname === '/v1.0/$batch') {
      const { requests } = JSON.parse(request.body) as { requests: Part[] };
      this.batches.push(requests.map((part) => part.url));
      const responses = requests.flatMap((part) => {
        const special = this.partAnswer(part, this.batches.length);
        return special === 'missing' ? [] : [{ id: part.id, headers: {}, ...(special ?? this.#part(request, part)) }];
      });
      return json(200, { responses: responses.reverse() });
    }
    const memberOf = /^\/v1\.0\/users\/([^/]+)\/memberOf$/.exec(request.url.pathname)?.[1];
    if (memberOf === undefined) return super.answer(request);
    if (this.refusesMemberOf) return json(403, { error: { code: 'Authorization_RequestDenied', message: '' } });
    return json(200, {
      value: this.#groupsOf(memberOf).map((id) => ({ '@odata.type': '#microsoft.graph.group', id })),
    });
  }

  #groupsOf(userId: string): string[] {
    return [...this.directory.groups.values()].flatMap(({ latest }) => (latest.members.has(userId) ? [latest.id] : []));
  }

  #part(request: SimRequest, part: Part): Answer {
    const url = new URL(`${this.origin}/v1.0${part.url}`);
    const [, userId = '', what] =
      /^\/v1\.0\/users\/([^/]+)\/(checkMemberGroups|appRoleAssignments)$/.exec(url.pathname) ?? [];
    if (what === undefined) {
      const { status, text } = super.answer({ ...request, method: 'GET', url, body: '' });
      return { status, body: JSON.parse(text ?? 'null') };
    }
    if (typeof this.directory.users.get(userId)?.latest !== 'object')
      return { status: 404, body: { error: { code: 'Request_ResourceNotFound', message: '' } } };
    if (what === 'appRoleAssignments') {
      const rows = this.directory.assignmentsAt(this.now()).filter((row) => row.principalId === userId);
      return { status: 200, body: { value: rows.map((row) => ({ ...row, resourceId: this.directory.app.id })) } };
    }
    const direct = this.#groupsOf(userId);
    const all = [...direct, ...direct.flatMap((id) => this.nestedIn.get(id) ?? [])];
    return { status: 200, body: { value: part.body?.groupIds.filter((id) => all.includes(id)) } };
  }
}

let clock: VirtualClock;
let directory: EntraDirectory;
let graph: EntraWithChecks;
let source: EntraSource;
/** Waits of the connector, in ms. */
let sleeps: number[];

beforeEach(async () => {
  clock = new VirtualClock(Date.UTC(2026, 10, 24));
  sleeps = [];
  directory = new EntraDirectory(clock);
  graph = await new EntraWithChecks(directory, clock).start();
  const client = new GraphClient({
    endpoint: graph.origin,
    credential: { getToken: () => Promise.resolve({ token: 't', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
    clock: {
      now: () => clock.now(),
      sleep: (ms) => {
        sleeps.push(ms);
        clock.advance(ms);
        return Promise.resolve();
      },
    },
    telemetry: createTelemetry(() => undefined),
  });
  const attributes = ['userPrincipalName', 'accountEnabled'].flatMap((name) => sourceAttribute(name) ?? []);
  source = new EntraSource(client, { servicePrincipalId: directory.app.id }, attributes);
});
afterEach(() => graph.stop());

const addPerson = (id: string): EntraUser =>
  directory.addUser({
    id,
    userPrincipalName: `${id}@example.com`,
    mail: null,
    displayName: id,
    givenName: null,
    surname: null,
    preferredLanguage: null,
    accountEnabled: true,
    userType: 'Member',
    department: null,
    country: null,
    proxyAddresses: [],
    onPremisesExtensionAttributes: {},
  });
const addPeople = (count: number): string[] => Array.from({ length: count }, (_, index) => addPerson(`p${index}`).id);
const throttled = (retryAfter?: string): Answer => ({
  status: 429,
  ...(retryAfter === undefined ? {} : { headers: { 'Retry-After': retryAfter } }),
});
const slept = (): number => sleeps.reduce((sum, ms) => sum + ms, 0);

describe('one request', () => {
  test('every request is counted to whoever asked, repeats too', async () => {
    graph.addFault({ match: 'servicePrincipals', kind: 'status', status: 502 });
    const { calls } = await countingCalls(() => source.getEnterpriseApp());
    expect(calls).toEqual({ graph: 2, gotoReads: 0, gotoWrites: 0, throttled: 0 });
  });

  test('a demanded wait of more than 15 s is handed up with its length, not slept through', async () => {
    graph.addFault({ match: 'servicePrincipals', kind: 'status', status: 429, headers: { 'retry-after': '16' } });
    await expect(source.getEnterpriseApp()).rejects.toMatchObject({
      code: 'TooManyRequests',
      retryAfterMs: 16_000,
      repeatable: true,
    });
    expect(sleeps).toEqual([]);
    graph.addFault({ match: 'servicePrincipals', kind: 'status', status: 429, headers: { 'retry-after': '15' } });
    await source.getEnterpriseApp();
    expect(sleeps).toEqual([15_000]);
  });

  test.each([
    ['demanded waits', { 'retry-after': '14' }],
    ['back-offs', {}],
  ])(
    'a Graph that never stops throttling: %s never add up to more than 30 s in one request',
    async (_case, headers) => {
      graph.addFault({ match: 'servicePrincipals', kind: 'status', status: 429, times: 100, headers });
      await expect(source.getEnterpriseApp()).rejects.toMatchObject({ code: 'TooManyRequests' });
      expect(slept()).toBeLessThanOrEqual(30_000);
      expect(sleeps.length).toBeGreaterThan(1);
    },
  );
});

describe('a batch', () => {
  test('throttled parts are asked for again after the largest wait they demand, and only they', async () => {
    const ids = addPeople(45);
    graph.partAnswer = ({ url }, batch) => {
      if (batch > 1) return undefined;
      if (url.startsWith('/users/p3?')) return throttled('4');
      return url.startsWith('/users/p7?') ? throttled('9') : undefined;
    };
    const start = clock.now();
    const { readAt, people } = await source.getPeople(ids);
    expect([...people.keys()].sort()).toEqual([...ids].sort());
    expect(readAt).toBe(start);
    expect(sleeps).toEqual([9_000]);
    expect(graph.batches.map((urls) => urls.length)).toEqual([20, 20, 7]);
    const asked = graph.batches.flat().filter((url) => /\/users\/p(3|7)\?/.test(url));
    expect(asked).toHaveLength(4);
    expect(new Set(graph.batches.flat()).size).toBe(45);
  });

  test('a wait of more than 15 s in all is handed up with the largest one', async () => {
    const ids = addPeople(3);
    graph.partAnswer = ({ id }) => throttled(id === '1' ? '120' : '2');
    await expect(source.getPeople(ids)).rejects.toMatchObject({
      code: 'TooManyRequests',
      repeatable: true,
      retryAfterMs: 120_000,
      scope: 'job',
    });
    expect(sleeps).toEqual([]);
    graph.partAnswer = () => throttled('6');
    await expect(source.getPeople(ids)).rejects.toMatchObject({ code: 'TooManyRequests', retryAfterMs: 6_000 });
    expect(slept()).toBe(12_000);
  });

  test('a part that stays away or fails is tried five times with growing waits; then the job tries later', async () => {
    const ids = addPeople(2);
    graph.partAnswer = ({ url }, batch) =>
      batch < 4 && url.startsWith('/users/p1?') ? (batch === 2 ? { status: 502 } : 'missing') : undefined;
    expect((await source.getPeople(ids)).people.size).toBe(2);
    expect(sleeps).toEqual([1_000, 2_000, 4_000]);
    graph.partAnswer = () => 'missing';
    graph.batches.length = 0;
    await expect(source.getPeople(ids)).rejects.toMatchObject({ code: 'InternalServerError', repeatable: true });
    expect(graph.batches).toHaveLength(5);
  });

  test('success without a body is no answer: nobody is missing by it', async () => {
    const ids = addPeople(2);
    graph.partAnswer = ({ url }, batch) => (batch < 3 && url.startsWith('/users/p1?') ? { status: 200 } : undefined);
    const { people } = await source.getPeople(ids);
    expect([...people.values()]).toEqual(ids.map((id) => ({ person: expect.objectContaining({ id }) as unknown })));
    graph.partAnswer = ({ url }) => (url.startsWith('/users/p1?') ? { status: 200, body: null } : undefined);
    await expect(source.getPeople(ids)).rejects.toMatchObject({ code: 'InternalServerError', repeatable: true });
  });

  test('a refused part tells which permission is missing', async () => {
    addPeople(1);
    graph.partAnswer = () => ({ status: 403, body: { error: { code: 'Authorization_RequestDenied' } } });
    await expect(source.getPeople(['p0'])).rejects.toMatchObject({
      code: 'InsufficientRights',
      message: expect.stringContaining('User.Read.All') as unknown,
    });
  });
});

describe('lists', () => {
  test('an unknown group is missing, which is not the same as a group without members', async () => {
    const group = directory.addGroup('Empty');
    expect(await source.listMembersPage({ groupId: group.id })).toEqual({ people: [], groupIds: [], next: null });
    expect(await source.listMembersPage({ groupId: 'no-such-group' })).toBe('missing');
  });

  test('a large group is read page by page, and each page alone ends the wait for it', async () => {
    const group = directory.addGroup('Large');
    const ids = addPeople(2_100);
    directory.addMembers(group.id, ids);
    directory.addMember(group.id, 'nested', 'group');
    graph.behaviour.emptyFirstPage = true;
    const seen: string[] = [];
    const sizes: number[] = [];
    let next: string | null = null;
    do {
      const page = await source.listMembersPage(next ?? { groupId: group.id });
      if (page === 'missing') throw new Error('missing');
      sizes.push(page.people.length);
      seen.push(...page.people.map((person) => person.id));
      next = page.next;
    } while (next !== null);
    expect(sizes).toEqual([0, 999, 999, 102]);
    expect(seen.sort()).toEqual(ids.sort());
  });

  test('assignments come page by page too; grants to applications are left out', async () => {
    const ids = addPeople(1_100);
    directory.assignMany(ids.map((id) => ({ id, type: 'User' as const })));
    directory.assign('some-app', 'ServicePrincipal');
    const first = await source.listAssignmentsPage({ servicePrincipalId: directory.app.id });
    expect(first.assignments).toHaveLength(999);
    const second = await source.listAssignmentsPage(first.next ?? '');
    expect(second.assignments).toHaveLength(101);
    expect(second.next).toBeNull();
    expect(await source.listAssignments(directory.app.id)).toEqual({
      assignments: [...first.assignments, ...second.assignments],
      rows: 1_101,
    });
  });

  test('a link that leads to itself ends the read instead of going on for ever', async () => {
    addPeople(1);
    directory.assign('p0', 'User');
    graph.behaviour.endlessNextLink = true;
    await expect(source.listAssignments(directory.app.id)).rejects.toMatchObject({ code: 'ServiceIncompatible' });
    const first = await source.listAssignmentsPage({ servicePrincipalId: directory.app.id });
    await expect(source.listAssignmentsPage(first.next ?? '')).rejects.toMatchObject({ code: 'ServiceIncompatible' });
  });

  test('a link to another host is not followed: the token stays at home', async () => {
    await expect(source.listMembersPage('https://graph.example/steal')).rejects.toMatchObject({
      code: 'ServiceIncompatible',
      sent: false,
    });
    expect(graph.requests).toEqual([]);
  });
});

describe('I05: the point check', () => {
  const check = (groupIds: readonly string[], personId = 'p0', throughNested = false) =>
    source.pointCheck(personId, { groupIds, servicePrincipalId: directory.app.id, throughNested });

  test('one request tells who they are and what entitles them', async () => {
    addPeople(1);
    const groups = Array.from({ length: 25 }, (_, index) => directory.addGroup(`G${index}`));
    const asked = groups.map((group) => group.id);
    directory.assign('p0', 'User');
    const start = clock.now();
    expect(await check(asked)).toEqual({
      readAt: start,
      looked: { person: { id: 'p0', attributes: { userPrincipalName: 'p0@example.com', accountEnabled: true } } },
      memberOf: [],
      isCertain: true,
      directRoleIds: [USER_ROLE_ID],
      groupRoleIds: [],
    });
    expect(graph.requests).toHaveLength(1);
    // 25 groups are more than one check takes: two parts of the same batch.
    expect(graph.batches[0]).toHaveLength(4);
  });

  test('a member of an asked group is seen, whichever part it was asked in', async () => {
    addPeople(1);
    const groups = Array.from({ length: 25 }, (_, index) => directory.addGroup(`G${index}`));
    directory.addMember(groups[2]?.id ?? '', 'p0');
    directory.addMember(groups[24]?.id ?? '', 'p0');
    const { memberOf } = await check(groups.map((group) => group.id));
    expect([...memberOf].sort()).toEqual([groups[2]?.id, groups[24]?.id].sort());
  });

  test('who is only in a nested group has no access by it, but keeps it while Graph does not tell', async () => {
    addPeople(1);
    const [outer, inner] = [directory.addGroup('Outer'), directory.addGroup('Inner')];
    directory.addMember(inner.id, 'p0');
    graph.nestedIn.set(inner.id, outer.id);
    expect((await check([outer.id])).memberOf).toEqual([]);
    expect((await check([outer.id], 'p0', true)).memberOf).toEqual([outer.id]);
    graph.refusesMemberOf = true;
    expect(await check([outer.id])).toMatchObject({ memberOf: [outer.id], isCertain: false });
  });

  test('without the permission for direct assignments it says so, and knows the rest', async () => {
    addPeople(1);
    graph.partAnswer = ({ url }) => (url.includes('appRoleAssignments') ? { status: 403, body: {} } : undefined);
    expect(await check([])).toMatchObject({ looked: { person: { id: 'p0' } }, memberOf: [], directRoleIds: undefined });
  });

  test('a leaver is looked for in the recycle bin', async () => {
    addPeople(2);
    directory.deleteUser('p0');
    directory.purgeUser('p1');
    const group = directory.addGroup('G');
    expect(await check([group.id])).toMatchObject({ looked: { deleted: 'soft' }, memberOf: [], directRoleIds: [] });
    expect(await check([group.id], 'p1')).toMatchObject({ looked: { deleted: 'hard' } });
  });

  test('I17: when nobody knows the roles of a group that the person is in, nothing is proven', async () => {
    addPeople(1);
    const group = directory.addGroup('G');
    directory.addMember(group.id, 'p0');
    graph.partAnswer = ({ url }) => (url.startsWith('/groups/') ? { status: 404, body: {} } : undefined);
    await expect(check([group.id])).rejects.toMatchObject({ code: 'InternalServerError', repeatable: true });
  });

  test.each(['checkMemberGroups', 'appRoleAssignments'])(
    'I17: when %s does not know a person whom /users knows, nothing is proven',
    async (part) => {
      addPeople(1);
      const group = directory.addGroup('G');
      graph.partAnswer = ({ url }) => (url.includes(part) ? { status: 404, body: {} } : undefined);
      await expect(check([group.id])).rejects.toMatchObject({ code: 'InternalServerError', repeatable: true });
    },
  );
});
