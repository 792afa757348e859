/** The GoTo client over real HTTP against the simulator: tokens, keys, errors. */
import { ACCOUNT_KEY, GotoSimulator, MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { json, type SimRequest, type SimResponse } from '../../local/simulators/http/SimulatedServer';
import { GotoAccounts, isCompleteList } from '../../shared/goto/GotoAccounts';
import { GotoClient, type Caller } from '../../shared/goto/GotoClient';
import { gotoError } from '../../shared/goto/gotoError';
import { GotoTokens } from '../../shared/goto/GotoTokens';
import { MemorySecrets } from '../../shared/goto/MemorySecrets';
import { Pacing } from '../../shared/goto/Pacing';
import { TokenEndpoint } from '../../shared/goto/TokenEndpoint';
import { countingCalls } from '../../shared/telemetry/callCounter';
import { createTelemetry } from '../../shared/telemetry/Telemetry';
import { MemoryPace } from './MemoryPace';
import { SleeplessClock } from './SleeplessClock';

const telemetry = createTelemetry(() => undefined);
/** A GoTo that gives fewer rows a page than it documents, and other answers where a test says so. */
class CappedGoto extends GotoSimulator {
  pageCap = 1_000;
  instead: (request: SimRequest) => SimResponse | undefined = () => undefined;

  protected override answer(request: SimRequest): SimResponse {
    const told = this.instead(request);
    if (told !== undefined) return told;
    if (!request.url.searchParams.has('pageSize')) return super.answer(request);
    const url = new URL(request.url);
    url.searchParams.set('pageSize', String(Math.min(this.pageCap, Number(url.searchParams.get('pageSize')))));
    return super.answer({ ...request, url });
  }
}
let clock: SleeplessClock;
let goto: CappedGoto;

beforeEach(async () => {
  clock = new SleeplessClock(Date.UTC(2026, 10, 24));
  goto = await new CappedGoto(clock).start();
});
afterEach(() => goto.stop());

function connect(credentials: { personalAccessToken?: string; refreshToken?: string; clientSecret?: string }) {
  const pacing = new Pacing(1_000, clock, new MemoryPace());
  const secrets = new MemorySecrets({ clientSecret: goto.clientSecret, ...credentials });
  const endpoint = new TokenEndpoint({ endpoint: goto.origin, clientId: goto.clientId, secrets });
  const tokens = new GotoTokens({ endpoint, secrets, clock, telemetry });
  const client = new GotoClient({ endpoint: goto.origin, tokens, pacing, clock, telemetry });
  const caller: Caller = { pacer: pacing.planner };
  return { tokens, secrets, accounts: new GotoAccounts(client, ACCOUNT_KEY), caller };
}
const tokenRequests = (): number => goto.requests.filter((request) => request.path === '/oauth/token').length;

describe('tokens', () => {
  test('one renewal serves all callers', async () => {
    const { tokens } = connect({ personalAccessToken: goto.personalAccessToken });
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.get()));
    expect(new Set(all).size).toBe(1);
    expect(tokenRequests()).toBe(1);
    await Promise.all([tokens.get(all[0]), tokens.get(all[0])]);
    expect(tokenRequests()).toBe(2);
  });

  test('a refresh answer without a refresh token keeps the stored one; one with it replaces it', async () => {
    const { tokens, secrets } = connect({ refreshToken: 'local-refresh-0' });
    const first = await tokens.get();
    expect((await secrets.read('refreshToken'))?.value).toBe('local-refresh-0');
    goto.behaviour.rotatesRefreshToken = true;
    await tokens.get(first);
    expect((await secrets.read('refreshToken'))?.value).toBe(goto.refreshToken);
    expect(goto.refreshToken).not.toBe('local-refresh-0');
  });

  test('a refused client and a dead token say what to do, without the secret', async () => {
    await expect(connect({ personalAccessToken: 'dead' }).tokens.get()).rejects.toMatchObject({
      code: 'Unauthorized',
      scope: 'job',
      message: expect.stringMatching(/invalid_grant.*GOTO_CLIENT_ID/) as unknown,
    });
    await expect(connect({ personalAccessToken: 'x', clientSecret: 'hush' }).tokens.get()).rejects.toMatchObject({
      message: expect.not.stringContaining('hush') as unknown,
    });
    await expect(connect({}).tokens.get()).rejects.toThrow(/Authorize/);
  });
});

describe('accounts', () => {
  test('keys of 19 digits survive both ways', async () => {
    const { accounts, caller } = connect({ personalAccessToken: goto.personalAccessToken });
    const attributes = { email: 'new@example.com', firstName: 'New', lastName: 'Person' };
    const [key] = await accounts.create([attributes], [MEETING_LICENSE], caller);
    expect(key).toBe(goto.byEmail('new@example.com')?.key);
    expect(key).toMatch(/^\d{19}$/);
    expect((await accounts.get(key ?? '', caller)).licenseKeys).toEqual([MEETING_LICENSE]);
  });

  test('a list of several pages is whole, and devices are left out', async () => {
    for (let index = 0; index < 2_100; index += 1)
      goto.addUser({ email: `p${index}@example.com`, firstName: 'P', lastName: String(index) });
    goto.addUser({ email: 'desk@devices.logmein.com', firstName: 'Desk', lastName: 'Phone' });
    const { accounts, caller } = connect({ personalAccessToken: goto.personalAccessToken });
    const { value: listed, calls } = await countingCalls(() => accounts.list(caller));
    expect(listed.accounts).toHaveLength(2_101);
    expect(calls).toEqual({ graph: 0, gotoReads: 3, gotoWrites: 0, throttled: 0 });
  });

  test('an address is found without regard to case; odd ones are not sent', async () => {
    goto.addUser({ email: 'Ada+x@Example.com', firstName: 'Ada', lastName: 'X' });
    const { accounts, caller } = connect({ personalAccessToken: goto.personalAccessToken });
    expect(await accounts.findByEmail('ada+x@example.com', caller)).toHaveLength(1);
    expect(await accounts.findByEmail('nobody@example.com', caller)).toEqual([]);
    await expect(accounts.findByEmail('a"b@example.com', caller)).rejects.toMatchObject({
      code: 'UnprocessableEntity',
      sent: false,
    });
  });

  test('only a total of 0 says that nobody has an address; an account of another key is no answer', async () => {
    const { key } = goto.addUser({ email: 'ada@example.com', firstName: 'Ada', lastName: 'X' });
    const other = goto.addUser({ email: 'bob@example.com', firstName: 'Bob', lastName: 'Y' });
    const { accounts, caller } = connect({ personalAccessToken: goto.personalAccessToken });
    const isSearch = ({ url }: SimRequest): boolean => url.searchParams.has('filter');
    for (const body of [{ total: 1 }, { results: [], total: 1 }]) {
      goto.instead = (request) => (isSearch(request) ? json(200, body) : undefined);
      await expect(accounts.findByEmail('ada@example.com', caller)).rejects.toMatchObject({
        code: 'IncompleteRead',
        repeatable: true,
        scope: 'object',
      });
    }
    const row = { key: other.key, email: 'bob@example.com' };
    goto.instead = ({ url }) => (url.pathname.endsWith(`/users/${key}`) ? json(200, row) : undefined);
    await expect(accounts.get(key, caller)).rejects.toMatchObject({ code: 'ServiceIncompatible' });
  });

  test('a slice of the list: devices are counted by key, and the caller can tell whether it has all', async () => {
    for (let index = 0; index < 1_200; index += 1)
      goto.addUser({ email: `p${index}@example.com`, firstName: 'P', lastName: String(index) });
    const desk = goto.addUser({ email: 'desk@devices.logmein.com', firstName: 'Desk', lastName: 'Phone' });
    const { accounts, caller } = connect({ personalAccessToken: goto.personalAccessToken });
    const first = await accounts.listPage(0, caller);
    expect(first).toMatchObject({ total: 1_202, next: 1_000, deviceKeys: [] });
    const last = await accounts.listPage(first.next ?? 0, caller);
    expect(last).toMatchObject({ total: 1_202, next: null, deviceKeys: [desk.key] });
    const distinct = new Set([...first.accounts, ...last.accounts].map((row) => row.key)).size + last.deviceKeys.length;
    expect(isCompleteList({ distinct, firstTotal: first.total, lastTotal: last.total })).toBe(true);
    expect(isCompleteList({ distinct: distinct - 1, firstTotal: first.total, lastTotal: last.total })).toBe(false);
    expect(isCompleteList({ distinct, firstTotal: first.total + 1, lastTotal: last.total })).toBe(false);
    expect(await accounts.listPage(5_000, caller)).toMatchObject({ accounts: [], next: null });
  });

  test('a GoTo that gives fewer rows a page than asked for is read to its end all the same', async () => {
    for (let index = 0; index < 25; index += 1)
      goto.addUser({ email: `p${index}@example.com`, firstName: 'P', lastName: String(index) });
    goto.pageCap = 10;
    const { accounts, caller } = connect({ personalAccessToken: goto.personalAccessToken });
    expect((await accounts.list(caller)).accounts).toHaveLength(26);
    expect(
      goto.requests.filter((request) => request.path.includes('/users?')).map((one) => one.path.split('?')[1]),
    ).toEqual(['offset=0&pageSize=1000', 'offset=10&pageSize=1000', 'offset=20&pageSize=1000']);
  });

  test('licences come with seats and holders', async () => {
    goto.addUser({ email: 'a@example.com', firstName: 'A', lastName: 'A', licenseKeys: [MEETING_LICENSE] });
    const { accounts, caller } = connect({ personalAccessToken: goto.personalAccessToken });
    expect((await accounts.licenses(caller))[0]).toMatchObject({ key: MEETING_LICENSE, used: 1, enabled: true });
  });

  test('an unreachable GoTo is told apart from a request that may have arrived', async () => {
    const { accounts, caller } = connect({ personalAccessToken: goto.personalAccessToken });
    await accounts.owner(caller);
    goto.addFault({ match: '^PUT', kind: 'drop' });
    await expect(accounts.update('1', { firstName: 'X' }, caller)).rejects.toMatchObject({
      code: 'Timeout',
      sent: true,
    });
    await goto.stop();
    await expect(accounts.update('1', { firstName: 'X' }, caller)).rejects.toMatchObject({
      code: 'Timeout',
      sent: false,
    });
  });
});

describe('the owner of the token', () => {
  const me = (): number => goto.requests.filter((request) => request.path === '/admin/rest/v1/me').length;

  test('is asked once for many, and again after ten minutes', async () => {
    const { accounts, caller } = connect({ personalAccessToken: goto.personalAccessToken });
    const [one, other] = await Promise.all([accounts.owner(caller), accounts.owner(caller)]);
    expect(one).toEqual({ key: goto.ownerKey, email: 'goto-sync@example.com' });
    expect(other).toEqual(one);
    expect(me()).toBe(1);
    const before = me();
    clock.advance(9 * 60_000);
    await accounts.owner(caller);
    expect(me()).toBe(before);
    clock.advance(60_000);
    await accounts.owner(caller);
    expect(me()).toBe(before + 1);
    await accounts.check(caller);
    await accounts.owner(caller);
    expect(me()).toBe(before + 2);
  });

  test('is another one from the next token on when somebody authorised anew', async () => {
    const { accounts, caller, tokens, secrets } = connect({ refreshToken: 'local-refresh-0' });
    await accounts.owner(caller);
    await tokens.get(await tokens.get());
    await accounts.owner(caller);
    expect(me()).toBe(1);
    goto.refreshToken = 'of-somebody-else';
    await secrets.writeRefreshToken('of-somebody-else');
    await tokens.get(await tokens.get());
    await accounts.owner(caller);
    expect(me()).toBe(2);
  });

  test('is not written to by a write that learns on its way that somebody authorised anew', async () => {
    const { accounts, caller, secrets } = connect({ refreshToken: 'local-refresh-0' });
    const user = goto.addUser({ email: 'a@example.com', firstName: 'A', lastName: 'A' });
    await accounts.owner(caller);
    goto.revokeTokens();
    goto.refreshToken = 'of-somebody-else';
    await secrets.writeRefreshToken('of-somebody-else');
    await expect(accounts.update(user.key, { firstName: 'B' }, caller)).rejects.toMatchObject({
      code: 'Unauthorized',
      sent: false,
      repeatable: true,
      scope: 'object',
    });
    expect(goto.writes).toEqual([]);
    await accounts.update(user.key, { firstName: 'B' }, caller);
    expect(me()).toBe(2);
  });
});

describe('refusals', () => {
  const me = (): number => goto.requests.filter((request) => request.path === '/admin/rest/v1/me').length;
  const start = async () => {
    const connected = connect({ personalAccessToken: goto.personalAccessToken });
    const user = goto.addUser({ email: 'a@example.com', firstName: 'A', lastName: 'A' });
    await connected.accounts.owner(connected.caller);
    return { ...connected, user };
  };

  test('an account that GoTo refuses while the token works is that account’s own matter', async () => {
    const { accounts, caller, user } = await start();
    goto.addFault({ match: `/users/${user.key}`, kind: 'status', status: 403, times: 10 });
    const refusal = { code: 'AccountUnavailable', scope: 'object', repeatable: false, sent: true, refused: true };
    await expect(accounts.update(user.key, { firstName: 'B' }, caller)).rejects.toMatchObject({
      ...refusal,
      status: 403,
    });
    await expect(accounts.get(user.key, caller)).rejects.toMatchObject(refusal);
    // One renewal, one more try, one look at /me, each time.
    expect(tokenRequests()).toBe(3);
    expect(me()).toBe(3);
    expect(goto.writes).toEqual([]);
  });

  test('when /me is refused too, the connection is at fault; and without an answer nobody is blamed', async () => {
    const { accounts, caller, user } = await start();
    goto.addFault({ match: 'PUT|/me', kind: 'status', status: 403, times: 3 });
    const refusal = { code: 'InsufficientRights', scope: 'job', refused: true };
    await expect(accounts.update(user.key, { firstName: 'B' }, caller)).rejects.toMatchObject(refusal);
    goto.addFault({ match: '^PUT', kind: 'status', status: 403, times: 2 });
    goto.addFault({ match: '/me', kind: 'drop' });
    await expect(accounts.update(user.key, { firstName: 'B' }, caller)).rejects.toMatchObject(refusal);
    expect(goto.unfiredFaults).toEqual([]);
  });

  test('an owner who lost every role is a fault of the connection, though /me opens', async () => {
    const { accounts, caller, user } = await start();
    goto.addFault({ match: '^PUT', kind: 'status', status: 403, times: 2 });
    goto.addFault({
      match: '/me',
      kind: 'status',
      status: 200,
      body: JSON.stringify({ key: goto.ownerKey, accountKey: ACCOUNT_KEY, adminRoles: [], roleSets: [] }),
    });
    await expect(accounts.update(user.key, { firstName: 'B' }, caller)).rejects.toMatchObject({ scope: 'job' });
  });

  test('a refused list concerns everybody', async () => {
    const { accounts, caller } = await start();
    goto.addFault({ match: '/users\\?', kind: 'status', status: 403, times: 2 });
    await expect(accounts.list(caller)).rejects.toMatchObject({ code: 'InsufficientRights', scope: 'job' });
    expect(me()).toBe(1);
  });

  test('a write whose moment has passed does not leave', async () => {
    const { accounts, caller, user } = await start();
    const late: Caller = { ...caller, sendBefore: clock.now() };
    await expect(accounts.update(user.key, { firstName: 'B' }, late)).rejects.toMatchObject({
      code: 'Timeout',
      sent: false,
      repeatable: true,
    });
    expect((await accounts.get(user.key, late)).firstName).toBe('A');
    await accounts.update(user.key, { firstName: 'B' }, { ...caller, sendBefore: clock.now() + 60_000 });
    expect(goto.byEmail('a@example.com')?.firstName).toBe('B');
  });

  test('a fault on the way to a write is not one of the write: nothing left', async () => {
    const { accounts, caller } = connect({ personalAccessToken: goto.personalAccessToken });
    goto.addFault({ match: '/me', kind: 'drop', times: 5 });
    const attributes = { email: 'new@example.com', firstName: 'New', lastName: 'Person' };
    await expect(accounts.create([attributes], [], caller)).rejects.toMatchObject({ code: 'Timeout', sent: false });
    expect(goto.unfiredFaults).toEqual([]);
  });
});

describe('errors', () => {
  test.each([
    [
      'edge',
      404,
      { errorCode: 'NOT_FOUND', message: 'x' },
      { code: 'NotFound', scope: 'object', repeatable: false },
      'NOT_FOUND',
    ],
    [
      'identity',
      401,
      { error: [{ code: 'not.authorized', description: 'Incident' }] },
      { code: 'Unauthorized', scope: 'job' },
      'not.authorized',
    ],
    [
      'webinar',
      403,
      { int_err_code: 'InvalidToken', msg: 'x' },
      { code: 'InsufficientRights', scope: 'job' },
      'InvalidToken',
    ],
    ['oauth', 400, { error: 'invalid_request' }, { code: 'UnprocessableEntity', scope: 'object' }, 'invalid_request'],
    ['empty', 502, undefined, { code: 'InternalServerError', repeatable: true, refused: false }, '502'],
    ['slow', 408, undefined, { code: 'Timeout', repeatable: true, refused: false }, '408'],
    [
      'seats',
      400,
      { errorCode: 'NO_LICENSE_AVAILABLE' },
      { code: 'LicenseLimitExceeded', repeatable: false, refused: true },
      'NO_LICENSE',
    ],
    ['conflict', 409, { errorCode: 'CONFLICT' }, { code: 'Conflict', repeatable: false, refused: true }, 'CONFLICT'],
    ['address', 400, { errorCode: 'ada@example.com' }, { code: 'UnprocessableEntity', refused: true }, '400 [address]'],
    ['throttle', 429, '', { code: 'TooManyRequests', repeatable: true, scope: 'job' }, '429'],
  ] as const)('%s: status %i is typed, and its text names the code', (_shape, status, body, fields, text) => {
    const error = gotoError(status, body, undefined);
    expect(error).toMatchObject({ ...fields, status, sent: true });
    expect(error.message).toContain(text);
  });
});
