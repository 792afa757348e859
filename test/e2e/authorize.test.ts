/** The bundle in the host: from "not connected" to a cycle, as a browser goes; and what somebody else’s browser may try. */
import { request } from 'node:http';
import { z } from 'zod';
import { consent } from '../support/consent';
import { expectConverged } from '../support/expectConverged';
import { cycleSchema, HostedConnector } from '../support/HostedConnector';

let connector: HostedConnector;
let origin: string;
beforeAll(async () => {
  connector = await HostedConnector.create();
  const { keyVault } = connector.stack.azure;
  keyVault.store('goto-client-secret', connector.stack.world.goto.clientSecret);
  const host = await connector.start({ GOTO_CLIENT_SECRET: '', GOTO_PERSONAL_ACCESS_TOKEN: '' });
  ({ origin } = host);
});
afterAll(() => connector.stop());

const begin = async () => {
  const answer = await connector.call('/api/connection/authorize', { headers: { accept: 'application/json' } });
  expect(answer.status).toBe(200);
  const { url } = z.object({ url: z.string() }).parse(await answer.json());
  return { url, setCookie: answer.headers.getSetCookie() };
};
const cookieOf = ([setCookie = '']: readonly string[]): string => setCookie.split(';')[0] ?? '';

/** `fetch` does not let a client choose these headers. */
const statusAndLocation = (headers: Readonly<Record<string, string>>) =>
  new Promise<{ readonly status: number | undefined; readonly location: string }>((resolve, reject) => {
    request(`${origin}/api/connection/authorize?redirect_uri=https://evil.example`, { headers }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode, location: answer.headers.location ?? '' });
    })
      .on('error', reject)
      .end();
  });

test('the key opens the way to GoTo, and no header or parameter leads back to another host', async () => {
  expect((await statusAndLocation({})).status).toBe(401);
  const key = { 'x-functions-key': 'e2e-key' };
  for (const strange of [
    {},
    { host: 'evil.example' },
    { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    { forwarded: 'host=evil.example', 'x-original-url': '/evil' },
  ]) {
    const { status, location } = await statusAndLocation({ ...key, ...strange });
    expect(status).toBe(302);
    expect(new URL(location).origin).toBe(connector.stack.world.goto.origin);
    expect(new URL(location).searchParams.get('redirect_uri')).toBe(`${origin}/api/connection/callback`);
  }
});

test('from not connected to a cycle: consent, a friendly page with a strict policy, and everybody has an account', async () => {
  const health = async () => (await fetch(`${origin}/api/health`)).json();
  expect(await health()).toMatchObject({ status: 'ok', connected: false });
  const { url, setCookie } = await begin();
  expect(setCookie).toEqual([
    expect.stringMatching(
      /^goto-consent=[\w-]{43}; max-age=600; path=\/api\/connection\/callback; httponly; samesite=Lax$/i,
    ),
  ]);
  expect(new URL(url).searchParams.get('code_challenge_method')).toBe('S256');
  const address = await consent(url, 'administrator');
  const stolen = await fetch(address);
  expect([stolen.status, await stolen.text()]).toEqual([400, expect.stringContaining('begun in another browser')]);
  const page = await fetch(address, { headers: { cookie: cookieOf(setCookie) } });
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; style-src 'sha256-[^']+'; /);
  expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect(await page.text()).toContain('Connected to GoTo');
  const replayed = await fetch(address, { headers: { cookie: cookieOf(setCookie) } });
  expect([replayed.status, await replayed.text()]).toEqual([400, expect.stringContaining('has been used')]);

  await connector.stopHost();
  ({ origin } = await connector.start({ GOTO_CLIENT_SECRET: '', GOTO_PERSONAL_ACCESS_TOKEN: '' }));
  expect(await health()).toMatchObject({ status: 'ok', connected: true });
  const started = cycleSchema.parse(await (await connector.sync({})).json());
  expect(await connector.ended(started.id)).toMatchObject({ state: 'succeeded' });
  expectConverged({ world: connector.stack.world });
});
