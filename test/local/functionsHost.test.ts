/**
 * What a Functions host does, seen from outside. PROBE_BASE_ADDRESS, PROBE_KEY and PROBE_SERVICE_BUS point the same suite at
 * `func start` in test/fixtures/probe-app where Core Tools are at hand: every difference is a defect of the local host.
 */
import { ServiceBusClient } from '@azure/service-bus';
import { join } from 'node:path';
import { z } from 'zod';
import { realClock } from '../../local/clock/StackClock';
import { FunctionsHost } from '../../local/azure/functions-host/FunctionsHost';
import { Broker } from '../../local/azure/service-bus/Broker';
import { plainQueue } from '../support/plainQueue';

const KEY = process.env['PROBE_KEY'] ?? 'probe-key';

const seenSchema = z.array(
  z
    .object({
      what: z.string(),
      body: z.unknown().optional(),
      bodies: z.unknown().optional(),
      metadata: z.record(z.string(), z.unknown()).optional(),
    })
    .loose(),
);

let base: string;
let connection: string;
let host: FunctionsHost | undefined;
let broker: Broker | undefined;

beforeAll(async () => {
  const given = process.env['PROBE_BASE_ADDRESS'];
  if (given !== undefined) {
    base = given;
    connection = process.env['PROBE_SERVICE_BUS'] ?? '';
    return;
  }
  broker = await Broker.start({
    clock: realClock,
    queues: new Map([
      ['plain', plainQueue],
      ['lanes', { ...plainQueue, requiresSession: true }],
      ['batches', { ...plainQueue, requiresSession: true }],
    ]),
  });
  connection = broker.connectionString;
  host = await FunctionsHost.start({
    appDirectory: join(__dirname, '../fixtures/probe-app'),
    environment: { PATH: process.env['PATH'], PROBE_SCHEDULE: '0 0 3 1 1 *', ServiceBusConnection: connection },
    functionKey: KEY,
    port: 0,
    onLog: () => undefined,
    workerFile: join(__dirname, '../../dist/local/worker.js'),
    // It tells over HTTP what all its functions saw.
    oneWorker: true,
  });
  base = host.origin;
});

afterAll(async () => {
  await host?.stop();
  await broker?.stop();
});

const seen = async () => seenSchema.parse(await (await fetch(`${base}/api/seen`)).json());
const until = async (holds: (entries: z.output<typeof seenSchema>) => boolean) => {
  for (let tries = 0; tries < 200; tries += 1) {
    const entries = await seen();
    if (holds(entries)) return entries;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never seen: ${JSON.stringify(await seen())}`);
};
const send = async (
  name: string,
  messages: Parameters<ReturnType<ServiceBusClient['createSender']>['sendMessages']>[0],
) => {
  const client = new ServiceBusClient(connection);
  await client.createSender(name).sendMessages(messages);
  await client.close();
};

describe('HTTP', () => {
  test('route parameters, query, headers and body arrive; status and headers go back', async () => {
    const response = await fetch(`${base}/api/open/a%20b/c?q=1`, {
      method: 'POST',
      body: 'text',
      headers: { 'x-in': 'yes' },
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-probe')).toBe('yes');
    expect(await response.json()).toEqual({ name: 'a b', part: 'c', q: '1', header: 'yes', body: 'text' });
  });

  test('the more exact route wins', async () => {
    expect(await (await fetch(`${base}/api/open/exact/part`)).text()).toBe('exact');
  });

  test.each([
    ['/api/nowhere', 'GET', 404],
    ['/api/locked', 'GET', 401],
    ['/api/locked?code=wrong', 'GET', 401],
    ['/api/broken', 'GET', 500],
    ['/admin/functions/tick', 'POST', 401],
  ])('%s answers %s with %i', async (path, method, status) => {
    expect((await fetch(`${base}${path}`, { method })).status).toBe(status);
  });

  test('a function key is taken from the header and from ?code=', async () => {
    expect(await (await fetch(`${base}/api/locked`, { headers: { 'x-functions-key': KEY } })).text()).toBe('in');
    expect((await fetch(`${base}/api/locked?code=${KEY}`)).status).toBe(200);
    await until((entries) => entries.some((entry) => entry.what === 'hook'));
  });
});

test('a timer is started by hand', async () => {
  const response = await fetch(`${base}/admin/functions/tick`, {
    method: 'POST',
    headers: { 'x-functions-key': KEY, 'content-type': 'application/json' },
    body: '{"input":""}',
  });
  expect(response.status).toBe(202);
  await until((entries) => entries.some((entry) => entry.what === 'tick'));
});

describe('Service Bus', () => {
  test('a message comes as parsed JSON, with its metadata in camel case and a delivery count from 1', async () => {
    await send('plain', { body: { id: 'one' }, messageId: 'm-1', applicationProperties: { RunId: 'r' } });
    const entries = await until((all) =>
      all.some((entry) => entry.what === 'plain' && JSON.stringify(entry.body).includes('one')),
    );
    const entry = entries.find((one) => JSON.stringify(one.body) === '{"id":"one"}');
    expect(entry?.metadata).toMatchObject({
      messageId: 'm-1',
      deliveryCount: 1,
      applicationProperties: { runId: 'r' },
    });
  });

  test('a throw is delivered again at once, up to the last time, then dead-lettered', async () => {
    await send('plain', { body: { id: 'bad', fail: true } });
    const counts = (all: z.output<typeof seenSchema>) =>
      all
        .filter((entry) => JSON.stringify(entry.body ?? '').includes('bad'))
        .map((entry) => entry.metadata?.['deliveryCount']);
    expect(counts(await until((all) => counts(all).length >= 3))).toEqual([1, 2, 3]);
    const client = new ServiceBusClient(connection);
    const [dead] = await client
      .createReceiver('plain', { subQueueType: 'deadLetter', receiveMode: 'receiveAndDelete' })
      .receiveMessages(1);
    await client.close();
    expect(dead?.deadLetterReason).toBe('MaxDeliveryCountExceeded');
  });

  test('messages of a session run one at a time and in order; sessions run side by side', async () => {
    await send(
      'lanes',
      ['a', 'b'].flatMap((sessionId) => [1, 2, 3].map((number) => ({ body: { lane: sessionId, number }, sessionId }))),
    );
    const entries = (await until((all) => all.filter((entry) => entry.what === 'lane-end').length === 6)).filter(
      (entry) => entry.what.startsWith('lane'),
    );
    for (const lane of ['a', 'b']) {
      const own = entries
        .filter((entry) => entry.metadata?.['sessionId'] === lane)
        .map((entry) => `${entry.what} ${JSON.stringify(entry.body)}`);
      expect(own).toEqual(
        [1, 2, 3].flatMap((number) =>
          ['start', 'end'].map((edge) => `lane-${edge} {"lane":"${lane}","number":${number}}`),
        ),
      );
    }
    expect(entries.findIndex((entry) => entry.metadata?.['sessionId'] === 'b')).toBeLessThan(5);
  });

  test('a batch holds messages of one session, in order, with arrays of metadata', async () => {
    await send(
      'batches',
      [1, 2, 3, 4].map((number) => ({ body: { number }, sessionId: 's', messageId: `b-${number}` })),
    );
    const numbers = (all: z.output<typeof seenSchema>) =>
      all.filter((entry) => entry.what === 'batch').flatMap((entry) => entry.bodies as { number: number }[]);
    const entries = await until((all) => numbers(all).length >= 4);
    expect(numbers(entries).map((one) => one.number)).toEqual([1, 2, 3, 4]);
    expect(entries.find((entry) => entry.what === 'batch')?.metadata?.['messageIdArray']).toEqual(
      expect.arrayContaining(['b-1']),
    );
  });
});

describe('starting', () => {
  const start = (environment: Record<string, string>) =>
    FunctionsHost.start({
      appDirectory: join(__dirname, '../fixtures/probe-app'),
      environment: { PATH: process.env['PATH'], ServiceBusConnection: connection, ...environment },
      functionKey: KEY,
      port: 0,
      onLog: () => undefined,
      workerFile: join(__dirname, '../../dist/local/worker.js'),
    });

  test('a missing setting that a trigger names stops the start', async () => {
    await expect(start({})).rejects.toThrow(/PROBE_SCHEDULE/);
  });

  test('a schedule without seconds stops the start', async () => {
    await expect(start({ PROBE_SCHEDULE: '*/5 * * * *' })).rejects.toThrow(/six fields/);
  });
});
