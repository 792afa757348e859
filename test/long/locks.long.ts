/** What holds when a lane has two holders: the broker promises one, until a lock is lost. */
import { handleChunkMessage } from '../../shared/sync/apply/handleChunkMessage';
import { handleJobMessage } from '../../shared/sync/handleJobMessage';
import { join, oneEntitled, TINY } from '../support/company';
import { expectConverged } from '../support/expectConverged';
import { expectExact } from '../support/expectExact';
import { expectLogged } from '../support/expectLogged';
import { onSend } from '../support/onSend';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

/** Each message of a kind finds a second holder, who works beside the one that the broker gave it to. */
function twoHoldersOf(kind: 'job' | 'chunk'): { readonly end: () => Promise<number> } {
  const second: Promise<void>[] = [];
  onSend(async (outgoing, send) => {
    for (const { message } of outgoing) {
      if (message.kind !== kind) continue;
      const { engine } = connector;
      const hold = async (): Promise<void> =>
        send(
          message.kind === 'job'
            ? await handleJobMessage(engine, message, 1)
            : await handleChunkMessage(engine, message, 1),
        );
      second.push(connector.run(hold));
    }
    await send(outgoing);
  });
  return {
    end: async () => {
      await Promise.all(second);
      await connector.settle();
      return second.length;
    },
  };
}

test.each(['job', 'chunk'] as const)('two holders of every %s message at once end where one ends', async (kind) => {
  connector = await TestConnector.start({
    world: { ...TINY, existingShare: 0 },
    timing: { sliceMs: 0, peoplePerSlice: 2 },
  });
  connector.world.goto.latencyMs = 2;
  const holders = twoHoldersOf(kind);
  const started = await connector.start();
  await connector.settle();
  expect(await holders.end()).toBeGreaterThan(2);
  const cycle = await connector.view(started.started ? started.cycle.id : '');
  await expectExact(connector, cycle, connector.world.directory.entitledIds().size);
  for (const number of [931, 932, 933]) join(connector, number);
  connector.world.directory.changeUser(oneEntitled(connector).id, { surname: 'Twice' });
  connector.later();
  const next = await connector.start();
  await connector.settle();
  await holders.end();
  const view = await connector.view(next.started ? next.cycle.id : '');
  expect(view).toMatchObject({ state: 'succeeded', counts: { created: 3, updated: 1 } });
  expect(view.progress).toMatchObject({ expected: 4, done: 4 });
  expectConverged(connector);
  expect(connector.world.goto.overlaps).toBe(0);
  await expectLogged(connector);
});

test.each([
  { from: '8', to: '3' },
  { from: '2', to: '7' },
])('the lanes become $to instead of $from while messages are under way: nobody twice', async ({ from, to }) => {
  connector = await TestConnector.start({
    world: { people: 60, groups: 3, membersPerGroup: 20, existingShare: 0 },
    settings: { USER_CHANGE_LANES: from, GOTO_REQUESTS_PER_SECOND: '5' },
  });
  connector.world.goto.latencyMs = 2;
  const spy = onSend(async (outgoing, send) => {
    await send(outgoing);
    if (!outgoing.some(({ message }) => message.kind === 'chunk')) return;
    spy.mockRestore();
    await connector.restart({ USER_CHANGE_LANES: to });
  });
  const cycle = await connector.cycle();
  expect(connector.engine.lanes).toBe(Number(to));
  await expectExact(connector, cycle, 60);
});

test('the lanes become fewer between two cycles: messages of the first that come late change nothing', async () => {
  connector = await TestConnector.start({ world: { ...TINY, existingShare: 0 }, settings: { USER_CHANGE_LANES: '8' } });
  const first = await connector.cycle();
  const chunks = await connector.engine.store.plans.chunks(first.id);
  await connector.restart({ USER_CHANGE_LANES: '2' });
  for (const number of [941, 942, 943]) join(connector, number);
  connector.later();
  const started = await connector.start();
  await connector.engine.sender.send(
    chunks.map(({ stage, lane, chunk, sends }) => ({
      message: { kind: 'chunk', cycleId: first.id, stage, lane, chunk, n: sends },
      dueAt: 0,
      again: ':late',
    })),
  );
  await connector.settle();
  const second = await connector.view(started.started ? started.cycle.id : '');
  expect(second.counts.created).toBe(3);
  expect(second.progress).toMatchObject({ expected: 3, done: 3 });
  expect((await connector.view(first.id)).counts).toEqual(first.counts);
  expectConverged(connector);
  await expectLogged(connector);
});
