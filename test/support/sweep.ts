/**
 * A sweep plays a story at every place, which takes minutes: `npm test` plays a sample of each, `npm run test:long` all.
 * SWEEP_SHARE=6 plays every sixth case (what `.ci/run` has time for), and SWEEP_SEED says which. The title of a sweep names
 * both, so that a failure can be played again.
 */
const SHARE = process.env['SWEEP_SHARE'];
export const SWEEP_SEED = Number(process.env['SWEEP_SEED'] ?? (SHARE === undefined ? 1 : Date.now() % 1_000_000));

/** The part of everything that is played, 1 for all. */
export const SWEEP_PART = 1 / Number(SHARE ?? 1);

/**
 * @param oneIn how many cases share one that is played by `npm test`
 * @param slowness divides a share, but leaves the whole as it is
 * @returns one case at least
 */
export const sweepOf = <T>(cases: readonly T[], oneIn: number, slowness = 1): T[] => {
  const asked = Number(SHARE ?? oneIn);
  const share = Math.min(asked === 1 ? 1 : asked * slowness, cases.length);
  return cases.filter((_, index) => (index + SWEEP_SEED) % share === 0);
};

export const SWEEP_TITLE = `SWEEP_SHARE ${SHARE ?? 'of npm test'}, SWEEP_SEED ${SWEEP_SEED}`;
