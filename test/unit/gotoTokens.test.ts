/** Several processes, one refresh token that works once; and a vault that has bad days. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { RestError, createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';
import { KeyVault } from '../../local/azure/key-vault/KeyVault';
import { GotoSimulator } from '../../local/simulators/goto/GotoSimulator';
import type { Authorizations } from '../../shared/goto/Authorizations';
import type { GotoSecrets } from '../../shared/goto/GotoSecrets';
import { GotoTokens } from '../../shared/goto/GotoTokens';
import { KeyVaultSecrets } from '../../shared/goto/KeyVaultSecrets';
import { MemorySecrets } from '../../shared/goto/MemorySecrets';
import { TokenEndpoint } from '../../shared/goto/TokenEndpoint';
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

const keeping = (refreshToken: string): MemorySecrets =>
  new MemorySecrets({ clientSecret: goto.clientSecret, refreshToken });
const keptIn = async (secrets: GotoSecrets) => (await secrets.read('refreshToken'))?.value;

const processOf = (secrets: GotoSecrets, lease?: TokenLease, its: Clock = clock, authorizations?: Authorizations) =>
  new GotoTokens({
    endpoint: new TokenEndpoint({ endpoint: goto.origin, clientId: goto.clientId, secrets }),
    secrets,
    lease,
    authorizations,
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
  const store = keeping('local-refresh-0');
  const row = new LeaseRow();
  const tokens = await whileTimePasses(
    Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => processOf(store, row.leaseOf(name), shared).get())),
  );
  expect(new Set(tokens).size).toBe(5);
  expect(refused()).toBe(0);
  expect(await keptIn(store)).toBe(goto.refreshToken);
  expect(row).toMatchObject({ holder: undefined, taken: 5 });
});

test('a holder that died stops the others for ten seconds, not for good', async () => {
  const row = new LeaseRow();
  await row.leaseOf('dead').take(clock.now() + 3_600_000);
  await processOf(keeping('local-refresh-0'), row.leaseOf('a')).get();
  expect(clock.sleeps).toEqual(Array.from({ length: 20 }, () => 500));
  // What is not ours is not given back.
  expect(row.holder).toBe('dead');
});

test('who renews beside a slow holder waits for the token that one is about to store', async () => {
  const store = keeping('local-refresh-0');
  const row = new LeaseRow();
  await row.leaseOf('slow').take(clock.now() + 3_600_000);
  // The slow holder spent the token, and its successor reaches the store two seconds after we were refused.
  goto.refreshToken = 'successor';
  clock.after(12_000, () => void store.writeRefreshToken('successor'));
  await processOf(store, row.leaseOf('a')).get();
  expect(refused()).toBe(1);
  expect(await keptIn(store)).toBe(goto.refreshToken);
});

test('a lease that cannot be read does not stop anybody', async () => {
  const broken: TokenLease = {
    take: () => Promise.reject(new Error('unreachable')),
    free: () => Promise.reject(new Error('unreachable')),
  };
  expect(await processOf(keeping('local-refresh-0'), broken).get()).toBe('token-1');
});

test('a refused renewal frees the lease', async () => {
  const row = new LeaseRow();
  await expect(processOf(keeping('dead'), row.leaseOf('a')).get()).rejects.toMatchObject({
    code: 'Unauthorized',
    sent: false,
    scope: 'job',
  });
  expect(row.holder).toBeUndefined();
  expect(refused()).toBe(1);
});

test('who comes second with a spent refresh token reads the store again and gets one', async () => {
  const store = keeping('local-refresh-0');
  let reads = 0;
  const stale: GotoSecrets = {
    isLasting: true,
    // Another process rotates between our read and our request.
    read: async (name) =>
      name === 'refreshToken' && (reads += 1) === 1 ? { value: 'local-refresh-0' } : store.read(name),
    writeRefreshToken: (token) => store.writeRefreshToken(token),
  };
  await processOf(store).get();
  expect(await processOf(stale).get()).toBe('token-2');
  expect(refused()).toBe(1);
  expect(await keptIn(store)).toBe(goto.refreshToken);
});

test('a refresh token that GoTo only names again is not stored again: its days would begin anew each hour', async () => {
  const store = keeping('local-refresh-0');
  const written: string[] = [];
  const secrets: GotoSecrets = {
    isLasting: true,
    read: (name) => store.read(name),
    writeRefreshToken: (token) => Promise.resolve(void written.push(token)),
  };
  const answer = { access_token: 'a', expires_in: 3_600, refresh_token: 'local-refresh-0' };
  goto.addFault({ match: 'oauth', kind: 'status', status: 200, body: JSON.stringify(answer) });
  expect(await processOf(secrets).get()).toBe('a');
  expect(written).toEqual([]);
});

test('a personal access token is not rotated and needs no lease', async () => {
  const row = new LeaseRow();
  const { clientSecret, personalAccessToken } = goto;
  const tokens = processOf(new MemorySecrets({ clientSecret, personalAccessToken }), row.leaseOf('a'));
  await tokens.get();
  expect(row.taken).toBe(0);
});

test('a rotated token that the vault does not take is kept and stored before anything else', async () => {
  const store = keeping('local-refresh-0');
  let isDown = true;
  const tokens = processOf({
    isLasting: true,
    read: (name) => store.read(name),
    writeRefreshToken: (token) => (isDown ? Promise.reject(new Error('vault down')) : store.writeRefreshToken(token)),
  });
  await expect(tokens.get()).rejects.toThrow('vault down');
  expect(await keptIn(store)).toBe('local-refresh-0');
  await expect(tokens.get()).rejects.toThrow('vault down');
  isDown = false;
  await tokens.get();
  expect(refused()).toBe(0);
  expect(await keptIn(store)).toBe(goto.refreshToken);
});

test('the sign-in server’s bad days are those of the job, and nothing was sent to GoTo', async () => {
  const tokens = processOf(keeping('local-refresh-0'));
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
  const vault = (answer: HttpClient['sendRequest'], patienceMs?: number) =>
    new KeyVaultSecrets(
      'https://contoso.vault.azure.net',
      { getToken: () => Promise.resolve({ token: 't', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
      { refreshToken: 'first' },
      { httpClient: { sendRequest: answer }, retryOptions: { maxRetries: 0 } },
      patienceMs,
    );
  const answering = (status: number, body: object = {}) =>
    vault((request) =>
      Promise.resolve({ status, request, headers: createHttpHeaders(), bodyAsText: JSON.stringify(body) }),
    );
  const fault = { code: 'KeyVaultRefused', scope: 'job', repeatable: true, sent: false };

  test('a role that is not there yet says what to do, and is tried again', async () => {
    for (const work of [
      answering(403).read('refreshToken'),
      answering(403).writeRefreshToken('x'),
      answering(401).read('clientSecret'),
    ])
      await expect(work).rejects.toMatchObject({
        ...fault,
        message: expect.stringMatching(/Key Vault Secrets Officer.*minutes/) as unknown,
      });
  });

  test('its outages are faults of the job too, and show no secret', async () => {
    await expect(answering(500).read('refreshToken')).rejects.toMatchObject({ ...fault, status: 500 });
    const lost = vault((request) =>
      Promise.reject(new RestError('getaddrinfo ENOTFOUND contoso.vault.azure.net', { code: 'ENOTFOUND', request })),
    );
    await expect(lost.writeRefreshToken('hush-hush')).rejects.toMatchObject({
      ...fault,
      message: expect.stringMatching(/KEY_VAULT_URI/) as unknown,
    });
    await expect(lost.writeRefreshToken('hush-hush')).rejects.not.toThrow(/hush/);
  });

  test('an empty vault begins with the setting', async () => {
    expect(await keptIn(answering(404))).toBe('first');
    expect(await keptIn(answering(200, { id: 'https://contoso.vault.azure.net/secrets/x/1', value: 'stored' }))).toBe(
      'stored',
    );
  });

  test('a vault that takes the question and never answers is not waited for', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const token = { getToken: () => Promise.resolve({ token: 't', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) };
    try {
      await expect(
        new KeyVaultSecrets(`http://127.0.0.1:${port}`, token, {}, {}, 100).read('clientSecret'),
      ).rejects.toMatchObject({
        ...fault,
        message: expect.stringMatching(/could not be reached.*KEY_VAULT_URI/) as unknown,
      });
    } finally {
      silent.close();
    }
  });

  test('nor is one that never answers whether a deleted secret may be had back', async () => {
    const deleted = vault((request) => {
      const status = request.method === 'PUT' ? 409 : 404;
      if (request.method !== 'POST')
        return Promise.resolve({ status, request, headers: createHttpHeaders(), bodyAsText: '{}' });
      return new Promise((_resolve, reject) => {
        request.abortSignal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    }, 20);
    await expect(deleted.writeRefreshToken('x')).rejects.toMatchObject(fault);
  });

  test('the real client reads and writes the embedded one, as the embedded identity and as nobody else', async () => {
    const tokenFor = (resource: string) => `for ${resource}`;
    const identity = { gave: (token: string, resource: string) => token === tokenFor(resource) };
    const embedded = await new KeyVault(clock, undefined, identity).start();
    const as = (resource: string) =>
      new KeyVaultSecrets(
        embedded.origin,
        {
          getToken: (scopes) =>
            Promise.resolve({
              token: tokenFor(resource === '' ? String(scopes).replace('/.default', '') : resource),
              expiresOnTimestamp: Number.MAX_SAFE_INTEGER,
            }),
        },
        { personalAccessToken: 'of the settings' },
        { retryOptions: { maxRetries: 0 } },
      );
    try {
      const secrets = as('');
      expect(await secrets.read('clientSecret')).toBeUndefined();
      const endsAt = clock.now() + 86_400_000;
      embedded.store('goto-client-secret', 'its secret', endsAt);
      expect(await secrets.read('clientSecret')).toEqual({ value: 'its secret', storedAt: clock.now(), endsAt });
      embedded.store('goto-personal-access-token', 'of the vault');
      expect(await secrets.read('personalAccessToken')).toEqual({ value: 'of the settings' });
      embedded.store('goto-first-refresh-token', 'first');
      expect(await keptIn(secrets)).toBe('first');
      await secrets.writeRefreshToken('second');
      expect(await keptIn(secrets)).toBe('second');
      expect(embedded.newest('goto-refresh-token')).toBe('second');
      // An admin has deleted it: its name is taken by what can be had back.
      embedded.delete('goto-refresh-token');
      expect(await keptIn(secrets)).toBe('first');
      await secrets.writeRefreshToken('third');
      expect(await keptIn(secrets)).toBe('third');
      // Or has switched it off, until there is another version: no fault of the role.
      embedded.disable('goto-refresh-token');
      await expect(secrets.read('refreshToken')).rejects.toMatchObject({
        code: 'KeyVaultRefused',
        message: expect.stringContaining('is disabled in Key Vault. Enable it') as unknown,
      });
      await secrets.writeRefreshToken('fourth');
      expect(await keptIn(secrets)).toBe('fourth');
      embedded.refusal = 403;
      await expect(secrets.read('clientSecret')).rejects.toMatchObject({ ...fault, status: 403 });
      await expect(as('https://graph.microsoft.com').read('clientSecret')).rejects.toMatchObject({ status: 401 });
    } finally {
      await embedded.stop();
    }
  });
});

describe('authorised anew by another process', () => {
  /** The row that all processes see. */
  const shownToAll = (): Authorizations => {
    let count = 0;
    return {
      current: () => Promise.resolve(count === 0 ? undefined : String(count)),
      replace: () => Promise.resolve(void (count += 1)),
    };
  };
  const consented = (refreshToken: string) => ({ access_token: 'new', expires_in: 3_600, refresh_token: refreshToken });

  test('is noticed within a minute, long before the old token ends, and counts as somebody else', async () => {
    const [store, row] = [keeping('local-refresh-0'), shownToAll()];
    const [mine, theirs] = [0, 1].map(() => processOf(store, undefined, clock, row)) as [GotoTokens, GotoTokens];
    const old = await mine.get();
    const before = mine.generation;
    goto.refreshToken = 'of-somebody-else';
    await theirs.adopt(consented('of-somebody-else'));
    expect(await theirs.get()).toBe('new');
    expect(await mine.get()).toBe(old);
    clock.advance(61_000);
    expect(await mine.get()).not.toBe(old);
    expect(mine.generation).toBe(before + 1);
  });

  test('a token that was rotated for the one before never takes the place of the new one', async () => {
    const [store, row] = [keeping('local-refresh-0'), shownToAll()];
    const theirs = processOf(store, undefined, clock, row);
    const slow: GotoSecrets = {
      isLasting: true,
      // Somebody else is authorised while our request is on its way.
      read: async (name) => {
        const secret = await store.read(name);
        if (name === 'refreshToken') await theirs.adopt(consented('of-somebody-else'));
        return secret;
      },
      writeRefreshToken: (token) => store.writeRefreshToken(token),
    };
    await processOf(slow, undefined, clock, row).get();
    expect(await keptIn(store)).toBe('of-somebody-else');
  });
});
