/** "Test connection": whatever is broken on purpose is named, with what to do; nothing is written, and it ends in time. */
import { z } from 'zod';
import { DEFAULT_ACCESS_ROLE_ID } from '../../shared/model/Assignment';
import { getJob } from '../../shared/api/getJob';
import { postValidateCredentials } from '../../shared/api/connection/postValidateCredentials';
import { getLicenses } from '../../shared/api/getLicenses';
import { CHECKS, type Check } from '../../shared/sync/job/ConnectionLine';
import { tendConnection } from '../../shared/sync/job/tendConnection';
import { logFirstConnection } from '../../shared/sync/job/logFirstConnection';
import { Broker } from '../../local/azure/service-bus/Broker';
import { realClock } from '../../local/clock/StackClock';
import { MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { apiRequest } from '../support/apiRequest';
import { TINY } from '../support/stories';
import { TestConnector, type CycleView } from '../support/TestConnector';

const answerSchema = z.strictObject({
  valid: z.boolean(),
  lines: z.array(
    z.strictObject({
      check: z.enum(CHECKS),
      status: z.enum(['ok', 'warning', 'failed']),
      message: z.string().regex(/[.!]$/),
    }),
  ),
});

let connector: TestConnector;
let first: CycleView;
/** What a case may not leave behind. */
let given: Readonly<Record<string, string>>;
/** A namespace that nothing was deployed to. */
let empty: Broker;
beforeAll(async () => {
  empty = await Broker.start({ queues: new Map(), clock: realClock });
  connector = await TestConnector.start({ world: TINY, settings: { GOTO_REQUESTS_PER_SECOND: '8' } });
  const { ENTRA_APP_ID, GOTO_ACCOUNT_KEY, ROLE_ENTITLEMENTS, AzureWebJobsStorage, ServiceBusConnection } = connector
    .stack.environment as Record<string, string>;
  given = {
    AzureWebJobsStorage: AzureWebJobsStorage ?? '',
    ServiceBusConnection: ServiceBusConnection ?? '',
    ENTRA_APP_ID: ENTRA_APP_ID ?? '',
    GOTO_ACCOUNT_KEY: GOTO_ACCOUNT_KEY ?? '',
    ROLE_ENTITLEMENTS: ROLE_ENTITLEMENTS ?? '',
    AZURE_CLIENT_ID: '',
    GOTO_CLIENT_SECRET: 'local-secret',
    GOTO_PERSONAL_ACCESS_TOKEN: 'local-pat',
    GOTO_REQUESTS_PER_SECOND: '8',
    SIGN_IN_WITH_ENTRA: '',
  };
  first = await connector.cycle();
});
afterAll(async () => {
  await connector.stop();
  await empty.stop();
});

const validate = async () => {
  const answer = await postValidateCredentials(connector.engine, apiRequest());
  expect(answer.status).toBe(200);
  return answerSchema.parse(answer.body);
};
const refuse = (match: string) => () =>
  connector.stack.entra.addFault({
    match,
    kind: 'status',
    status: 403,
    times: 50,
    body: '{"error":{"code":"Authorization_RequestDenied"}}',
  });

test('a connection in order has a line for each check, all ok, and nothing is written anywhere', async () => {
  const before = traces();
  const { valid, lines } = await validate();
  expect(lines.filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(lines.map(({ check }) => check)).toEqual(CHECKS);
  expect(valid).toBe(true);
  expect(traces()).toEqual(before);
  expect(JSON.stringify(lines)).not.toMatch(/local-(secret|pat)|token-\d|@example\.com/);
});

type Case = readonly [string, Check, 'warning' | 'failed', RegExp, () => unknown];
const set = (settings: Readonly<Record<string, string>>) => () => connector.restart(settings);
const license = () => connector.world.goto.licenses.find((one) => one.key === MEETING_LICENSE);

const CASES: readonly Case[] = [
  [
    'an identity that gives no token',
    'entraToken',
    'failed',
    /Check AZURE_CLIENT_ID/,
    async () => {
      connector.stack.identity.addFault({ match: 'msi', kind: 'status', status: 400, times: 100 });
      await connector.restart({ AZURE_CLIENT_ID: '11111111-2222-3333-4444-555555555555' });
    },
  ],
  ['no right to the application', 'entraApp', 'failed', /Application\.Read\.All.*grant/, refuse('servicePrincipals')],
  [
    'another application',
    'entraApp',
    'failed',
    /Check ENTRA_APP_ID/,
    set({ ENTRA_APP_ID: '99999999-93b8-4b0e-8a3b-5b5f0c7d1a22' }),
  ],
  [
    'rules for roles that are not there',
    'entraRoles',
    'failed',
    /no app role: Chief\..*has: .*User/,
    set({ ROLE_ENTITLEMENTS: `{"Chief":{"licenseKeys":["${MEETING_LICENSE}"]}}` }),
  ],
  ['no right to assignments', 'entraAssignments', 'failed', /Application\.Read\.All/, refuse('appRoleAssignedTo')],
  [
    'nobody assigned',
    'entraAssignments',
    'warning',
    /Assign users or groups/,
    () => (connector.stack.entra.behaviour.assignmentsShown = 0),
  ],
  [
    'somebody assigned with Default Access',
    'entraAssignments',
    'warning',
    /Default Access.*PROVISION_DEFAULT_ACCESS/,
    () => {
      const [person] = connector.world.directory.users.keys();
      connector.world.directory.assign(person ?? '', 'User', DEFAULT_ACCESS_ROLE_ID);
    },
  ],
  ['no right to users', 'entraUsers', 'failed', /User\.Read\.All/, refuse('GET /v1.0/users\\?')],
  ['no right to members', 'entraGroupMembers', 'failed', /GroupMember\.Read\.All/, refuse('/members')],
  ['nothing to sign in with', 'gotoToken', 'failed', /authorize it/, set({ GOTO_PERSONAL_ACCESS_TOKEN: '' })],
  ['a token that ended', 'gotoToken', 'failed', /make a new personal/, set({ GOTO_PERSONAL_ACCESS_TOKEN: 'dead' })],
  ['another client secret', 'gotoToken', 'failed', /GOTO_CLIENT_SECRET/, set({ GOTO_CLIENT_SECRET: 'another' })],
  [
    'a sign-in server that is away',
    'gotoToken',
    'failed',
    /could not be reached.*Check the endpoint settings/,
    async () => {
      await connector.restart();
      connector.world.goto.addFault({ match: 'oauth/token', kind: 'drop', times: 50 });
    },
  ],
  [
    'a client without the scope',
    'gotoScope',
    'failed',
    /identity:.*developer\.logmeininc\.com/,
    async () => {
      connector.world.goto.behaviour.scope = 'collab:';
      await connector.restart();
    },
  ],
  [
    'another account',
    'gotoAccount',
    'failed',
    /who has 2000000000000000202\. Correct/,
    set({ GOTO_ACCOUNT_KEY: '42' }),
  ],
  [
    'an owner who may not manage users',
    'gotoRole',
    'failed',
    /authorize as an administrator/,
    () => (connector.world.goto.adminRoles = ['RUN_REPORTS']),
  ],
  [
    'a licence that is not there',
    'gotoLicenses',
    'failed',
    /does not have: 4711\. It has: .*GoTo Meeting/,
    set({ ROLE_ENTITLEMENTS: '{"User":{"licenseKeys":["4711"]}}' }),
  ],
  [
    'a licence switched off',
    'gotoLicenses',
    'failed',
    /switched off/,
    () => Object.assign(license() ?? {}, { enabled: false }),
  ],
  ['no free seat', 'gotoLicenses', 'warning', /Free or buy seats/, () => Object.assign(license() ?? {}, { seats: 1 })],
  [
    'a clock that is wrong',
    'gotoClock',
    'warning',
    /\d+ s apart/,
    () =>
      connector.world.goto.addFault({
        match: '/licenses',
        kind: 'status',
        status: 200,
        body: '{"results":[]}',
        headers: { date: 'Mon, 23 Nov 2026 03:00:00 GMT' },
      }),
  ],
  ['a rate above GoTo’s', 'gotoRate', 'warning', /Set it to 8/, set({ GOTO_REQUESTS_PER_SECOND: '50' })],
  [
    'a vault without the role',
    'keyVault',
    'failed',
    /Key Vault Secrets Officer/,
    () => (connector.stack.azure.keyVault.refusal = 403),
  ],
  [
    'tables that the identity may not use',
    'storage',
    'failed',
    /Storage Table Data Contributor/,
    () => connector.restart({ AzureWebJobsStorage: given['AzureWebJobsStorage']?.replace(/Key=\w/, 'Key=x') ?? '' }),
  ],
  [
    'queues that the identity may not send to',
    'serviceBus',
    'failed',
    /Azure Service Bus Data Owner/,
    () => (connector.stack.broker.refusesSenders = true),
  ],
  [
    'a namespace without the queues',
    'serviceBus',
    'failed',
    /lacks the queue sync-jobs\. Deploy the template/,
    () => connector.restart({ ServiceBusConnection: empty.connectionString }),
  ],
  [
    'a sign-in without App Service authentication',
    'signIn',
    'warning',
    /function keys count.*switch it on under Authentication/,
    set({ SIGN_IN_WITH_ENTRA: 'true' }),
  ],
];

/** Whatever the connector could have changed anywhere. */
/** Whatever asks GoTo takes its turn at the rate that all share, which is a row. */
const traces = () => ({
  rows: connector.history.events.filter((event) => event.kind !== 'row' || event.table !== 'Waits').length,
  queue: connector.stack.broker.queue('sync-jobs').counts,
  goto: connector.world.goto.requests.filter(({ method, path }) => method !== 'GET' && path !== '/oauth/token').length,
  entra: connector.stack.entra.requests.filter(({ method, path }) => method !== 'GET' && !/\$batch$/.test(path)).length,
});

test.each(CASES)('%s', async (_what, check, status, message, breaks) => {
  await breaks();
  const [before, begun] = [traces(), performance.now()];
  const { valid, lines } = await validate();
  expect(performance.now() - begun).toBeLessThan(15_000);
  expect(traces()).toEqual(before);
  expect(lines.map((one) => one.check)).toEqual(CHECKS);
  expect(lines.find((one) => one.check === check)).toEqual({
    check,
    status,
    message: expect.stringMatching(message) as unknown,
  });
  // Advice is given once.
  for (const { message: told } of lines)
    expect(told.match(/\b(Check|Give|Correct|Deploy)\b/g)?.length ?? 0).toBeLessThan(2);
  expect(valid).toBe(lines.every((one) => one.status !== 'failed'));
  if (status === 'failed') expect(valid).toBe(false);
});

afterEach(async () => {
  const { azure, entra, identity, world } = connector.stack;
  for (const server of [entra, identity, world.goto]) server.clearFaults();
  entra.behaviour.assignmentsShown = 1;
  world.goto.behaviour.scope = 'identity:';
  world.goto.adminRoles = ['MANAGE_USERS'];
  Object.assign(license() ?? {}, { enabled: true, seats: 1_000 });
  azure.keyVault.refusal = undefined;
  azure.broker.refusesSenders = false;
  await connector.restart(given);
});

test('the same lines stand in the log with the first message of a first cycle, and with no other', async () => {
  const told = async (cycleId: string, n: number): Promise<number> => {
    const before = connector.events.length;
    await logFirstConnection(connector.engine, { kind: 'job', cycleId, n });
    return connector.events.slice(before).filter(({ line }) => line.includes('"connection.checked"')).length;
  };
  expect(first.mode).toBe('initial');
  expect(await told(first.id, 0)).toBe(CHECKS.length);
  expect(await told(first.id, 1)).toBe(0);
  const later = await connector.cycle();
  expect(await told(later.id, 0)).toBe(0);
});

test('an identity that gives no token is named while the test still waits, in real time', async () => {
  connector.stack.identity.addFault({ match: 'msi', kind: 'status', status: 400, times: 100 });
  await connector.restart({ AZURE_CLIENT_ID: '11111111-2222-3333-4444-555555555555' });
  const from = connector.clock.now();
  const named = (await validate()).lines.find(({ check }) => check === 'entraToken');
  // Whatever passes here in no time would be waited for by an admin, who gets another sentence after twelve seconds.
  expect([named?.status, connector.clock.now() - from < 12_000]).toEqual(['failed', true]);
});

test('I11: the licences of the page are read in slots that no lane of a cycle has', async () => {
  const { clock, engine } = connector;
  clock.advance(60_000);
  expect((await engine.store.demandedWait.read()).guestsUntil).toBeLessThan(clock.now());
  expect(await getLicenses(engine, apiRequest())).toMatchObject({ status: 200 });
  expect((await engine.store.demandedWait.read()).guestsUntil).toBeGreaterThan(clock.now());
});

test('who has to renew a credential is told at 30, 14 and 3 days, and a connection that nothing uses is kept alive', async () => {
  const { keyVault } = connector.stack.azure;
  const day = 86_400_000;
  keyVault.store('goto-client-secret', 'local-secret', connector.clock.now() + 31 * day + 120_000);
  keyVault.store('goto-refresh-token', connector.world.goto.refreshToken);
  connector.later(60_000);
  await connector.restart({ GOTO_CLIENT_SECRET: '', GOTO_PERSONAL_ACCESS_TOKEN: '' });
  const told = async (days: number): Promise<string[]> => {
    connector.later(days * day);
    await connector.restart();
    const before = connector.events.length;
    await tendConnection(connector.engine);
    return connector.events
      .slice(before)
      .flatMap(({ line }) => /"credential":"(\w+)".*"threshold":(\d+)/.exec(line)?.slice(1, 3).join(' ') ?? []);
  };
  const tokens = () => connector.world.goto.requests.filter(({ path }) => path === '/oauth/token').length;
  const before = tokens();
  expect(await told(0)).toEqual([]);
  expect(await told(2)).toEqual(['clientSecret 30']);
  expect(await told(14)).toEqual(['refreshToken 14', 'clientSecret 30']);
  expect(await told(12)).toEqual(['refreshToken 3', 'clientSecret 3']);
  expect(tokens()).toBe(before + 4);
  const status = (await getJob(connector.engine, apiRequest())).body;
  expect(status).toMatchObject({
    status: {
      connection: {
        credentials: [
          { name: 'refreshToken', daysLeft: 1 },
          { name: 'clientSecret', daysLeft: 3 },
        ],
      },
    },
  });
});
