/** Wherever the process dies, the timer's next slots end what it left, as if nothing had happened. */
import { seeded } from '../../local/simulators/random/seeded';
import { inParallel } from '../../shared/concurrency/inParallel';
import { INCREMENTAL, INITIAL, playDeath, undisturbed } from '../support/deaths';

/** Companies played at once: most of a story is waiting. */
const PARALLEL = 3;

/** Another seed sweeps other calls; `npm run test:long` sweeps every one. */
const SEED = Number(process.env['DEATHS_SEED'] ?? 1);

test.each([
  { story: INITIAL, step: 84, title: INITIAL.title },
  { story: INCREMENTAL, step: 42, title: INCREMENTAL.title },
])(
  `killed at any call to the outside, $title ends as if nothing had happened (one call in $step, DEATHS_SEED ${SEED})`,
  async ({ story, step }) => {
    const { calls, writes } = await undisturbed(story);
    const offset = 1 + seeded(SEED).below(step);
    const kills = Array.from({ length: Math.ceil((calls - offset) / step) }, (_, index) => offset + index * step);
    let deaths = 0;
    await inParallel(kills, PARALLEL, async (killAt) => {
      if (await playDeath(story, writes, killAt)) deaths += 1;
    });
    // A run may need a few calls less than the counted one: then nobody died, and nothing was shown.
    expect(deaths).toBeGreaterThan(kills.length * 0.8);
  },
  240_000,
);
