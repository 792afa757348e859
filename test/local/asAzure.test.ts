/** Where a local host is easily kinder than Azure, and would let a bug pass: it has to be as strict. */
import { ServiceBusClient } from '@azure/service-bus';
import { connect } from 'node:net';
import { join } from 'node:path';
import { realClock } from '../../local/clock/StackClock';
import { FunctionsHost } from '../../local/azure/functions-host/FunctionsHost';
import type { LogLine } from '../../local/azure/functions-host/log';
import { serviceBusConnection } from '../../local/azure/functions-host/serviceBusConnection';
import { Broker } from '../../local/azure/service-bus/Broker';
import { plainQueue } from '../support/plainQueue';

let broker: Broker;
let host: FunctionsHost | undefined;
let lines: LogLine[] = [];

beforeAll(async () => {
  broker = await Broker.start({ clock: realClock, queues: new Map([['plain', plainQueue]]) });
});
afterEach(async () => {
  await host?.stop();
  host = undefined;
  lines = [];
});
afterAll(() => broker.stop());

const start = async (
  odd: string,
  more: Readonly<Record<string, string>> = {},
  // Its functions may take as long as a busy machine needs.
  app = 'odd-app',
): Promise<string> => {
  host = await FunctionsHost.start({
    appDirectory: join(__dirname, '../fixtures', app),
    environment: {
      PATH: process.env['PATH'],
      ODD: odd,
      ServiceBusConnection: broker.connectionString,
      ...more,
    },
    functionKey: 'key',
    port: 0,
    drainMs: 300,
    onLog: (line) => lines.push(line),
    workerFile: join(__dirname, '../../dist/local/worker.js'),
    oneWorker: more['ONE'] === 'yes',
  });
  return host.origin;
};
const until = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 400 && !holds(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  if (!holds()) throw new Error(`never: ${JSON.stringify(lines)}`);
};
const said = (): string[] => lines.map((line) => line.message);

test.each([
  ['output', /writer has the output binding serviceBus/],
  ['retry', /again has a retry policy/],
  ['trigger', /blobs has the binding blobTrigger/],
  ['topic', /topics has a topic/],
  // Every line of it, as Azure shows it when a function was registered before.
  ['broken', /unable to load the entry point: GOTO_ACCOUNT_KEY: is missing\nENTRA_APP_ID: is missing/],
])('an app that asks for %s does not start', async (odd, message) => {
  await expect(start(odd)).rejects.toThrow(message);
});

test('HTTP: unknown methods and paths that cannot be read are not found, large bodies arrive, a parameter given twice comes as one', async () => {
  const origin = await start('nothing', { ONE: 'yes' });
  const statusOf = async (path: string, method = 'GET'): Promise<number> =>
    (await fetch(`${origin}${path}`, { method })).status;
  expect(await statusOf('/api/pid', 'DELETE')).toBe(404);
  for (const path of ['//', '///', '/%', '/api/%zz', '/api/echo/%E0%A4%A', '/api/pid//x'])
    expect([path, await statusOf(path)]).toEqual([path, 404]);
  const large = await fetch(`${origin}/api/echo?q=1&q=2`, { method: 'POST', body: 'x'.repeat(3_000_000) });
  expect(await large.json()).toEqual({ what: null, size: 3_000_000, q: '1,2' });
  const named = await fetch(`${origin}/API/Echo/Ma%20%C3%9F/`, { method: 'POST', body: '' });
  expect(await named.json()).toMatchObject({ what: 'Ma ß' });
});

test('an app that streams: an answer comes in pieces, a large body goes in, one that nobody reads is answered all the same, a fault is 500', async () => {
  const origin = await start('streaming', { ONE: 'yes' });
  const drip = await fetch(`${origin}/api/drip`);
  const parts: string[] = [];
  const decoder = new TextDecoder();
  const pieces: AsyncIterable<Uint8Array> | null = drip.body;
  for await (const piece of pieces ?? []) parts.push(decoder.decode(piece));
  expect(parts).toEqual(['one ', 'two ', 'three']);
  const post = async (path: string, size: number): Promise<Response> =>
    fetch(`${origin}/api/${path}`, { method: 'POST', body: 'x'.repeat(size) });
  // Now every one of those that are given twice is there.
  expect(await (await post('echo/Ma%20%C3%9F?q=1&q=2', 3_000_000)).json()).toEqual({
    what: 'Ma ß',
    size: 3_000_000,
    q: '1',
  });
  const refused = await post('unread', 20_000_000);
  expect([refused.status, await refused.text()]).toEqual([413, 'no']);
  expect((await fetch(`${origin}/api/fails`)).status).toBe(500);
  expect(await (await fetch(`${origin}/api/count`)).text()).toBe('1');
});

test('whoever hangs up at once leaves no function behind that waits for the request until its time is over', async () => {
  const origin = await start('streaming', { ONE: 'yes' }, 'impatient-app');
  const port = Number(new URL(origin).port);
  const askedAndGone = (head: string, afterMs: number): Promise<unknown> => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`${head}\r\nHost: localhost\r\n\r\n`, () => setTimeout(() => socket.destroy(), afterMs));
    });
    return new Promise((resolve) => socket.once('close', resolve));
  };
  const pid = await (await fetch(`${origin}/api/pid`)).text();
  await Promise.all(
    Array.from({ length: 40 }, (_, index) => [
      askedAndGone('GET /api/count HTTP/1.1', index / 10),
      askedAndGone('POST /api/echo HTTP/1.1\r\nContent-Length: 9', index / 10),
    ]).flat(),
  );
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(said().filter((message) => message.startsWith('Timeout value'))).toEqual([]);
  expect(await (await fetch(`${origin}/api/pid`)).text()).toBe(pid);
});

test('what logLevel of host.json drops is not shown, and the console is a category of its own', async () => {
  const origin = await start('nothing', { ONE: 'yes' });
  await fetch(`${origin}/api/loud`);
  await fetch(`${origin}/api/quiet`);
  await until(() => said().includes('quiet: this failed on the console'));
  expect(said()).toEqual(
    expect.arrayContaining(['loud informs', 'loud fails', 'quiet fails', 'loud: this failed on the console']),
  );
  expect(said().filter((message) => /details|quiet informs|on the console$/.test(message))).toEqual([
    'loud: this failed on the console',
    'quiet: this failed on the console',
  ]);
  expect(lines.find((line) => line.message.startsWith('loud:'))).toMatchObject({
    level: 'error',
    category: 'Host.Function.Console',
  });
});

test('each group of functions has a process of its own; one that runs too long is replaced, and its message comes back', async () => {
  const origin = await start('nothing', {}, 'impatient-app');
  const pid = async (): Promise<string> => (await fetch(`${origin}/api/pid`)).text();
  const [http, client] = [await pid(), new ServiceBusClient(broker.connectionString)];
  await client.createSender('plain').sendMessages({ body: 'slow' });
  await client.close();
  const deliveries = (): string[] => said().filter((message) => message.includes('delivery'));
  await until(() => deliveries().length === 2);
  const [first, second] = deliveries().map((message) => /pid (\d+) delivery (\d)/.exec(message)?.slice(1) ?? []);
  expect(said()).toContainEqual(expect.stringMatching(/^Timeout value of 2 s exceeded by function plain/));
  expect([first?.[1], second?.[1]]).toEqual(['1', '2']);
  expect(first?.[0]).not.toBe(second?.[0]);
  expect([first?.[0], second?.[0]]).not.toContain(http);
  expect(await pid()).toBe(http);
});

test('a host that stops breaks off what takes too long, and a request that never ends; no message is lost', async () => {
  const origin = await start('nothing', { ONE: 'yes' });
  const client = new ServiceBusClient(broker.connectionString);
  await client.createSender('plain').sendMessages({ body: 'slow' });
  await client.close();
  await until(() => said().some((message) => message.includes('delivery 1')));
  const half = connect(Number(new URL(origin).port), '127.0.0.1');
  half.on('error', () => undefined).write('POST /api/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx');
  const cut = new Promise((resolve) => half.once('close', resolve));
  await host?.stop();
  await cut;
  expect(said()).toContain('plain was broken off.');
  // It waits, or another slot was given it, and lets its lock run out.
  const { active, locked, deadLettered } = broker.queue('plain').counts;
  expect([active + locked, deadLettered]).toEqual([1, 0]);
});

test('a connection may be an identity with a namespace, as it is deployed', async () => {
  const client = serviceBusConnection('Bus', {
    Bus__fullyQualifiedNamespace: 'name.servicebus.windows.net',
    Bus__credential: 'managedidentity',
  })({});
  expect(client.fullyQualifiedNamespace).toBe('name.servicebus.windows.net');
  await client.close();
  expect(() => serviceBusConnection('Bus', {})).toThrow(/The setting Bus,/);
});
