/** An administrator of GoTo connects the connector in the browser: each way it can end, and what holds afterwards. */
import { z } from 'zod';
import type { Consenter } from '../../local/simulators/goto/Consenter';
import type { ApiRequest } from '../../shared/api/ApiResponse';
import { getAuthorize } from '../../shared/api/connection/getAuthorize';
import { getCallback } from '../../shared/api/connection/getCallback';
import { getJob } from '../../shared/api/getJob';
import { apiRequest } from '../support/apiRequest';
import { consent } from '../support/consent';
import { newcomer, TINY } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
beforeAll(async () => {
  connector = await TestConnector.start({
    world: TINY,
    settings: { GOTO_PERSONAL_ACCESS_TOKEN: '', WEBSITE_HOSTNAME: 'localhost:7071' },
  });
});
afterAll(() => connector.stop());

const withHeaders = (headers: Readonly<Record<string, string>>, query = ''): ApiRequest => ({
  ...apiRequest(),
  query: new URLSearchParams(query),
  header: (name) => headers[name] ?? null,
});

/** What a browser holds after the connector has answered it. */
async function begin(): Promise<{ readonly url: string; readonly cookie: string }> {
  const answer = await getAuthorize(connector.engine, withHeaders({ accept: 'application/json' }));
  const { url } = z.object({ url: z.string() }).parse(answer.body);
  return { url, cookie: (answer.cookies ?? []).map(({ name, value }) => `${name}=${value}`).join('; ') };
}

async function comeBack(address: URL, cookie: string): Promise<{ readonly status: number; readonly html: string }> {
  const answer = await getCallback(connector.engine, withHeaders({ cookie }, address.search));
  return { status: answer.status, html: String(answer.content?.bytes) };
}

async function authorize(as: Consenter | 'nobody', meanwhile: () => void = () => undefined) {
  const { url, cookie } = await begin();
  const address = await consent(url, as);
  meanwhile();
  return comeBack(address, cookie);
}
const outcomeOf = ({ html }: { readonly html: string }): string => /· (\w+)<\/small>/.exec(html)?.[1] ?? '';
const isConnected = async (): Promise<unknown> => {
  const body = (await getJob(connector.engine, apiRequest())).body as {
    status: { connection: { connected: boolean } };
  };
  return body.status.connection.connected;
};
const credentialsSchema = z.looseObject({
  status: z.looseObject({
    connection: z.looseObject({
      credentials: z.array(z.object({ name: z.string(), daysLeft: z.number().nullable() })),
    }),
  }),
});
const said = (event: string): string[] =>
  connector.events.filter(({ line }) => line.includes(`"${event}"`)).map(({ line }) => line);

type Breaks = (one: TestConnector) => void;
const nothing: Breaks = () => undefined;

test.each<[string, number, Consenter | 'nobody', Breaks, Breaks]>([
  ['Denied', 400, 'nobody', nothing, nothing],
  ['StateExpired', 400, 'administrator', nothing, (one) => one.later(10 * 60_000 + 1)],
  ['CodeRefused', 400, 'administrator', nothing, (one) => one.later(61_000)],
  ['WrongAccount', 403, 'otherAccount', nothing, nothing],
  ['WrongRole', 403, 'user', nothing, nothing],
  ['ScopeMissing', 403, 'administrator', (one) => (one.world.goto.behaviour.scope = 'collab:'), nothing],
  ['NoRefreshToken', 400, 'administrator', (one) => (one.world.goto.behaviour.givesRefreshToken = false), nothing],
  ['ClientRefused', 400, 'administrator', nothing, (one) => (one.world.goto.signIn.clientSecret = 'another')],
  ['NotKept', 503, 'administrator', nothing, (one) => (one.stack.azure.keyVault.refusal = 403)],
  [
    'GotoFailed',
    503,
    'administrator',
    nothing,
    (one) => one.world.goto.addFault({ match: 'oauth/token', kind: 'drop' }),
  ],
])('%s: its own page that says what to do, and nothing is stored', async (outcome, status, as, breaks, meanwhile) => {
  const before = said('connection.notAuthorized').length;
  breaks(connector);
  const page = await authorize(as, () => meanwhile(connector));
  expect([outcomeOf(page), page.status]).toEqual([outcome, status]);
  expect(page.html).toMatch(/<h2>What to do<\/h2>\s*<ul><li>[^<]{20,}/);
  expect(said('connection.notAuthorized').slice(before)).toEqual([expect.stringContaining(`"code":"${outcome}"`)]);
  connector.stack.azure.keyVault.refusal = undefined;
  connector.world.goto.signIn.clientSecret = 'local-secret';
  Object.assign(connector.world.goto.behaviour, { scope: 'identity:', givesRefreshToken: true });
  expect(connector.stack.azure.keyVault.newest('goto-refresh-token')).toBeUndefined();
  expect(await isConnected()).toBe(false);
});

test('a code that was swapped for somebody else’s is refused, and so is one that nobody asked for', async () => {
  const [mine, theirs] = [await begin(), await begin()];
  const address = await consent(mine.url, 'administrator');
  address.searchParams.set('code', (await consent(theirs.url, 'otherAdministrator')).searchParams.get('code') ?? '');
  expect(outcomeOf(await comeBack(address, mine.cookie))).toBe('CodeRefused');
  for (const query of ['', 'code=x', 'code=x&state=made-up', `state=${'s'.repeat(10_000)}&code=x`])
    expect(outcomeOf(await comeBack(new URL(`http://localhost/?${query}`), mine.cookie))).toBe('StateUnknown');
  expect(await isConnected()).toBe(false);
});

test('whoever calls the open address without end does not fill the log', async () => {
  connector.later(120_000);
  const before = said('connection.notAuthorized').length;
  for (let call = 0; call < 40; call += 1)
    expect(outcomeOf(await comeBack(new URL(`http://localhost/?code=x&state=made-up-${call}`), ''))).toBe(
      'StateUnknown',
    );
  expect(said('connection.notAuthorized').length - before).toBe(5);
  connector.later(61_000);
  await comeBack(new URL('http://localhost/?code=x&state=made-up'), '');
  expect(said('connection.notAuthorized').length - before).toBe(6);
});

test('nothing of a request stands on a page', async () => {
  const { url, cookie } = await begin();
  const state = new URL(url).searchParams.get('state') ?? '';
  const evil = '<script>alert(1)</script>';
  const query = new URLSearchParams({ state, error: evil, error_description: evil, code: evil });
  const { html } = await comeBack(new URL(`http://localhost/?${query.toString()}`), cookie);
  expect(html).toContain('CodeRefused');
  expect(html).not.toMatch(/<script|alert\(1\)/);
});

test('nobody is sent to GoTo in vain: no client, a personal access token that comes first, a host without address', async () => {
  const refusal = () => getAuthorize(connector.engine, withHeaders({})).catch((error: unknown) => error);
  await connector.restart({ GOTO_CLIENT_ID: '' });
  expect(await refusal()).toMatchObject({ status: 409, code: 'NoOAuthClient' });
  await connector.restart({ GOTO_CLIENT_ID: 'local-client', GOTO_PERSONAL_ACCESS_TOKEN: 'pat' });
  expect(await refusal()).toMatchObject({ status: 409, code: 'PersonalAccessTokenInUse' });
  await connector.restart({ GOTO_PERSONAL_ACCESS_TOKEN: '', WEBSITE_HOSTNAME: '' });
  expect(await refusal()).toMatchObject({ status: 409, code: 'AddressUnknown' });
  await connector.restart({ WEBSITE_HOSTNAME: 'localhost:7071' });
});

test('an answer counts once, and only in the browser that asked; who stole its address uses nothing up', async () => {
  const [mine, theirs] = [await begin(), await begin()];
  const address = await consent(mine.url, 'administrator');
  for (const cookie of ['', theirs.cookie, 'goto-consent=', `goto-consent=${'x'.repeat(5_000)}`])
    expect(['OtherBrowser', 'StateUnknown']).toContain(outcomeOf(await comeBack(address, cookie)));
  expect(outcomeOf(await comeBack(address, mine.cookie))).toBe('Connected');
  expect(outcomeOf(await comeBack(address, mine.cookie))).toBe('StateUnknown');
});

test('as an administrator: the token is in the vault, the timer’s next cycle works, and no log line holds a secret', async () => {
  expect(outcomeOf(await authorize('administrator'))).toBe('Connected');
  expect(connector.stack.azure.keyVault.newest('goto-refresh-token')).toMatch(/^local-refresh-/);
  expect(await isConnected()).toBe(true);
  expect((await connector.cycle()).state).toBe('succeeded');
  await connector.restart();
  connector.later();
  expect((await connector.cycle()).state).toBe('succeeded');
  expect(said('connection.authorized').length).toBeGreaterThan(0);
  expect(connector.events.map(({ line }) => line).join()).not.toMatch(/code-\d|token-\d|local-refresh|@example\.com/);
});

test('authorized anew, the new days are told at once', async () => {
  const daysLeft = async (): Promise<unknown> =>
    credentialsSchema
      .parse((await getJob(connector.engine, apiRequest())).body)
      .status.connection.credentials.find(({ name }) => name === 'refreshToken')?.daysLeft;
  connector.later(27 * 86_400_000);
  await connector.restart();
  const left = await daysLeft();
  expect(left).toBeLessThan(4);
  expect(outcomeOf(await authorize('administrator'))).toBe('Connected');
  expect(await daysLeft()).toBeGreaterThan(28);
});

test('as another administrator: that one is never written to from then on, in no process', async () => {
  expect(outcomeOf(await authorize('otherAdministrator'))).toBe('Connected');
  const second = connector.world.goto.byEmail('second-admin@example.com');
  // Assigned, and without what the list would tell an administrator by: only that the token is theirs protects them.
  newcomer(connector, 901, { mail: 'second-admin@example.com' });
  connector.world.goto.changeByHand(second?.key ?? '', { adminRoles: [] });
  const owner = await connector.engine.accounts.owner({ pacer: connector.engine.pacing.planner });
  expect(owner).toEqual({ key: second?.key, email: 'second-admin@example.com' });
  connector.later();
  expect((await connector.cycle('full')).state).toBe('succeeded');
  expect(connector.world.goto.gotoWritesByPerson.get(second?.key ?? '')).toBeUndefined();
});
