/** Whose tokens `npm run host` has: made up for what is simulated here, of whoever is signed in for everything else. */
import { z } from 'zod';
import { IdentityEndpoint } from '../../local/azure/identity/IdentityEndpoint';
import { KeyVault } from '../../local/azure/key-vault/KeyVault';
import { realClock } from '../../local/clock/StackClock';

test('a real Graph, vault or Service Bus gets a real token; whoever is not signed in is told, and no client tries for long', async () => {
  const asked: string[] = [];
  const refused: string[] = [];
  let isSignedIn = true;
  const expiresAt = Date.parse('2026-11-29T03:00:00Z');
  const identity = await new IdentityEndpoint(realClock, {
    credential: {
      getToken: (scope) => {
        asked.push(String(scope));
        return isSignedIn
          ? Promise.resolve({ token: 'real', expiresOnTimestamp: expiresAt })
          : Promise.reject(new Error('Please run az login.'));
      },
    },
    onRefused: (resource, reason) => refused.push(`${resource}: ${reason}`),
  }).start();
  const { IDENTITY_ENDPOINT = '', IDENTITY_HEADER = '' } = identity.environment;
  const tokenFor = async (resource: string, header = IDENTITY_HEADER) => {
    const response = await fetch(
      `${IDENTITY_ENDPOINT}?api-version=2019-08-01&resource=${encodeURIComponent(resource)}`,
      { headers: { 'x-identity-header': header } },
    );
    return [response.status, (await response.json()) as Record<string, string>] as const;
  };
  try {
    expect(await tokenFor('https://graph.microsoft.com')).toEqual([
      200,
      expect.objectContaining({ access_token: 'real', expires_on: String(expiresAt / 1_000) }),
    ]);
    for (const simulated of ['http://127.0.0.1:8080', 'vault://0.0.1'])
      expect((await tokenFor(simulated))[1]['access_token']).toMatch(/^simulated\./);
    expect(asked).toEqual(['https://graph.microsoft.com/.default']);
    expect(refused).toEqual([]);
    // Nor does whoever else is on this machine get one: the header is another one in each run.
    const elsewhere = new IdentityEndpoint(realClock).secret;
    expect((await tokenFor('https://management.azure.com', elsewhere))[0]).toBe(401);
    expect(asked).toHaveLength(1);

    isSignedIn = false;
    // 400: MSAL repeats a 404, a 429 and any 5xx.
    expect((await tokenFor('https://servicebus.azure.net/'))[0]).toBe(400);
    expect(refused).toEqual(['https://servicebus.azure.net/: Please run az login.']);
  } finally {
    await identity.stop();
  }
});

test('the embedded vault keeps what may be real: it opens to tokens of its own identity alone', async () => {
  const [identity, other] = await Promise.all([
    new IdentityEndpoint(realClock).start(),
    new IdentityEndpoint(realClock).start(),
  ]);
  const vault = await new KeyVault(realClock, undefined, identity).start();
  const tokenOf = async ({ environment, secret }: IdentityEndpoint, resource = 'vault://0.0.1'): Promise<string> => {
    const { IDENTITY_ENDPOINT = '' } = environment;
    const asked = `${IDENTITY_ENDPOINT}?resource=${encodeURIComponent(resource)}`;
    const answer = await fetch(asked, { headers: { 'x-identity-header': secret } });
    return z.object({ access_token: z.string() }).parse(await answer.json()).access_token;
  };
  const read = async (token: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${vault.origin}/secrets/goto-refresh-token?api-version=7.6`, { headers })).status;
  };
  try {
    vault.store('goto-refresh-token', 'real');
    expect(await read(await tokenOf(identity))).toBe(200);
    for (const token of ['anything', await tokenOf(other), await tokenOf(identity, 'http://127.0.0.1')])
      expect(await read(token)).toBe(401);
  } finally {
    await Promise.all([identity.stop(), other.stop(), vault.stop()]);
  }
});
