/** The deployable bundle in the local Functions host, killed for real. It takes as long as the engine waits for a write that nobody saw. */
import { expectConverged } from '../support/expectConverged';
import { cycleSchema, HostedConnector } from '../support/HostedConnector';

let connector: HostedConnector;
beforeEach(async () => {
  connector = await HostedConnector.create();
});
afterEach(() => connector.stop());

/** Waits for so many more writes to GoTo. @throws Error when none comes for a minute */
async function written(more: number): Promise<void> {
  const { writes } = connector.stack.world.goto;
  const goal = writes.length + more;
  for (let tries = 0; writes.length < goal; tries += 1) {
    if (tries > 6_000) throw new Error(`no writes any more\n${connector.lines.slice(-40).join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('a worker killed in mid-apply: nobody is lost, nobody is made twice', async () => {
  const host = await connector.start({ GOTO_REQUESTS_PER_SECOND: '20' });
  const started = cycleSchema.parse(await (await connector.sync({})).json());
  for (let kills = 0; kills < 2; kills += 1) {
    await written(3);
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
