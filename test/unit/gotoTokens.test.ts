/** Several processes, one refresh token that works once; and a vault that has bad days. */
import { RestError, createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';
import { GotoSimulator } from '../../local/simulators/goto/GotoSimulator';
import { GotoTokens, type RefreshTokenStore } from '../../shared/goto/GotoTokens';
import { KeyVaultRefreshTokens } from '../../shared/goto/KeyVaultRefreshTokens';
import { MemoryRefreshTokens } from '../../shared/goto/MemoryRefreshTokens';
import type { TokenLease } from '../../shared/goto/TokenLease';
import type { Clock } from '../../shared/model/Clock';
import { createTelemetry } from '../../shared/telemetry/Telemetry';
import { SleeplessClock } from './SleeplessClock';

let clock: SleeplessClock;
let goto: GotoSimulator;

beforeEach(async () => {
  clock = new SleeplessClock(Date.UTC(2026, 10, 24));
  goto = await new GotoSimulator(clock).start();
  goto.behaviour.rotatesRefreshToken = true;
});
afterEach(() => goto.stop());

/** The row in the table: one holder until a moment. */
class LeaseRow {
  holder: string | undefined;
  until = 0;
  taken = 0;

  leaseOf(name: string): TokenLease {
    return {
      take: (untilMs) => {
        const isFree = this.holder === undefined || this.holder === name || this.until <= clock.now();
        if (isFree) [this.holder, this.until, this.taken] = [name, untilMs, this.taken + 1];
        return Promise.resolve(isFree);
      },
      free: () => {
        if (this.holder === name) this.holder = undefined;
        return Promise.resolve();
      },
    };
  }
}

const processOf = (refreshTokens: RefreshTokenStore, lease?: TokenLease, its: Clock = clock): GotoTokens =>
  new GotoTokens({
    endpoint: goto.origin,
    clientId: goto.clientId,
    clientSecret: goto.clientSecret,
    refreshTokens,
    lease,
    clock: its,
    telemetry: createTelemetry(() => undefined),
  });
const refused = (): number => goto.requests.filter((one) => one.path === '/oauth/token' && one.status === 400).length;

/** For several processes at once: time passes for all of them, a little slower than a local answer comes. */
const shared = {
  now: () => clock.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve)),
};
async function whileTimePasses<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => clock.advance(50), 2);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

test('five processes renew at once: each gets a token, and no rotated one is spent twice', async () => {
  const store = new MemoryRefreshTokens('local-refresh-0');
  const row = new LeaseRow();
  const tokens = await whileTimePasses(
    Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => processOf(store, row.leaseOf(name), shared).get())),
  );
  expect(new Set(tokens).size).toBe(5);
  expect(refused()).toBe(0);
  expect(await store.read()).toBe(goto.refreshToken);
  expect(row).toMatchObject({ holder: undefined, taken: 5 });
});

test('a holder that died stops the others for ten seconds, not for good', async () => {
  const row = new LeaseRow();
  await row.leaseOf('dead').take(clock.now() + 3_600_000);
  await processOf(new MemoryRefreshTokens('local-refresh-0'), row.leaseOf('a')).get();
  expect(clock.sleeps).toEqual(Array.from({ length: 20 }, () => 500));
  // What is not ours is not given back.
  expect(row.holder).toBe('dead');
});

test('who renews beside a slow holder waits for the token that one is about to store', async () => {
  const store = new MemoryRefreshTokens('local-refresh-0');
  const row = new LeaseRow();
  await row.leaseOf('slow').take(clock.now() + 3_600_000);
  // The slow holder spent the token, and its successor reaches the store two seconds after we were refused.
  goto.refreshToken = 'successor';
  clock.after(12_000, () => void store.write('successor'));
  await processOf(store, row.leaseOf('a')).get();
  expect(refused()).toBe(1);
  expect(await store.read()).toBe(goto.refreshToken);
});

test('a lease that cannot be read does not stop anybody', async () => {
  const broken: TokenLease = {
    take: () => Promise.reject(new Error('unreachable')),
    free: () => Promise.reject(new Error('unreachable')),
  };
  expect(await processOf(new MemoryRefreshTokens('local-refresh-0'), broken).get()).toBe('token-1');
});

test('a refused renewal frees the lease', async () => {
  const row = new LeaseRow();
  await expect(processOf(new MemoryRefreshTokens('dead'), row.leaseOf('a')).get()).rejects.toMatchObject({
    code: 'Unauthorized',
    sent: false,
    scope: 'job',
  });
  expect(row.holder).toBeUndefined();
  expect(refused()).toBe(1);
});

test('who comes second with a spent refresh token reads the store again and gets one', async () => {
  const store = new MemoryRefreshTokens('local-refresh-0');
  let reads = 0;
  const stale: RefreshTokenStore = {
    // Another process rotates between our read and our request.
    read: async () => ((reads += 1) === 1 ? 'local-refresh-0' : store.read()),
    write: (token) => store.write(token),
  };
  await processOf(store).get();
  expect(await processOf(stale).get()).toBe('token-2');
  expect(refused()).toBe(1);
  expect(await store.read()).toBe(goto.refreshToken);
});

test('a personal access token is not rotated and needs no lease', async () => {
  const row = new LeaseRow();
  const tokens = new GotoTokens({
    endpoint: goto.origin,
    clientId: goto.clientId,
    clientSecret: goto.clientSecret,
    personalAccessToken: goto.personalAccessToken,
    refreshTokens: new MemoryRefreshTokens(undefined),
    lease: row.leaseOf('a'),
    clock,
    telemetry: createTelemetry(() => undefined),
  });
  await tokens.get();
  expect(row.taken).toBe(0);
});

test('a rotated token that the vault does not take is kept and stored before anything else', async () => {
  const store = new MemoryRefreshTokens('local-refresh-0');
  let isDown = true;
  const tokens = processOf({
    read: () => store.read(),
    write: (token) => (isDown ? Promise.reject(new Error('vault down')) : store.write(token)),
  });
  await expect(tokens.get()).rejects.toThrow('vault down');
  expect(await store.read()).toBe('local-refresh-0');
  await expect(tokens.get()).rejects.toThrow('vault down');
  isDown = false;
  await tokens.get();
  expect(refused()).toBe(0);
  expect(await store.read()).toBe(goto.refreshToken);
});

test('the sign-in server’s bad days are those of the job, and nothing was sent to GoTo', async () => {
  const tokens = processOf(new MemoryRefreshTokens('local-refresh-0'));
  goto.addFault({ match: 'oauth', kind: 'drop' });
  const fault = { sent: false, scope: 'job', repeatable: true };
  await expect(tokens.get()).rejects.toMatchObject({ ...fault, code: 'Timeout' });
  goto.addFault({ match: 'oauth', kind: 'html', status: 502 });
  await expect(tokens.get()).rejects.toMatchObject({ ...fault, code: 'InternalServerError' });
  goto.addFault({ match: 'oauth', kind: 'status', status: 302, headers: { location: 'http://elsewhere.example' } });
  await expect(tokens.get()).rejects.toMatchObject({
    code: 'Redirected',
    sent: false,
    message: expect.stringContaining('GOTO_AUTH_ENDPOINT') as unknown,
  });
});

describe('Key Vault', () => {
  const vault = (answer: HttpClient['sendRequest']) =>
    new KeyVaultRefreshTokens(
      'https://contoso.vault.azure.net',
      { getToken: () => Promise.resolve({ token: 't', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
      'first',
      { httpClient: { sendRequest: answer }, retryOptions: { maxRetries: 0 } },
    );
  const answering = (status: number, body: object = {}) =>
    vault((request) =>
      Promise.resolve({ status, request, headers: createHttpHeaders(), bodyAsText: JSON.stringify(body) }),
    );
  const fault = { code: 'KeyVaultRefused', scope: 'job', repeatable: true, sent: false };

  test('a role that is not there yet says what to do, and is tried again', async () => {
    for (const work of [answering(403).read(), answering(403).write('x'), answering(401).read()])
      await expect(work).rejects.toMatchObject({
        ...fault,
        message: expect.stringMatching(/Key Vault Secrets Officer.*minutes/) as unknown,
      });
  });

  test('its outages are faults of the job too, and show no secret', async () => {
    await expect(answering(500).read()).rejects.toMatchObject({ ...fault, status: 500 });
    const lost = vault((request) =>
      Promise.reject(new RestError('getaddrinfo ENOTFOUND contoso.vault.azure.net', { code: 'ENOTFOUND', request })),
    );
    await expect(lost.write('hush-hush')).rejects.toMatchObject({
      ...fault,
      message: expect.stringMatching(/KEY_VAULT_URI/) as unknown,
    });
    await expect(lost.write('hush-hush')).rejects.not.toThrow(/hush/);
  });

  test('an empty vault begins with the setting', async () => {
    expect(await answering(404).read()).toBe('first');
    expect(await answering(200, { id: 'https://contoso.vault.azure.net/secrets/x/1', value: 'stored' }).read()).toBe(
      'stored',
    );
  });
});
