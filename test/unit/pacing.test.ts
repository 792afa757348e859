import { VirtualClock } from '../../local/clock/VirtualClock';
import { Pacing, prepay } from '../../shared/goto/Pacing';
import { MemoryPace } from './MemoryPace';

const setUp = (rate: number) => {
  const clock = new VirtualClock(1_000_000_000_123);
  const shared = new MemoryPace();
  return { clock, shared, make: () => new Pacing(rate, clock, shared) };
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
  const { clock, make } = setUp(rate);
  const pacings = Array.from({ length: instances }, make);
  const sent: number[] = [];
  await run(
    clock,
    Promise.all(
      Array.from({ length: lanes }, async (_, lane) => {
        // The broker lets one instance hold a lane; which one does not matter.
        const pacer = pacings[lane % instances]?.lane(lane, lanes);
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

test.each([
  [8, 8],
  [10, 3],
  [3, 2],
])(
  'I11: guests on any instance keep to the rate of %i, too, beside %i lanes at work, and none of these stands still',
  async (rate, lanes) => {
    const { clock, make } = setUp(rate);
    const [one, other, third] = [make(), make(), make()];
    const sent: number[] = [];
    const guestWaits: number[] = [];
    const asLane = async (lane: number): Promise<void> => {
      const pacer = (lane % 2 === 0 ? one : other).lane(lane, lanes);
      for (let request = 0; request < (rate * 40) / lanes; request += 1) {
        await (await prepay(pacer)).acquire();
        sent.push(clock.now());
      }
    };
    const asGuest = async (pacing: Pacing): Promise<void> => {
      await clock.sleep(5_000);
      for (let request = 0; request < 5; request += 1) {
        const from = clock.now();
        await pacing.guest.acquire();
        guestWaits.push(clock.now() - from);
        sent.push(clock.now());
      }
    };
    const lanesAtWork = Array.from({ length: lanes }, (_, lane) => asLane(lane));
    await run(clock, Promise.all([...lanesAtWork, asGuest(one), asGuest(third)]));
    sent.sort((a, b) => a - b);
    expect(guestWaits).toHaveLength(10);
    for (const at of sent)
      expect(sent.filter((other) => other >= at && other < at + 1_000 - 5).length).toBeLessThanOrEqual(rate);
    // A guest waits until all know, and then for a slot or two.
    expect(Math.max(...guestWaits)).toBeLessThan(1_600 + 12_000 / rate);
    // While guests are about, half of the rate is left: the rest is not lost behind them.
    expect((sent.length - 1) / (((sent.at(-1) ?? 0) - (sent[0] ?? 0)) / 1_000)).toBeGreaterThan(rate * 0.7);
  },
);

test('I11: guests keep to the rate also after it was lowered: the last slot of another rate means nothing', async () => {
  const { clock, shared, make } = setUp(10);
  await run(clock, make().guest.acquire());
  const lowered = new Pacing(5, clock, shared);
  const sent: number[] = [];
  const start = clock.now();
  await run(
    clock,
    Promise.all(
      Array.from({ length: 10 }, async () => {
        await lowered.guest.acquire();
        sent.push(clock.now());
      }),
    ),
  );
  // Half of the slots, and not the end of time, which a timer would take for now.
  expect(clock.now() - start).toBeLessThan(10_000);
  sent.sort((a, b) => a - b);
  for (const at of sent)
    expect(sent.filter((other) => other >= at && other < at + 1_000 - 5).length).toBeLessThanOrEqual(5);
});

test('the planner may use every slot', async () => {
  const { clock, make } = setUp(10);
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
  const { clock, make } = setUp(1_000);
  const [one, other] = [make(), make()];
  const until = clock.now() + 4_000;
  await one.throttled(4_000);
  await run(clock, Promise.all([one.lane(0, 2).acquire(), other.lane(1, 2).acquire()]));
  expect(clock.now()).toBeGreaterThanOrEqual(until);
});

test('a short wait met by another instance does not end a long one', async () => {
  const { clock, make, shared } = setUp(1_000);
  const [one, late, third] = [make(), make(), make()];
  const until = clock.now() + 600_000;
  await one.throttled(600_000);
  // A request that was on its way meets a 429 without Retry-After: one second by itself.
  expect(await late.throttled(undefined)).toBe(1_000);
  expect(shared.waitUntil).toBe(until);
  expect(await third.waitingUntil()).toBe(until);
  clock.advance(1_500);
  for (const pacing of [one, late, third])
    await expect(pacing.lane(0, 2).acquire()).rejects.toMatchObject({ retryAfterMs: 598_500 });
});

test('no demand and no broken row stops the connector for more than an hour', async () => {
  const { clock, make, shared } = setUp(1_000);
  expect(await make().throttled(1e12)).toBe(3_600_000);
  expect(shared.waitUntil).toBe(clock.now() + 3_600_000);
  shared.waitUntil = clock.now() + 365 * 86_400_000;
  await run(clock, make().planner.acquire());
  // A store that fails hides no refusal: this instance waits all the same.
  shared.raise = () => Promise.reject(new Error('unreachable'));
  const alone = make();
  expect(await alone.throttled(30_000)).toBe(30_000);
  await expect(alone.planner.acquire()).rejects.toMatchObject({ code: 'TooManyRequests', sent: false });
});

test('a lane is paced by the count of its cycle, whatever the next cycle has', async () => {
  const { clock, make } = setUp(10);
  const pacing = make();
  const sentBy = async (lanes: number): Promise<number> => {
    const pacer = pacing.lane(0, lanes);
    const start = clock.now();
    await run(
      clock,
      (async () => {
        for (let request = 0; request < 5; request += 1) await pacer.acquire();
      })(),
    );
    return clock.now() - start;
  };
  expect(await sentBy(8)).toBeGreaterThan(3_100);
  expect(await sentBy(2)).toBeLessThan(1_200);
});

test('a long wait is not slept through: it goes back to the queue', async () => {
  const { make } = setUp(1_000);
  const pacing = make();
  await pacing.throttled(600_000);
  await expect(pacing.lane(0, 2).acquire()).rejects.toMatchObject({
    code: 'TooManyRequests',
    sent: false,
    retryAfterMs: 600_000,
  });
});

test('without a named wait it doubles, up to a minute, and a success begins anew', async () => {
  const { make } = setUp(1_000);
  const pacing = make();
  const waits: number[] = [];
  for (let times = 0; times < 8; times += 1) waits.push(await pacing.throttled(undefined));
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  pacing.succeeded();
  expect(await pacing.throttled(undefined)).toBe(1_000);
});

test('a prepaid slot is spent once, at its moment: what is stored before the write does not make it late', async () => {
  const { clock, make } = setUp(1);
  const pacer = make().lane(0, 1);
  let [reservedAt, sentAt, nextAt] = [0, 0, 0];
  await run(
    clock,
    (async () => {
      const paid = await prepay(pacer);
      reservedAt = clock.now();
      await paid.acquire();
      sentAt = clock.now();
      await paid.acquire();
      nextAt = clock.now();
    })(),
  );
  expect(reservedAt).toBeLessThan(sentAt);
  expect(sentAt % 1_000).toBeLessThanOrEqual(5);
  expect(Math.round((nextAt - sentAt) / 1_000)).toBe(1);
});

test('I11: what is late for its slot takes another one, and the time storing takes is learnt', async () => {
  const { clock, make } = setUp(10);
  const pacer = make().lane(0, 10);
  const sent: number[] = [];
  await run(
    clock,
    (async () => {
      for (let write = 0; write < 4; write += 1) {
        const paid = await prepay(pacer);
        await clock.sleep(300);
        await paid.acquire();
        sent.push(clock.now());
      }
    })(),
  );
  for (const at of sent) expect(at % 1_000).toBeLessThanOrEqual(5);
  // The first missed its slot of the second; the others met theirs.
  expect(sent.map((at) => Math.round((at - (sent[0] ?? 0)) / 1_000))).toEqual([0, 1, 2, 3]);
});
