/** Every single call of a cycle to die at, and random pairs: minutes, not seconds. DEATHS_SEED repeats a run. */
import { seeded } from '../../local/simulators/random/seeded';
import { inParallel } from '../../shared/concurrency/inParallel';
import { GROUPS, INCREMENTAL, INITIAL, playDeath, SLICED, undisturbed } from '../support/deaths';

const PARALLEL = 3;
const SEED = Number(process.env['DEATHS_SEED'] ?? Date.now() % 1_000_000);
/** About four minutes on an idle machine of two cores. */
const PAIRS = Number(process.env['DEATHS_PAIRS'] ?? 120);

describe.each([INITIAL, INCREMENTAL, SLICED, GROUPS])('$title', (story) => {
  test('killed at each call to the outside ends as if nothing had happened', async () => {
    const { calls, writes } = await undisturbed(story);
    const kills = Array.from({ length: calls }, (_, index) => index + 1);
    let deaths = 0;
    await inParallel(kills, PARALLEL, async (killAt) => {
      if (await playDeath(story, writes, killAt)) deaths += 1;
    });
    // A run may need a few calls less than the counted one: then nobody died, and nothing was shown.
    expect(deaths).toBeGreaterThan(calls * 0.8);
  });

  test(`killed twice, at random calls (DEATHS_SEED ${SEED})`, async () => {
    const { calls, writes } = await undisturbed(story);
    const random = seeded(SEED);
    const pairs = Array.from({ length: PAIRS / 2 }, () => ({
      killAt: 1 + random.below(calls),
      again: 1 + random.below(random.next() < 0.5 ? 10 : calls),
    }));
    let deaths = 0;
    await inParallel(pairs, PARALLEL, async ({ killAt, again }) => {
      if (await playDeath(story, writes, killAt, again)) deaths += 1;
    });
    expect(deaths).toBeGreaterThan(pairs.length * 0.5);
  });
});
