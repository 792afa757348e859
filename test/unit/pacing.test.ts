import { VirtualClock } from '../../local/clock/VirtualClock';
import { Pacing, prepay } from '../../shared/goto/Pacing';

const setUp = (rate: number, lanes: number) => {
  const clock = new VirtualClock(1_000_000_000_123);
  let shared = 0;
  const wait = {
    read: () => Promise.resolve(shared),
    write: (until: number) => {
      shared = until;
      return Promise.resolve();
    },
  };
  return { clock, make: () => new Pacing(rate, lanes, clock, wait) };
};

/** Runs the clock until the work is done. */
const run = async (clock: VirtualClock, work: Promise<unknown>): Promise<void> => {
  const state = { isDone: false };
  void work.finally(() => (state.isDone = true));
  for (let turns = 0; turns < 100_000; turns += 1) {
    for (let micro = 0; micro < 10; micro += 1) await Promise.resolve();
    if (state.isDone) break;
    clock.advance(5);
  }
  await work;
};

test.each([
  [8, 8, 1],
  [10, 8, 2],
  [3, 5, 3],
])('I11: never more than %i requests in any second with %i lanes on %i instances', async (rate, lanes, instances) => {
  const { clock, make } = setUp(rate, lanes);
  const pacings = Array.from({ length: instances }, make);
  const sent: number[] = [];
  await run(
    clock,
    Promise.all(
      Array.from({ length: lanes }, async (_, lane) => {
        // The broker lets one instance hold a lane; which one does not matter.
        const pacer = pacings[lane % instances]?.lane(lane);
        for (let request = 0; request < 10; request += 1) {
          await pacer?.acquire();
          sent.push(clock.now());
        }
      }),
    ),
  );
  sent.sort((a, b) => a - b);
  expect(sent).toHaveLength(lanes * 10);
  // The clock of the test moves in steps of 5 ms, so a slot may be met that much late.
  for (const at of sent)
    expect(sent.filter((other) => other >= at && other < at + 1_000 - 5).length).toBeLessThanOrEqual(rate);
  const seconds = ((sent.at(-1) ?? 0) - (sent[0] ?? 0)) / 1_000;
  // And the allowed rate is used, not half of it.
  expect((sent.length - 1) / seconds).toBeGreaterThan(rate * 0.95);
});

test('the planner may use every slot', async () => {
  const { clock, make } = setUp(10, 8);
  const pacer = make().planner;
  const start = clock.now();
  await run(
    clock,
    (async () => {
      for (let request = 0; request < 20; request += 1) await pacer.acquire();
    })(),
  );
  expect(clock.now() - start).toBeLessThan(2_100);
});

test('I11: nobody sends while a demanded wait runs, on this instance or another', async () => {
  const { clock, make } = setUp(1_000, 2);
  const [one, other] = [make(), make()];
  const until = clock.now() + 4_000;
  await one.throttled(4_000);
  await run(clock, Promise.all([one.lane(0).acquire(), other.lane(1).acquire()]));
  expect(clock.now()).toBeGreaterThanOrEqual(until);
});

test('a long wait is not slept through: it goes back to the queue', async () => {
  const { make } = setUp(1_000, 2);
  const pacing = make();
  await pacing.throttled(600_000);
  await expect(pacing.lane(0).acquire()).rejects.toMatchObject({
    code: 'TooManyRequests',
    sent: false,
    retryAfterMs: 600_000,
  });
});

test('without a named wait it doubles, up to a minute, and a success begins anew', async () => {
  const { make } = setUp(1_000, 2);
  const pacing = make();
  const waits: number[] = [];
  for (let times = 0; times < 8; times += 1) waits.push(await pacing.throttled(undefined));
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  pacing.succeeded();
  expect(await pacing.throttled(undefined)).toBe(1_000);
});

test('a prepaid slot is spent once', async () => {
  let acquired = 0;
  const pacer = {
    acquire: () => {
      acquired += 1;
      return Promise.resolve();
    },
  };
  const paid = await prepay(pacer);
  await paid.acquire();
  expect(acquired).toBe(1);
  await paid.acquire();
  expect(acquired).toBe(2);
});
