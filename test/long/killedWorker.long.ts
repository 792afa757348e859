/** The deployable bundle in the local Functions host, killed for real. It takes as long as the engine waits for a write that nobody saw. */
import { expectConverged } from '../support/expectConverged';
import { cycleSchema, HostedConnector } from '../support/HostedConnector';

let connector: HostedConnector;
beforeEach(async () => {
  connector = await HostedConnector.create();
});
afterEach(() => connector.stop());

/**
 * Waits until a worker is in the middle of its work: it has written a little, or takes up what the one before left open. Where that
 * was all there is to do, nothing more is written in this cycle. @throws Error when neither comes for a minute
 */
async function atWork(): Promise<void> {
  const { writes } = connector.stack.world.goto;
  const [written, told] = [writes.length, connector.lines.length];
  const until = performance.now() + 60_000;
  const isAtWork = (): boolean =>
    writes.length >= written + 3 || connector.lines.slice(told).some((line) => line.includes('change.repeated'));
  while (!isAtWork()) {
    if (performance.now() > until) throw new Error(`nobody works\n${connector.lines.slice(-40).join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('a worker killed in mid-apply: nobody is lost, nobody is made twice', async () => {
  const host = await connector.start({ GOTO_REQUESTS_PER_SECOND: '20' });
  const started = cycleSchema.parse(await (await connector.sync({})).json());
  for (let kills = 0; kills < 2; kills += 1) {
    await atWork();
    process.kill(host.workerPids[0] ?? 0, 'SIGKILL');
  }
  expect((await connector.ended(started.id, 200)).state).toMatch(/^succeeded/);
  // A write nobody can vouch for is not repeated in its own cycle; the next one settles it (I01: within two cycles).
  await connector.ended(cycleSchema.parse(await (await connector.sync({ mode: 'full' })).json()).id, 200);
  expectConverged({ world: connector.stack.world });
  const made = connector.stack.world.goto.writes
    .filter((write) => write.method === 'POST')
    .map((write) => write.userKey);
  expect(new Set(made).size).toBe(made.length);
}, 420_000);
