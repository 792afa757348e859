/** Wherever a request dies, the person is brought right by it or by the next cycles, once. */
import { inParallel } from '../../shared/concurrency/inParallel';
import { playDemand } from '../support/demand';
import { SWEEP_TITLE, sweepOf } from '../support/sweep';

const PARALLEL = 3;

test.each(['joiner', 'blocked'] as const)(
  `killed at every call to the outside: %s (${SWEEP_TITLE})`,
  async (who) => {
    const { calls } = await playDemand(who);
    let deaths = 0;
    const kills = sweepOf(Array.from({ length: calls }, (_, index) => index + 1));
    await inParallel(kills, PARALLEL, async (killAt) => {
      if ((await playDemand(who, killAt)).hasDied) deaths += 1;
    });
    // A request may need a few calls less than the counted one: then nobody died at the last ones.
    expect(deaths).toBeGreaterThanOrEqual(kills.filter((killAt) => killAt <= calls * 0.8).length);
  },
  600_000,
);
