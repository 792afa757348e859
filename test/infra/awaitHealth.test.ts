/** infra/awaitHealth.mjs, run for real against a server that answers as the platform and the connector do. */
import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { INFRA } from './Snapshot';

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

let server: Server;
let paths: string[];

afterEach(() => new Promise((resolve) => server.close(resolve)));

/** Gives one answer after the other, the last for ever. @returns the server's address */
async function serve(...answers: readonly Answer[]): Promise<string> {
  paths = [];
  server = createServer((request, response) => {
    const answer = answers[Math.min(paths.length, answers.length - 1)];
    paths.push(request.url ?? '');
    response.writeHead(answer?.status ?? 500);
    response.end(answer?.body === undefined ? '' : JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function awaitHealth(
  address: string,
  waitSeconds = 60,
): Promise<{ readonly code: number | null; readonly text: string }> {
  const child = spawn(process.execPath, [join(INFRA, 'awaitHealth.mjs'), address], {
    env: { ...process.env, HEALTH_WAIT_SECONDS: String(waitSeconds), HEALTH_PAUSE_SECONDS: '0' },
  });
  let text = '';
  child.stdout.on('data', (data: Buffer) => (text += data.toString()));
  child.stderr.on('data', (data: Buffer) => (text += data.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, text })));
}

test('it goes on asking while the app starts and while settings are wrong, then names the page and the next step', async () => {
  const wrong = {
    detail: 'Settings are wrong or missing.',
    problems: ['GOTO_ACCOUNT_KEY is missing: give its digits.'],
  };
  const address = await serve(
    { status: 503 },
    { status: 503, body: wrong },
    { status: 503, body: wrong },
    { status: 200, body: { status: 'ok', connected: false, signInProblem: 'SIGN_IN_WITH_ENTRA: switch it on.' } },
  );
  const { code, text } = await awaitHealth(address);
  expect(code).toBe(0);
  expect(paths).toEqual(Array(4).fill('/api/health'));
  expect(text.match(/GOTO_ACCOUNT_KEY is missing/g)).toHaveLength(1);
  expect(text).toContain(`not connected to GoTo yet: open ${address}/api/dashboard`);
  expect(text).toContain('SIGN_IN_WITH_ENTRA: switch it on.');
});

test('who is healthy and connected is done at once', async () => {
  const { code, text } = await awaitHealth(await serve({ status: 200, body: { status: 'ok', connected: true } }));
  expect(code).toBe(0);
  expect(text).toMatch(/^Healthy\. The page: /);
  expect(paths).toHaveLength(1);
});

test('what does not get healthy in time ends with what is wrong, and fails the deployment', async () => {
  const address = await serve({ status: 503, body: { detail: 'Table Storage does not answer.' } });
  const { code, text } = await awaitHealth(address, 0);
  expect(code).toBe(1);
  expect(text).toContain('503: Table Storage does not answer.');
  expect(text).toContain('not healthy after 0 s');
});

test.each(['', 'http://example.com', 'https://a/b', 'file:///etc/passwd'])(
  'the address "%s" is refused before anything is asked',
  async (address) => {
    await serve({ status: 200 });
    const { code, text } = await awaitHealth(address);
    expect(code).toBe(2);
    expect(text).toContain('SERVICE_CONNECTOR_URL');
    expect(paths).toEqual([]);
  },
);
