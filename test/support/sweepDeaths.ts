/** A story with a death at every call to the outside, and at random pairs of them. */
import { seeded } from '../../local/simulators/random/seeded';
import { inParallel } from '../../shared/concurrency/inParallel';
import { playDeath, undisturbed, type Story } from './deaths';
import { SWEEP_SEED, SWEEP_TITLE, sweepOf } from './sweep';

/** Companies played at once: most of a story is waiting. */
const PARALLEL = 3;
const PAIRS = 60;
/** Calls after the first death within which half of the second ones come. */
const SOON = 10;

/** @param slowness how many times longer than others the story takes: of a share it plays so much less */
export function sweepDeaths(story: Story, slowness = 1): void {
  test(`${story.title}, killed at each call to the outside, and twice, ends as if nothing had happened (${SWEEP_TITLE})`, async () => {
    const { calls, writes } = await undisturbed(story);
    const random = seeded(SWEEP_SEED);
    const once = Array.from({ length: calls }, (_, index) => ({ killAt: index + 1, again: undefined }));
    const twice = Array.from({ length: PAIRS }, () => ({
      killAt: 1 + random.below(calls),
      again: 1 + random.below(random.next() < 0.5 ? SOON : calls),
    }));
    const deaths = { once: 0, twice: 0 };
    const kills = [...sweepOf(once, slowness), ...sweepOf(twice, slowness)];
    await inParallel(kills, PARALLEL, async ({ killAt, again }) => {
      if (await playDeath(story, writes, killAt, again)) deaths[again === undefined ? 'once' : 'twice'] += 1;
    });
    // A run may need a few calls less than the counted one: then nobody died at the last ones, and nothing was shown. What
    // comes after a death is shorter still: only a second one that follows at once is certain.
    const isCertain = ({ killAt, again = 0 }: (typeof kills)[number]): boolean =>
      killAt <= calls * 0.8 && again <= SOON;
    expect(deaths.once).toBeGreaterThanOrEqual(sweepOf(once, slowness).filter(isCertain).length);
    expect(deaths.twice).toBeGreaterThanOrEqual(sweepOf(twice, slowness).filter(isCertain).length);
  });
}
