/** The GoTo client over real HTTP against the simulator: tokens, keys, errors. */
import { realClock } from '../../local/clock/StackClock';
import { ACCOUNT_KEY, GotoSimulator, MEETING_LICENSE } from '../../local/goto/GotoSimulator';
import { GotoAccounts } from '../../shared/goto/GotoAccounts';
import { GotoClient, type Caller } from '../../shared/goto/GotoClient';
import { gotoError } from '../../shared/goto/gotoError';
import { GotoTokens } from '../../shared/goto/GotoTokens';
import { MemoryRefreshTokens } from '../../shared/goto/MemoryRefreshTokens';
import { Pacing } from '../../shared/goto/Pacing';
import { noCalls } from '../../shared/model/Cycle';
import { createTelemetry } from '../../shared/telemetry/Telemetry';

const telemetry = createTelemetry(() => undefined);
let goto: GotoSimulator;

beforeEach(async () => {
  goto = await new GotoSimulator(realClock).start();
});
afterEach(() => goto.stop());

function connect(credentials: { personalAccessToken?: string; refresh?: MemoryRefreshTokens; clientSecret?: string }) {
  const pacing = new Pacing(1_000, 1, realClock, { read: () => Promise.resolve(0), write: () => Promise.resolve() });
  const tokens = new GotoTokens({
    endpoint: goto.origin,
    clientId: goto.clientId,
    clientSecret: credentials.clientSecret ?? goto.clientSecret,
    personalAccessToken: credentials.personalAccessToken,
    refreshTokens: credentials.refresh ?? new MemoryRefreshTokens(undefined),
    clock: realClock,
    telemetry,
  });
  const client = new GotoClient({ endpoint: goto.origin, tokens, pacing, clock: realClock, telemetry });
  const caller: Caller = { pacer: pacing.planner, calls: noCalls() };
  return { tokens, accounts: new GotoAccounts(client, ACCOUNT_KEY), caller };
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
    const refresh = new MemoryRefreshTokens('local-refresh-0');
    const { tokens } = connect({ refresh });
    const first = await tokens.get();
    expect(await refresh.read()).toBe('local-refresh-0');
    goto.behaviour.rotatesRefreshToken = true;
    await tokens.get(first);
    expect(await refresh.read()).toBe(goto.refreshToken);
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
    const key = await accounts.create(attributes, [MEETING_LICENSE], caller);
    expect(key).toBe(goto.byEmail('new@example.com')?.key);
    expect(key).toMatch(/^\d{19}$/);
    expect((await accounts.get(key ?? '', caller)).licenseKeys).toEqual([MEETING_LICENSE]);
  });

  test('a list of several pages is whole, and devices are left out', async () => {
    for (let index = 0; index < 2_100; index += 1)
      goto.addUser({ email: `p${index}@example.com`, firstName: 'P', lastName: String(index) });
    goto.addUser({ email: 'desk@devices.logmein.com', firstName: 'Desk', lastName: 'Phone' });
    const { accounts, caller } = connect({ personalAccessToken: goto.personalAccessToken });
    const rows = await accounts.list(caller);
    expect(rows).toHaveLength(2_101);
    expect(caller.calls.gotoReads).toBe(3);
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
    ['empty', 502, undefined, { code: 'InternalServerError', repeatable: true }, '502'],
    [
      'seats',
      400,
      { errorCode: 'NO_LICENSE_AVAILABLE' },
      { code: 'LicenseLimitExceeded', repeatable: true },
      'NO_LICENSE',
    ],
    ['conflict', 409, { errorCode: 'CONFLICT' }, { code: 'Conflict', repeatable: false }, 'CONFLICT'],
    ['throttle', 429, '', { code: 'TooManyRequests', repeatable: true, scope: 'job' }, '429'],
  ] as const)('%s: status %i is typed, and its text names the code', (_shape, status, body, fields, text) => {
    const error = gotoError(status, body, undefined);
    expect(error).toMatchObject({ ...fields, status, sent: true });
    expect(error.message).toContain(text);
  });
});
