/** The deployable bundle in the local Functions host, over every wire, in real time: what an admin would see. */
import { ServiceBusClient } from '@azure/service-bus';
import { z } from 'zod';
import { headerOf } from '../../local/azure/easy-auth/EasyAuth';
import { ROUTES } from '../../shared/api/ROUTES';
import { CHECKS } from '../../shared/sync/job/ConnectionLine';
import { expectConverged } from '../support/expectConverged';
import { cycleSchema, HostedConnector, JOB } from '../support/HostedConnector';

let connector: HostedConnector;
beforeEach(async () => {
  connector = await HostedConnector.create();
});
afterEach(() => connector.stop());

const GUID = '00000000-0000-4000-8000-00000000000';
/** What a plan's routes are sent. */
const HASH = JSON.stringify({ hash: 'another' });
const BODIES: Readonly<Record<string, string>> = { apply: HASH, approve: HASH, reject: HASH };

test('health is open, everything else wants the key, wrong requests get problem JSON', async () => {
  const host = await connector.start();
  expect(await (await fetch(`${host.origin}/api/health`)).json()).toEqual({
    status: 'ok',
    job: 'Active',
    signIn: 'key',
    connected: true,
  });
  expect((await fetch(`${host.origin}${JOB}`)).status).toBe(401);
  const problem = async (response: Response) => ({
    status: response.status,
    type: response.headers.get('content-type'),
    body: await response.json(),
  });
  expect(await problem(await connector.call('/api/synchronization/jobs/other'))).toMatchObject({
    status: 404,
    type: 'application/problem+json',
    body: { code: 'JobNotFound', status: 404, invocationId: expect.any(String) as unknown },
  });
  expect(await problem(await connector.call(`${JOB}/cycles/none`))).toMatchObject({
    status: 404,
    body: { code: 'CycleNotFound' },
  });
  const act = async (id: string, name: string) =>
    problem(await connector.call(`${JOB}/cycles/${id}/${name}`, { method: 'POST', body: BODIES[name] ?? '' }));
  for (const name of ['plan', 'apply', 'revert', 'approve', 'reject']) {
    const answer = name === 'plan' ? problem(await connector.call(`${JOB}/cycles/none/plan`)) : act('none', name);
    expect(await answer).toMatchObject({ status: 404, body: { code: 'CycleNotFound' } });
  }
  const six = Array.from({ length: 6 }, (_, index) => ({ objectId: GUID + String(index), objectTypeName: 'User' }));
  const subjects = [{ objectId: `${GUID}9`, objectTypeName: 'Group', links: { members: six } }];
  const tooMany = { method: 'POST', body: JSON.stringify({ parameters: [{ subjects }] }) };
  expect(await problem(await connector.call(`${JOB}/provisionOnDemand`, tooMany))).toMatchObject({
    status: 400,
    body: { code: 'InvalidMembers', detail: expect.stringContaining('1 to 5 members') as unknown },
  });
  expect(await problem(await connector.sync({ mode: 'sideways' }))).toMatchObject({
    status: 400,
    body: { code: 'InvalidBody' },
  });
  expect(await problem(await connector.call(`${JOB}/sync`, { method: 'POST', body: '{' }))).toMatchObject({
    status: 400,
    body: { code: 'InvalidJson' },
  });
  expect(await problem(await connector.call('/api/auditLogs/provisioning?$filter=x'))).toMatchObject({
    status: 400,
    body: { code: 'InvalidFilter' },
  });
  expect(await problem(await connector.call('/api/auditLogs/provisioning?$skiptoken=zzz'))).toMatchObject({
    status: 400,
    body: { code: 'InvalidSkipToken' },
  });
  expect(await problem(await connector.call(`${JOB}/cycles?$top=0`))).toMatchObject({
    status: 400,
    body: { code: 'InvalidTop' },
  });
  // Left out quietly, an option by another name would have it done instead of planned, or half of what was asked answered.
  for (const [method, path] of [
    ['POST', `${JOB}/sync?dryRun=true`],
    ['PUT', `${JOB}/schema?dryrun=true`],
    ['DELETE', `${JOB}/schema?dryRun=true&force=true`],
    ['GET', `${JOB}?$select=status`],
    ['GET', `${JOB}/users?$search=a&$top=1`],
  ] as const)
    expect(await problem(await connector.call(path, { method }))).toMatchObject({
      status: 400,
      body: { code: 'UnsupportedOption' },
    });
  // The page tells its questions apart by queries of its own.
  for (const path of [
    '?as=reader',
    '/history?days=1&after=x',
    '/schema?round=2',
    '/schema/versions?active=default',
    '',
  ])
    expect((await connector.call(`${JOB}${path}`)).status).toBe(200);
  expect(await (await connector.call(JOB)).json()).toMatchObject({
    id: 'gotomeeting',
    status: { code: 'NotRun', lastExecution: null },
  });
});

test('no route answers without the key but health and GoTo’s way back, and none tells another site anything', async () => {
  const host = await connector.start();
  const addressOf = (path: string): string =>
    `${host.origin}/api/${path.replace('{job}', 'gotomeeting').replace('{id}', 'x')}`;
  const open = ['getHealth', 'getCallback'];
  for (const { name, method, path } of ROUTES) {
    for (const key of [undefined, 'a-wrong-one', '']) {
      const headers = {
        origin: 'https://example.org',
        // Without a sign-in in front anybody may write it, so it says nothing.
        'x-ms-client-principal': headerOf({ id: 'x', roles: ['Admin'] }),
        ...(key === undefined ? {} : { 'x-functions-key': key }),
      };
      const response = await fetch(addressOf(path), { method, headers, redirect: 'manual' });
      if (!open.includes(name)) {
        expect(`${name} ${response.status}`).toBe(`${name} 401`);
        expect(await response.text()).toBe('');
      }
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
  }
  const preflight = await fetch(addressOf(ROUTES[1]?.path ?? ''), {
    method: 'OPTIONS',
    headers: { origin: 'https://example.org', 'access-control-request-method': 'GET' },
  });
  expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  const tooLarge = await connector.call(`${JOB}/sync`, { method: 'POST', body: `"${'x'.repeat(100_000)}"` });
  expect([tooLarge.status, await tooLarge.json()]).toEqual([413, expect.objectContaining({ code: 'BodyTooLarge' })]);
  // One that does not say how large it is.
  const endless = await fetch(addressOf(`synchronization/jobs/{job}/sync`), {
    method: 'POST',
    headers: { 'x-functions-key': 'e2e-key' },
    body: new Blob(['x'.repeat(5_000_000)]).stream(),
    duplex: 'half',
  });
  expect([endless.status, await endless.json()]).toEqual([413, expect.objectContaining({ code: 'BodyTooLarge' })]);
});

test('a sync on demand runs to its end; job, cycles and log tell of it; a second start meanwhile gets 409', async () => {
  const host = await connector.start({ GOTO_REQUESTS_PER_SECOND: '20' });
  const response = await connector.sync({ mode: 'full' }, { 'idempotency-key': 'k1' });
  expect(response.status).toBe(202);
  const started = cycleSchema.parse(await response.json());
  expect(response.headers.get('location')).toBe(`${host.origin}${JOB}/cycles/${started.id}`);
  const second = await connector.sync({});
  expect(second.status).toBe(409);
  expect(await second.json()).toMatchObject({ code: 'CycleRunning', cycleId: started.id });
  const again = await connector.sync({ mode: 'full' }, { 'idempotency-key': 'k1' });
  expect(cycleSchema.parse(await again.json()).id).toBe(started.id);

  const cycle = await connector.ended(started.id);
  expect(cycle).toMatchObject({ state: 'succeeded', progress: { percentage: 100 } });
  // What the cycle is stands in the refusal of what is nothing for it.
  for (const [name, code] of Object.entries({
    apply: 'NotPlanned',
    approve: 'PlanNotWaiting',
    reject: 'PlanNotWaiting',
  })) {
    const refused = await connector.call(`${JOB}/cycles/${started.id}/${name}`, { method: 'POST', body: HASH });
    expect([refused.status, await refused.json()]).toEqual([
      409,
      expect.objectContaining({ code, detail: expect.stringContaining('cycle is succeeded') as unknown }),
    ]);
  }
  // The first cycle, whoever started it, tells how the connection is.
  const checks = connector.lines.filter((line) => line.includes('"connection.checked"'));
  expect(checks.filter((line) => line.includes('"status":"failed"'))).toEqual([]);
  expect(checks).toHaveLength(CHECKS.length);
  expectConverged({ world: connector.stack.world });
  expect(await (await connector.call(JOB)).json()).toMatchObject({
    status: { code: 'Active', lastExecution: { activityIdentifier: cycle.id, state: 'Succeeded' } },
  });
  const list = z.object({ value: z.array(cycleSchema) }).parse(await (await connector.call(`${JOB}/cycles`)).json());
  expect(list.value.map((one) => one.id)).toEqual([cycle.id]);

  // The log pages by $skiptoken and finds every creation.
  const pageSchema = z.object({
    value: z.array(z.looseObject({ provisioningAction: z.string() })),
    '@odata.nextLink': z.string().optional(),
  });
  let created = 0;
  let link: string | undefined =
    `/api/auditLogs/provisioning?$top=3&$filter=${encodeURIComponent("provisioningAction eq 'create' and provisioningStatusInfo/status eq 'Success'")}`;
  while (link !== undefined) {
    const page: z.output<typeof pageSchema> = pageSchema.parse(await (await connector.call(link)).json());
    created += page.value.length;
    link = page['@odata.nextLink']?.replace(host.origin, '');
  }
  expect(created).toBe(cycle.counts['created']);
});

test('the mapping over HTTP: an expression is tried, a schema refused, put, read and reset', async () => {
  await connector.start();
  const send = (path: string, method: string, body: unknown) =>
    connector.call(`${JOB}/schema${path}`, {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  const ask = async (expression: string, properties: object[] = []) =>
    (await send('/parseExpression', 'POST', { expression, testInputObject: { properties } })).json();
  expect(await ask('Append([a], "x")', [{ key: 'a', value: '1' }])).toEqual({
    parsingSucceeded: true,
    evaluationSucceeded: true,
    evaluationResult: ['1x'],
    parsedExpression: {
      expression: 'Append([a], "x")',
      name: 'Append',
      type: 'Function',
      parameters: [
        { key: 'source', value: { expression: '[a]', name: 'a', type: 'Attribute', parameters: [] } },
        { key: 'suffix', value: { expression: '"x"', name: 'x', type: 'Constant', parameters: [] } },
      ],
    },
    testInputObject: { properties: [{ key: 'a', value: '1' }] },
    error: null,
  });
  expect(await ask('Split([a], ",")', [{ key: 'a', value: '1,2' }])).toMatchObject({ evaluationResult: ['1', '2'] });
  expect(await ask('[a]')).toMatchObject({ evaluationSucceeded: true, evaluationResult: [] });
  expect(await ask('CDate("x")')).toMatchObject({
    parsingSucceeded: true,
    evaluationSucceeded: false,
    error: { code: 'InvalidDate', target: 'CDate', position: 7 },
  });
  expect(await ask('Foo()')).toMatchObject({ parsingSucceeded: false, parsedExpression: null, error: { position: 1 } });

  // Half a minute of work, if it were let: others are answered meanwhile. The best of three, for machines that are busy.
  const heavy = `Join("", ${Array(60).fill('Left(Replace([x], , "(?>a+)b", , "", , ), 1)').join(', ')})`;
  const slowest: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const asked = ask(heavy, [{ key: 'x', value: 'a'.repeat(2_200) }]);
    let worst = 0;
    for (let probe = 0; probe < 5; probe += 1) {
      const startedAt = performance.now();
      expect((await connector.call('/api/health')).status).toBe(200);
      worst = Math.max(worst, performance.now() - startedAt);
    }
    expect(await asked).toMatchObject({
      evaluationSucceeded: false,
      error: { code: 'TooExpensive', target: 'Replace' },
    });
    slowest.push(worst);
  }
  expect(Math.min(...slowest)).toBeLessThan(500);

  const named = z.object({ value: z.array(z.looseObject({ name: z.string() })) });
  const names = async (path: string) =>
    named.parse(await (await connector.call(`${JOB}/schema/${path}`)).json()).value.map((one) => one.name);
  expect(await names('functions')).toContain('SingleAppRoleAssignment');
  expect(await names('filterOperators')).toContain('NOT REGEX MATCH');

  const schema = await (await connector.call(`${JOB}/schema`)).json();
  const refused = await send('', 'PUT', { synchronizationRules: [] });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({
    code: 'InvalidSchema',
    problems: [{ pointer: '/synchronizationRules' }],
  });
  const put = await send('', 'PUT', { ...(schema as object), note: 'ours' });
  expect(put.status).toBe(200);
  const { cycleId } = z.looseObject({ cycleId: z.string() }).parse(await put.json());
  expect(await connector.ended(cycleId)).toMatchObject({ state: 'succeeded' });
  expectConverged({ world: connector.stack.world });
  expect(await (await connector.call(`${JOB}/schema`)).json()).toMatchObject({ note: 'ours' });
  expect((await connector.call(`${JOB}/schema`, { method: 'DELETE' })).status).toBe(200);
  expect(await (await connector.call(`${JOB}/schema`)).json()).toEqual(schema);
});

test('a timer starts a cycle', async () => {
  await connector.start({ SYNC_SCHEDULE: '* * * * * *' });
  for (let tries = 0; tries < 200 && connector.stack.world.goto.writes.length === 0; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 100));
  expect(connector.stack.world.goto.writes.length).toBeGreaterThan(0);
});

test('a schedule that is not set is its default, and no error of the trigger', async () => {
  const host = await connector.start({ SYNC_SCHEDULE: '', FULL_SYNC_SCHEDULE: '' });
  const schedules = host.functions.flatMap(({ bindings }) =>
    Object.values(bindings).flatMap(({ type, ...binding }) => (type === 'timerTrigger' ? [binding['schedule']] : [])),
  );
  expect(schedules).toEqual(['0 */5 * * * *', '0 0 2 * * *']);
});

test('a message nobody can read is logged by its id and set aside; its lane goes on', async () => {
  await connector.start();
  const client = new ServiceBusClient(connector.stack.broker.connectionString);
  for (let lane = 0; lane < 8; lane += 1) {
    await client
      .createSender('user-changes')
      .sendMessages({ body: 'garbage', messageId: `odd-${lane}`, sessionId: `lane-${lane}` });
  }
  await client
    .createSender('sync-jobs')
    .sendMessages({ body: { v: 99 }, messageId: 'odd-job', sessionId: 'gotomeeting' });
  await client.close();
  await connector.ended(cycleSchema.parse(await (await connector.sync({})).json()).id);
  expectConverged({ world: connector.stack.world });
  for (const id of ['odd-0', 'odd-7', 'odd-job'])
    expect(connector.lines.some((line) => line.includes('message.unreadable') && line.includes(id))).toBe(true);
  expect(connector.stack.broker.queue('user-changes').counts).toMatchObject({ active: 0, deadLettered: 0 });
});

test('stopping drains: a change under way ends, the rest waits in the queue and is done after the next start', async () => {
  await connector.start({ GOTO_REQUESTS_PER_SECOND: '20' });
  const { id } = cycleSchema.parse(await (await connector.sync({})).json());
  while (connector.stack.world.goto.writes.length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
  await connector.stopHost();
  const written = connector.stack.world.goto.writes.length;
  expect(written).toBeLessThan(connector.stack.world.directory.entitledIds().size);
  await connector.start();
  expect((await connector.ended(id)).state).toBe('succeeded');
  expectConverged({ world: connector.stack.world });
  expect(connector.lines.filter((line) => line.includes('change.repeated'))).toEqual([]);
});

test('with wrong settings health and every route say what to mend, and nothing else is registered', async () => {
  const secret = 'AccountName=a secret without a key';
  const host = await connector.start({
    GOTO_ACCOUNT_KEY: 'x1',
    GRAPH_ENDPOINT: 'http://graph.example',
    ROLE_ENTITLEMENTS: '{',
    AzureWebJobsStorage: secret,
  });
  const response = await fetch(`${host.origin}/api/health`);
  expect(response.status).toBe(503);
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject({
    code: 'SettingsInvalid',
    problems: [
      expect.stringContaining('GRAPH_ENDPOINT: must be'),
      expect.stringContaining('GOTO_ACCOUNT_KEY: must be'),
      expect.stringContaining('ROLE_ENTITLEMENTS: is not'),
      expect.stringContaining('AzureWebJobsStorage: is not a connection string'),
    ] as unknown,
  });
  expect(await (await connector.call(JOB)).json()).toMatchObject({ code: 'SettingsInvalid' });
  expect(host.functions.map(({ name }) => name)).toContain('wrongSettings');
  expect(host.functions.map(({ name }) => name)).not.toContain('applyUserChanges');
  expect(connector.lines.filter((line) => line.includes('settings.wrong'))).toHaveLength(4);
  // The failed run of a timer carries the whole list: what Application Insights shows as an exception.
  const before = connector.lines.length;
  await connector.call('/admin/functions/wrongSettings', { method: 'POST', body: '{}' });
  const told = (): string => connector.lines.slice(before).join();
  for (let tries = 0; tries < 500 && !told().includes('ROLE_ENTITLEMENTS'); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(told()).toMatch(/GRAPH_ENDPOINT[\s\S]*ROLE_ENTITLEMENTS/);
  expect([text, ...connector.lines].join()).not.toContain(secret);
});

test('without credentials of GoTo the connector is not connected: it says so and waits', async () => {
  const host = await connector.start({ GOTO_CLIENT_SECRET: '', GOTO_PERSONAL_ACCESS_TOKEN: '' });
  const health = await fetch(`${host.origin}/api/health`);
  expect(health.status).toBe(200);
  expect(await health.json()).toMatchObject({
    connected: false,
    toDo: expect.stringContaining('GOTO_CLIENT_SECRET') as unknown,
  });
  const refused = await connector.sync({});
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({ code: 'NotConnected' });
});
