/** The lies that the simulated Graph and GoTo can tell, seen as a client sees them. */
import { stringify, LosslessNumber } from 'lossless-json';
import { z } from 'zod';
import { VirtualClock } from '../../local/clock/VirtualClock';
import { EntraDirectory, USER_ROLE_ID } from '../../local/simulators/entra/EntraDirectory';
import { EntraSimulator } from '../../local/simulators/entra/EntraSimulator';
import {
  ACCOUNT_KEY,
  CONNECT_LICENSE,
  GotoSimulator,
  MEETING_LICENSE,
} from '../../local/simulators/goto/GotoSimulator';
import { seeded } from '../../local/simulators/random/seeded';
import { newUser } from '../../local/simulators/world/buildWorld';

const clock = new VirtualClock(Date.parse('2026-11-23T08:00:00Z'));

describe('Graph', () => {
  let directory: EntraDirectory;
  let graph: EntraSimulator;
  const random = seeded(3);
  const person = (number: number) => directory.addUser(newUser(random, number));

  beforeEach(async () => {
    directory = new EntraDirectory(clock);
    graph = await new EntraSimulator(directory, clock).start();
  });
  afterEach(() => graph.stop());

  const call = async (path: string, body?: unknown) => {
    const response = await fetch(`${graph.origin}/v1.0${path}`, {
      headers: { authorization: 'Bearer t' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    const answer = z.record(z.string(), z.unknown()).parse(await response.json());
    return { status: response.status, answer, rows: (answer['value'] ?? []) as Record<string, unknown>[] };
  };
  const idsAt = async (path: string) => (await call(path)).rows.map((row) => row['id']);

  test('each endpoint answers from a replica of its own age', async () => {
    const [user, group] = [person(1), directory.addGroup('Sales')];
    clock.advance(60_000);
    directory.addMember(group.id, user.id);
    directory.assign(group.id, 'Group');
    clock.advance(10_000);
    const member = `/groups/${group.id}/members?$select=id`;
    const assigned = `/servicePrincipals/${directory.app.id}/appRoleAssignedTo?$top=999`;
    const check = async () =>
      (await call(`/users/${user.id}/checkMemberGroups`, { groupIds: [group.id] })).answer['value'];

    graph.behaviour.lagOf = { members: 30_000, checkMemberGroups: 0 };
    expect([await idsAt(member), (await idsAt(assigned)).length, await check()]).toEqual([[], 1, [group.id]]);
    graph.behaviour.lagMs = 30_000;
    graph.behaviour.lagOf = { members: 0 };
    expect([await idsAt(member), (await idsAt(assigned)).length, await check()]).toEqual([[user.id], 0, []]);
    graph.behaviour.lagOf = { groupsDelta: 0, usersDelta: 120_000 };
    expect([await idsAt('/groups/delta'), await idsAt('/users/delta')]).toEqual([[group.id], []]);
  });

  test('members of a group that exists read as none, or as missing', async () => {
    const [user, group] = [person(2), directory.addGroup('Sales')];
    directory.addMember(group.id, user.id);
    graph.behaviour.emptyMembersOf.add(group.id);
    expect(await call(`/groups/${group.id}/members`)).toMatchObject({ status: 200, rows: [] });
    graph.behaviour.missingMembersOf.add(group.id);
    expect((await call(`/groups/${group.id}/members`)).status).toBe(404);
    expect((await call(`/groups/${group.id}?$select=id,displayName`)).answer).toEqual({
      id: group.id,
      displayName: 'Sales',
    });
  });

  test('assignments are told for a person and for a group, direct ones of this app only', async () => {
    const [user, group] = [person(3), directory.addGroup('Sales')];
    directory.addMember(group.id, user.id);
    directory.assign(user.id, 'User');
    directory.assign(group.id, 'Group');
    const of = (what: string, id: string, resource = directory.app.id) =>
      call(`/${what}/${id}/appRoleAssignments?$filter=${encodeURIComponent(`resourceId eq ${resource}`)}`);

    expect((await of('users', user.id)).rows).toEqual([
      expect.objectContaining({
        principalId: user.id,
        principalType: 'User',
        resourceId: directory.app.id,
        appRoleId: USER_ROLE_ID,
      }),
    ]);
    expect((await of('groups', group.id)).rows).toMatchObject([{ principalId: group.id, principalType: 'Group' }]);
    expect((await of('users', user.id, 'another')).rows).toEqual([]);
    expect((await of('users', 'nobody')).status).toBe(404);
    graph.behaviour.assignmentsShown = 0;
    expect(await idsAt(`/servicePrincipals/${directory.app.id}/appRoleAssignedTo?$top=999`)).toEqual([]);
    expect((await of('users', user.id)).rows).toHaveLength(1);
  });

  test('checkMemberGroups goes through groups in groups and takes 20', async () => {
    const user = person(4);
    const [outer, inner, other] = ['outer', 'inner', 'other'].map((name) => directory.addGroup(name).id);
    directory.addMember(String(outer), String(inner), 'group');
    directory.addMember(String(inner), String(outer), 'group');
    directory.addMember(String(inner), user.id);
    const path = `/users/${user.id}/checkMemberGroups`;
    expect((await call(path, { groupIds: [outer, inner, other, 'none'] })).answer['value']).toEqual([outer, inner]);
    expect((await call(path, { groupIds: Array.from({ length: 21 }, () => inner) })).status).toBe(400);
  });

  test('parts of a batch are throttled one by one, and may be POSTs', async () => {
    const [user, group] = [person(5), directory.addGroup('Sales')];
    directory.addMember(group.id, user.id);
    Object.assign(graph.behaviour, { throttledParts: 1, throttledPartSeconds: 7 });
    const requests = [
      { id: '1', method: 'GET', url: `/users/${user.id}?$select=id` },
      {
        id: '2',
        method: 'POST',
        url: `/users/${user.id}/checkMemberGroups`,
        headers: { 'Content-Type': 'application/json' },
        body: { groupIds: [group.id] },
      },
    ];
    const parts = async () => (await call('/$batch', { requests })).answer['responses'];
    expect(await parts()).toMatchObject([
      { id: '2', status: 200, body: { value: [group.id] } },
      { id: '1', status: 429, headers: { 'Retry-After': '7' } },
    ]);
    expect(await parts()).toMatchObject([{ status: 200 }, { id: '1', status: 200, body: { id: user.id } }]);
  });
});

describe('GoTo', () => {
  let goto: GotoSimulator;
  let token: string;

  beforeEach(async () => {
    goto = await new GotoSimulator(clock).start();
    const response = await fetch(`${goto.origin}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${goto.clientId}:${goto.clientSecret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'personal_access_token', pat: goto.personalAccessToken }),
    });
    token = z.object({ access_token: z.string() }).parse(await response.json()).access_token;
  });
  afterEach(() => goto.stop());

  const call = async (method: string, path = '', body?: unknown) => {
    const response = await fetch(`${goto.origin}/admin/rest/v1/accounts/${ACCOUNT_KEY}/users${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: stringify(body) ?? '' }),
    });
    const text = await response.text();
    return { status: response.status, answer: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };
  const add = (email: string, licenseKeys: readonly string[] = [MEETING_LICENSE]) =>
    call('POST', '', {
      users: [{ email, firstName: 'Ada', lastName: 'Abel' }],
      licenseKeys: licenseKeys.map((key) => new LosslessNumber(key)),
    });
  const existing = (email: string, licenseKeys: readonly string[] = []) =>
    goto.addUser({ email, firstName: 'Ada', lastName: 'Abel', licenseKeys });

  test('somebody of another account gets a mail with every POST, and an account only by accepting', async () => {
    goto.behaviour.transferPending.add('ada@example.com');
    const first = await add('Ada@example.com');
    goto.behaviour.conflict = 'noKey';
    const second = await add('ada@example.com');
    goto.behaviour.conflict = 'status409';
    expect((await add('ada@example.com')).status).toBe(409);
    expect(second.answer).toEqual([{ email: 'ada@example.com' }]);
    expect(goto.transferMails.get('ada@example.com')).toBe(3);
    expect([goto.byEmail('ada@example.com'), goto.writes]).toEqual([undefined, []]);

    const account = goto.acceptTransfer('ada@example.com');
    expect(account).toMatchObject({ licenseKeys: [MEETING_LICENSE], hasSignedIn: true });
    expect(first.answer).toEqual([{ key: Number(account.key), email: 'Ada@example.com' }]);
    expect((await call('GET', `/${account.key}`)).status).toBe(200);
    expect(() => goto.acceptTransfer('ada@example.com')).toThrow(RangeError);
  });

  test('one account refuses its reads and writes; the list and the others do not', async () => {
    const [refused, other] = [existing('a@example.com'), existing('b@example.com')];
    goto.behaviour.refusesPerson.set(refused.key, 403);
    expect((await call('GET', `/${refused.key}`)).status).toBe(403);
    expect((await call('PUT', `/${refused.key}`, { lastName: 'X' })).status).toBe(403);
    expect((await call('PUT', `/${other.key}`, { lastName: 'X' })).status).toBe(204);
    expect((await call('GET', '?pageSize=100')).answer).toMatchObject({ total: 3 });
    expect(goto.writes.map((write) => write.userKey)).toEqual([other.key]);
  });

  test('a silent person is never reached by key, by search or by POST', async () => {
    const account = existing('a@example.com');
    goto.behaviour.silentFor.add('a@example.com').add(account.key);
    await expect(call('GET', `/${account.key}`)).rejects.toThrow('fetch failed');
    await expect(call('GET', `?filter=${encodeURIComponent('email eq "A@example.com"')}`)).rejects.toThrow();
    await expect(add('A@Example.com')).rejects.toThrow('fetch failed');
    expect((await add('b@example.com')).status).toBe(200);
    expect(goto.gotoWritesByPerson.size).toBe(1);
  });

  test('a page holds no more than the cap, and the total is true', async () => {
    for (let index = 0; index < 6; index += 1) existing(`p${index}@example.com`);
    goto.behaviour.pageSizeCap = 3;
    const { answer } = await call('GET', '?offset=3&pageSize=1000');
    expect(answer).toMatchObject({ total: 7, fromIndex: 3, toIndex: 5 });
    expect((answer as { results: unknown[] }).results).toHaveLength(3);
  });

  test('a write can land after its connection broke', async () => {
    goto.behaviour.commitDelayMs = 30_000;
    await expect(add('late@example.com')).rejects.toThrow('fetch failed');
    expect((await call('GET', '?pageSize=10')).status).toBe(200);
    clock.advance(29_999);
    expect(goto.byEmail('late@example.com')).toBeUndefined();
    clock.advance(1);
    expect(goto.byEmail('late@example.com')?.licenseKeys).toEqual([MEETING_LICENSE]);
    expect(goto.writes).toHaveLength(1);
  });

  test('writes tell what was sent and what the licences are afterwards', async () => {
    const account = existing('a@example.com', [CONNECT_LICENSE]);
    await add('b@example.com');
    const licenseKeys = [CONNECT_LICENSE, MEETING_LICENSE];
    await call('PUT', `/${account.key}`, {
      lastName: 'Neu',
      licenseKeys: licenseKeys.map((key) => new LosslessNumber(key)),
    });
    await call('PUT', `/${account.key}`, { lastName: 'Alt' });
    await call('DELETE', `/${account.key}`);
    expect(goto.writes).toMatchObject([
      {
        method: 'POST',
        body: { users: [{ email: 'b@example.com' }], licenseKeys: [MEETING_LICENSE] },
        fields: { email: 'b@example.com', firstName: 'Ada', lastName: 'Abel' },
        licenseKeys: [MEETING_LICENSE],
      },
      { method: 'PUT', body: { lastName: 'Neu', licenseKeys }, fields: { lastName: 'Neu' }, licenseKeys },
      { method: 'PUT', body: { lastName: 'Alt' }, fields: { lastName: 'Alt' }, licenseKeys },
      { method: 'DELETE', body: {}, fields: {}, licenseKeys: [] },
    ]);
    expect(goto.gotoWritesByPerson.get(account.key)).toBe(3);
  });

  test('two writes at once for one person are counted, whether by key or by address', async () => {
    const [account, other] = [existing('a@example.com'), existing('b@example.com')];
    goto.latencyMs = 60;
    const put = (key: string) => call('PUT', `/${key}`, { lastName: 'X' });
    await Promise.all([put(account.key), put(other.key), call('GET', `/${account.key}`)]);
    await put(account.key);
    expect(goto.overlaps).toBe(0);
    await Promise.all([put(account.key), add('A@example.com')]);
    expect(goto.overlaps).toBe(1);
    await Promise.all([put(other.key), put(other.key), put(other.key)]);
    expect(goto.overlaps).toBe(4);
  });

  test('without a free seat a write is refused', async () => {
    const license = goto.licenses.find((one) => one.key === MEETING_LICENSE);
    if (license !== undefined) license.seats = 1;
    expect((await add('a@example.com')).status).toBe(200);
    expect(await add('b@example.com')).toMatchObject({ status: 400, answer: { errorCode: 'NO_LICENSE_AVAILABLE' } });
  });
});
