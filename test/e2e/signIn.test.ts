/** People sign in with Entra: who may do what, and that nobody can say of themselves who they are. */
import { headerOf, type SignedIn } from '../../local/azure/easy-auth/EasyAuth';
import { ROUTES } from '../../shared/api/ROUTES';
import type { Route } from '../../shared/api/Route';
import { JOB } from '../support/HostedConnector';
import { SignedInConnector } from '../support/SignedInConnector';

const NOBODY: SignedIn = { id: '00000000-0000-4000-8000-000000000001', roles: [] };
const READER: SignedIn = { id: '00000000-0000-4000-8000-000000000002', roles: ['Reader', 'Unknown'] };
const ADMIN: SignedIn = { id: '00000000-0000-4000-8000-000000000003', roles: ['Admin'] };

let stage: SignedInConnector;
beforeAll(async () => {
  stage = await SignedInConnector.start();
});
afterAll(() => stage.stop());

const addressOf = ({ path }: Route): string => `/api/${path.replace('{job}', 'gotomeeting').replace('{id}', 'x')}`;

/** Asks without a key, from outside. */
async function ask(route: Route, headers: Record<string, string> = {}, origin = stage.easyAuth.origin) {
  const response = await fetch(`${origin}${addressOf(route)}`, { method: route.method, headers, redirect: 'manual' });
  const text = await response.text();
  const code = text.startsWith('{') ? (JSON.parse(text) as { code?: string }).code : undefined;
  return { status: response.status, code };
}
const as = (person: SignedIn) => ({ authorization: `Bearer ${stage.easyAuth.tokenFor(person)}` });
const named = (name: string): Route => {
  const route = ROUTES.find((one) => one.name === name);
  if (route === undefined) throw new Error(`no route ${name}`);
  return route;
};

const closed = ROUTES.filter(({ role }) => role !== null);

test('open are health and GoTo’s way back alone', () => {
  expect(ROUTES.filter(({ role }) => role === null).map(({ name }) => name)).toEqual(['getHealth', 'getCallback']);
});

test('a Reader’s routes change nothing: they read, or their POST only tries', () => {
  const notGet = closed.filter(({ role, method }) => role === 'Reader' && method !== 'GET').map(({ name }) => name);
  expect(notGet).toEqual(['parseExpression', 'validateCredentials']);
  const acting = closed.filter(({ role, method }) => role === 'Admin' && method === 'GET').map(({ name }) => name);
  expect(acting).toEqual(['getAuthorize']);
});

describe.each(closed.map((route) => [route.name, route] as const))('%s', (_name, route) => {
  test('nobody who has not signed in is let in, also past the front, nor with a header or key of their own', async () => {
    expect((await ask(route)).status).toBe(401);
    const forged = { 'x-ms-client-principal': headerOf(ADMIN) };
    expect((await ask(route, forged)).status).toBe(401);
    expect((await ask(route, { 'x-functions-key': 'e2e-key' })).status).toBe(401);
    expect(await ask(route, {}, stage.hostOrigin)).toEqual({ status: 401, code: 'SignInNeeded' });
  });

  test('who signed in needs the role; a header of their own gives none', async () => {
    const forged = { 'x-ms-client-principal': headerOf(ADMIN) };
    expect(await ask(route, { ...as(NOBODY), ...forged })).toEqual({ status: 403, code: 'RoleNeeded' });
    const reader = await ask(route, { ...as(READER), ...forged });
    if (route.role === 'Reader') expect([401, 403]).not.toContain(reader.status);
    else expect(reader).toEqual({ status: 403, code: 'RoleNeeded' });
    const admin = await ask(route, as(ADMIN));
    expect([401, 403]).not.toContain(admin.status);
    expect(admin.status).toBeLessThan(500);
  });
});

test.each(['', 'x', 'null', '{"auth_typ":"google","role_typ":"roles","claims":[{"typ":"roles","val":"Admin"}]}'])(
  'what is not Entra’s principal lets nobody in: %s',
  async (text) => {
    const header = { 'x-ms-client-principal': Buffer.from(text).toString('base64') };
    expect(await ask(named('getJob'), header, stage.hostOrigin)).toEqual({ status: 401, code: 'SignInNeeded' });
  },
);

test('health says that a sign-in is wanted, and who acted stands in the log by id', async () => {
  expect(await (await fetch(`${stage.easyAuth.origin}/api/health`)).json()).toMatchObject({ signIn: 'entra' });
  const acts = stage.connector.lines.filter((line) => line.includes('"access.used"'));
  for (const { name } of closed.filter(({ role }) => role === 'Admin'))
    expect(acts.filter((line) => line.includes(`"${name}"`) && line.includes(ADMIN.id))).toHaveLength(1);
  expect(acts.filter((line) => line.includes(READER.id))).toEqual([]);
});

test('a page of another site can neither act nor ask in the name of whoever is signed in; a link may lead to what is read', async () => {
  const from = (name: string, headers: Record<string, string>) => ask(named(name), { ...as(ADMIN), ...headers });
  const refused = { status: 403, code: 'OtherSite' };
  for (const name of ['postSync', 'validateCredentials', 'findUsers', 'getAuthorize']) {
    expect(await from(name, { 'sec-fetch-site': 'cross-site' })).toEqual(refused);
    expect(await from(name, { 'sec-fetch-site': 'same-site' })).toEqual(refused);
    expect(await from(name, { origin: 'https://example.org' })).toEqual(refused);
    expect(await from(name, { origin: 'null' })).toEqual(refused);
    expect((await from(name, { 'sec-fetch-site': 'same-origin', origin: stage.easyAuth.origin })).status).not.toBe(403);
  }
  const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' };
  expect((await from('getJob', link)).status).toBe(200);
  for (const name of ['postSync', 'validateCredentials', 'getAuthorize'])
    expect(await from(name, link)).toEqual(refused);
  expect(await from('getJob', { ...link, 'sec-fetch-dest': 'iframe' })).toEqual(refused);
});

test('no answer is taken for a page, framed, or loaded by another site', async () => {
  for (const [headers, status] of [
    [as(ADMIN), 200],
    [as(NOBODY), 403],
  ] as const) {
    const response = await fetch(`${stage.easyAuth.origin}${JOB}`, { headers });
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
  }
});

test('without App Service authentication nobody is believed and nobody locked out: the key opens every route, and health says why', async () => {
  await stage.connector.stopHost();
  const before = stage.connector.lines.length;
  const { origin } = await stage.connector.start({ SIGN_IN_WITH_ENTRA: 'true', WEBSITE_AUTH_ENABLED: 'False' });
  for (const route of closed)
    expect(await ask(route, { 'x-ms-client-principal': headerOf(ADMIN) }, origin)).toEqual({
      status: 401,
      code: undefined,
    });
  const health = await fetch(`${origin}/api/health`);
  expect(health.status).toBe(200);
  expect(await health.json()).toMatchObject({
    signIn: 'key',
    signInProblem: expect.stringContaining('SIGN_IN_WITH_ENTRA') as unknown,
  });
  expect((await stage.connector.call(JOB)).status).toBe(200);
  const told = stage.connector.lines.slice(before).filter((line) => line.includes('"settings.wrong"'));
  expect(told).toEqual([expect.stringContaining('SIGN_IN_WITH_ENTRA')]);
});
