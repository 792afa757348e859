/** Whose tokens `npm run host` has: made up for what is simulated here, of whoever is signed in for everything else. */
import { IdentityEndpoint } from '../../local/azure/identity/IdentityEndpoint';
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
