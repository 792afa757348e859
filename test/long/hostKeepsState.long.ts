/** `npm run host` works on the real Entra and GoTo, which do not forget: so it may not either, however it ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { realClock } from '../../local/clock/StackClock';
import { buildWorld, WORLDS } from '../../local/simulators/world/buildWorld';
import { LocalStack } from '../../local/stack/LocalStack';
import { expectConverged } from '../support/expectConverged';
import { HostCommand, KEY, settingsOf } from '../support/HostCommand';
import { cycleSchema, JOB } from '../support/HostedConnector';
import { testStorage } from '../support/testStorage';

let folder: string;
let stack: LocalStack;
let host: HostCommand | undefined;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kept-'));
  const world = buildWorld(WORLDS.W1, 11, realClock);
  stack = await LocalStack.start({ world, storage: testStorage() });
});
afterAll(async () => {
  await host?.end('SIGKILL');
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

const start = async (): Promise<HostCommand> =>
  (host = await HostCommand.start({
    ...settingsOf(stack),
    DATA_FOLDER: folder,
    SYNC_SCHEDULE: '0 0 3 1 1 *',
    FULL_SYNC_SCHEDULE: '0 0 3 1 1 *',
    GOTO_REQUESTS_PER_SECOND: '10',
  }));
const call = async (path: string, method = 'GET'): Promise<unknown> =>
  (await fetch(`${host?.origin ?? ''}${path}`, { method, headers: { 'x-functions-key': KEY } })).json();
const cycles = async () => z.object({ value: z.array(cycleSchema) }).parse(await call(`${JOB}/cycles`)).value;
const until = async (what: string, holds: () => boolean | Promise<boolean>, patienceMs: number): Promise<void> => {
  const end = Date.now() + patienceMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what}: never\n${host?.output.slice(-20).join('\n') ?? ''}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

test('two kills in the middle of a cycle: nothing is lost, it goes on by itself, no process stays, the end is exact', async () => {
  await start();
  const { id } = cycleSchema.parse(await call(`${JOB}/sync`, 'POST'));
  const { writes } = stack.world.goto;
  for (const soMany of [150, 500]) {
    await until(`${soMany} writes`, () => writes.length >= soMany, 120_000);
    expect((await host?.end('SIGKILL'))?.left).toEqual([]);
    const written = writes.length;
    await start();
    await until('the next write', () => writes.length > written, 30_000);
  }
  await until('the end', async () => (await cycles())[0]?.endDateTime !== null, 600_000);
  expect(await cycles()).toMatchObject([{ id, state: 'succeeded' }]);
  expectConverged({ world: stack.world });

  // Stopped as usual, it knows its people afterwards too: there is nothing to do, and nothing is read anew.
  expect(await host?.end('SIGINT')).toEqual({ code: 0, left: [] });
  await start();
  const before = writes.length;
  await call(`${JOB}/sync`, 'POST');
  await until('the end', async () => (await cycles())[0]?.endDateTime !== null, 60_000);
  expect((await cycles())[0]).toMatchObject({ state: 'succeeded', mode: 'incremental' });
  expect(writes).toHaveLength(before);
});

test('a second host with the same state is refused; a closed terminal ends it with all it has started', async () => {
  await host?.end('SIGKILL');
  await start();
  await expect(HostCommand.start({ ...settingsOf(stack), DATA_FOLDER: folder })).rejects.toThrow(
    `Another host works with the state in ${folder}. Stop it, or set DATA_FOLDER to another folder.`,
  );
  expect(await host?.end('SIGHUP')).toEqual({ code: 0, left: [] });
});
