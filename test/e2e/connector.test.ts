/** The deployable bundle in the local Functions host, over every wire, in real time: what an admin would see. */
import { ServiceBusClient } from '@azure/service-bus';
import { join } from 'node:path';
import { z } from 'zod';
import { realClock } from '../../local/clock/StackClock';
import { FunctionsHost } from '../../local/functions-host/FunctionsHost';
import { LocalStack } from '../../local/stack/LocalStack';
import { buildWorld, WORLDS } from '../../local/world/buildWorld';
import { expectConverged } from '../support/expectConverged';
import { testStorage } from '../support/testStorage';

const ROOT = join(__dirname, '../..');
const KEY = 'e2e-key';
const JOB = '/api/synchronization/jobs/gotomeeting';

const cycleSchema = z.looseObject({
  id: z.string(),
  state: z.string(),
  endDateTime: z.string().nullable(),
  counts: z.record(z.string(), z.number()),
});
type View = z.output<typeof cycleSchema>;

let stack: LocalStack;
let host: FunctionsHost | undefined;
const lines: string[] = [];

const startHost = (environment: Readonly<Record<string, string>> = {}): Promise<FunctionsHost> =>
  FunctionsHost.start({
    appDirectory: ROOT,
    environment: {
      PATH: process.env['PATH'],
      SYNC_SCHEDULE: '0 0 3 1 1 *',
      FULL_SYNC_SCHEDULE: '0 0 3 1 1 *',
      GOTO_REQUESTS_PER_SECOND: '200',
      ...stack.environment,
      ...environment,
    },
    functionKey: KEY,
    port: 0,
    onLog: (line) => lines.push(line.message),
    workerFile: join(ROOT, 'dist/local/worker.js'),
  });

const call = (
  path: string,
  init: { method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<Response> =>
  fetch(`${host?.origin ?? ''}${path}`, { ...init, headers: { 'x-functions-key': KEY, ...init.headers } });
const sync = (body: object, headers: Record<string, string> = {}): Promise<Response> =>
  call(`${JOB}/sync`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });

/** @param patienceS a write whose process died unseen is certain only when its intent is over, two minutes later */
async function ended(id: string, patienceS = 40): Promise<View> {
  for (let tries = 0; tries < patienceS * 10; tries += 1) {
    const response = await call(`${JOB}/cycles/${id}`);
    // A worker that is killed takes the requests it was answering with it.
    const cycle = response.ok ? cycleSchema.parse(await response.json()) : undefined;
    if (cycle !== undefined && cycle.endDateTime !== null) return cycle;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`cycle ${id} does not end\n${lines.slice(-20).join('\n')}`);
}

beforeEach(async () => {
  lines.length = 0;
  const world = buildWorld({ ...WORLDS.small, oddities: false }, 11, realClock);
  stack = await LocalStack.start({ world, storage: testStorage() });
});
afterEach(async () => {
  await host?.stop();
  host = undefined;
  await stack.stop();
});

test('health is open, everything else wants the key, wrong requests get problem JSON', async () => {
  host = await startHost();
  expect(await (await fetch(`${host.origin}/api/health`)).json()).toEqual({ status: 'ok' });
  expect((await fetch(`${host.origin}${JOB}`)).status).toBe(401);
  const problem = async (response: Response) => ({
    status: response.status,
    type: response.headers.get('content-type'),
    body: await response.json(),
  });
  expect(await problem(await call('/api/synchronization/jobs/other'))).toMatchObject({
    status: 404,
    type: 'application/problem+json',
    body: { code: 'JobNotFound', status: 404, invocationId: expect.any(String) as unknown },
  });
  expect(await problem(await call(`${JOB}/cycles/none`))).toMatchObject({
    status: 404,
    body: { code: 'CycleNotFound' },
  });
  expect(await problem(await sync({ mode: 'sideways' }))).toMatchObject({ status: 400, body: { code: 'InvalidBody' } });
  expect(await problem(await call(`${JOB}/sync`, { method: 'POST', body: '{' }))).toMatchObject({
    status: 400,
    body: { code: 'InvalidJson' },
  });
  expect(await problem(await call('/api/auditLogs/provisioning?$filter=x'))).toMatchObject({
    status: 400,
    body: { code: 'InvalidFilter' },
  });
  expect(await problem(await call('/api/auditLogs/provisioning?$skiptoken=zzz'))).toMatchObject({
    status: 400,
    body: { code: 'InvalidSkipToken' },
  });
  expect(await problem(await call(`${JOB}/cycles?$top=0`))).toMatchObject({
    status: 400,
    body: { code: 'InvalidTop' },
  });
  expect(await (await call(JOB)).json()).toMatchObject({
    id: 'gotomeeting',
    status: { code: 'NotRun', lastExecution: null },
  });
});

test('a sync on demand runs to its end; job, cycles and log tell of it; a second start meanwhile gets 409', async () => {
  host = await startHost({ GOTO_REQUESTS_PER_SECOND: '20' });
  const response = await sync({ mode: 'full' }, { 'idempotency-key': 'k1' });
  expect(response.status).toBe(202);
  const started = cycleSchema.parse(await response.json());
  expect(response.headers.get('location')).toBe(`${host.origin}${JOB}/cycles/${started.id}`);
  const second = await sync({});
  expect(second.status).toBe(409);
  expect(await second.json()).toMatchObject({ code: 'CycleRunning', cycleId: started.id });
  expect(cycleSchema.parse(await (await sync({}, { 'idempotency-key': 'k1' })).json()).id).toBe(started.id);

  const cycle = await ended(started.id);
  expect(cycle).toMatchObject({ state: 'succeeded', progress: { percentage: 100 } });
  expectConverged({ world: stack.world });
  expect(await (await call(JOB)).json()).toMatchObject({
    status: { code: 'Active', lastExecution: { activityIdentifier: cycle.id, state: 'Succeeded' } },
  });
  const list = z.object({ value: z.array(cycleSchema) }).parse(await (await call(`${JOB}/cycles`)).json());
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
    const page: z.output<typeof pageSchema> = pageSchema.parse(await (await call(link)).json());
    created += page.value.length;
    link = page['@odata.nextLink']?.replace(host.origin, '');
  }
  expect(created).toBe(cycle.counts['created']);
});

test('the mapping over HTTP: an expression is tried, a schema refused, put, read and reset', async () => {
  host = await startHost();
  const send = (path: string, method: string, body: unknown) =>
    call(`${JOB}/schema${path}`, {
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

  const named = z.object({ value: z.array(z.looseObject({ name: z.string() })) });
  const names = async (path: string) =>
    named.parse(await (await call(`${JOB}/schema/${path}`)).json()).value.map((one) => one.name);
  expect(await names('functions')).toContain('SingleAppRoleAssignment');
  expect(await names('filterOperators')).toContain('NOT REGEX MATCH');

  const schema = await (await call(`${JOB}/schema`)).json();
  const refused = await send('', 'PUT', { synchronizationRules: [] });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({
    code: 'InvalidSchema',
    problems: [{ pointer: '/synchronizationRules' }],
  });
  const put = await send('', 'PUT', { ...(schema as object), note: 'ours' });
  expect(put.status).toBe(200);
  const { cycleId } = z.looseObject({ cycleId: z.string() }).parse(await put.json());
  expect(await ended(cycleId)).toMatchObject({ state: 'succeeded' });
  expectConverged({ world: stack.world });
  expect(await (await call(`${JOB}/schema`)).json()).toMatchObject({ note: 'ours' });
  expect((await call(`${JOB}/schema`, { method: 'DELETE' })).status).toBe(200);
  expect(await (await call(`${JOB}/schema`)).json()).toEqual(schema);
});

test('a timer starts a cycle', async () => {
  host = await startHost({ SYNC_SCHEDULE: '* * * * * *' });
  for (let tries = 0; tries < 200 && stack.world.goto.writes.length === 0; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 100));
  expect(stack.world.goto.writes.length).toBeGreaterThan(0);
});

test('a worker killed in mid-apply: nobody is lost, nobody is made twice', async () => {
  host = await startHost({ GOTO_REQUESTS_PER_SECOND: '20' });
  const started = cycleSchema.parse(await (await sync({})).json());
  for (let kills = 0; kills < 2; kills += 1) {
    const before = stack.world.goto.writes.length;
    while (stack.world.goto.writes.length < before + 3) await new Promise((resolve) => setTimeout(resolve, 10));
    process.kill(host.workerPid ?? 0, 'SIGKILL');
  }
  expect((await ended(started.id, 200)).state).toMatch(/^succeeded/);
  // A write nobody can vouch for is not repeated in its own cycle; the next one settles it (I01: within two cycles).
  await ended(cycleSchema.parse(await (await sync({ mode: 'full' })).json()).id, 200);
  expectConverged({ world: stack.world });
  const made = stack.world.goto.writes.filter((write) => write.method === 'POST').map((write) => write.userKey);
  expect(new Set(made).size).toBe(made.length);
}, 420_000);

test('a message nobody can read is logged by its id and set aside; its lane goes on', async () => {
  host = await startHost();
  const client = new ServiceBusClient(stack.broker.connectionString);
  for (let lane = 0; lane < 8; lane += 1) {
    await client
      .createSender('user-changes')
      .sendMessages({ body: 'garbage', messageId: `odd-${lane}`, sessionId: `lane-${lane}` });
  }
  await client
    .createSender('sync-jobs')
    .sendMessages({ body: { v: 99 }, messageId: 'odd-job', sessionId: 'gotomeeting' });
  await client.close();
  await ended(cycleSchema.parse(await (await sync({})).json()).id);
  expectConverged({ world: stack.world });
  for (const id of ['odd-0', 'odd-7', 'odd-job'])
    expect(lines.some((line) => line.includes('message.unreadable') && line.includes(id))).toBe(true);
  expect(stack.broker.queue('user-changes').counts).toMatchObject({ active: 0, deadLettered: 0 });
});

test('stopping drains: a change under way ends, the rest waits in the queue and is done after the next start', async () => {
  host = await startHost({ GOTO_REQUESTS_PER_SECOND: '20' });
  const { id } = cycleSchema.parse(await (await sync({})).json());
  while (stack.world.goto.writes.length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
  await host.stop();
  const written = stack.world.goto.writes.length;
  expect(written).toBeLessThan(stack.world.directory.entitledIds().size);
  host = await startHost();
  expect((await ended(id)).state).toBe('succeeded');
  expectConverged({ world: stack.world });
  expect(lines.filter((line) => line.includes('change.repeated'))).toEqual([]);
});

test('wrong settings stop the start with every problem in one message, and no value', async () => {
  const start = startHost({
    GOTO_ACCOUNT_KEY: 'x1',
    GRAPH_ENDPOINT: 'http://graph.example',
    ROLE_ENTITLEMENTS: '{',
    DRIFT_POLICY: 'maybe',
  });
  await expect(start).rejects.toThrow(
    /GRAPH_ENDPOINT[\s\S]*GOTO_ACCOUNT_KEY[\s\S]*ROLE_ENTITLEMENTS[\s\S]*DRIFT_POLICY/,
  );
});
