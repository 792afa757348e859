/** A story with a death at every call to the outside, and at random pairs of them. */
import { seeded } from '../../local/simulators/random/seeded';
import { inParallel } from '../../shared/concurrency/inParallel';
import { playDeath, undisturbed, type Story } from './deaths';
import { SWEEP_SEED, SWEEP_TITLE, sweepOf } from './sweep';

/** Companies played at once: most of a story is waiting. */
const PARALLEL = 3;
const PAIRS = 60;

/** @param oneIn calls that share one death in `npm test` */
export function sweepDeaths(story: Story, oneIn: number): void {
  describe(`${story.title} (${SWEEP_TITLE})`, () => {
    test('killed at each call to the outside ends as if nothing had happened', async () => {
      const { calls, writes } = await undisturbed(story);
      const kills = sweepOf(
        Array.from({ length: calls }, (_, index) => index + 1),
        oneIn,
      );
      let deaths = 0;
      await inParallel(kills, PARALLEL, async (killAt) => {
        if (await playDeath(story, writes, killAt)) deaths += 1;
      });
      // A run may need a few calls less than the counted one: then nobody died, and nothing was shown.
      expect(deaths).toBeGreaterThan(kills.length * 0.8);
    });

    test('killed twice, at random calls', async () => {
      const { calls, writes } = await undisturbed(story);
      const random = seeded(SWEEP_SEED);
      const pairs = sweepOf(
        Array.from({ length: PAIRS }, () => ({
          killAt: 1 + random.below(calls),
          again: 1 + random.below(random.next() < 0.5 ? 10 : calls),
        })),
        PAIRS / 2,
      );
      let deaths = 0;
      await inParallel(pairs, PARALLEL, async ({ killAt, again }) => {
        if (await playDeath(story, writes, killAt, again)) deaths += 1;
      });
      expect(deaths).toBeGreaterThanOrEqual(pairs.length * 0.5);
    });
  });
}
