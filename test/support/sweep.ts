/**
 * A sweep plays a story at every place, which takes minutes: only `npm run test:long` plays them.
 * SWEEP_SHARE=10 plays every tenth case (what `.ci/run` has time for), and SWEEP_SEED says which. The title of a sweep names
 * both, so that a failure can be played again.
 */
const SHARE = Number(process.env['SWEEP_SHARE'] ?? 1);
export const SWEEP_SEED = Number(process.env['SWEEP_SEED'] ?? Date.now() % 1_000_000);

/** The part of everything that is played, 1 for all. */
export const SWEEP_PART = 1 / SHARE;

/**
 * @param slowness how many times longer than others a case takes: of a share so much less is played, but all of the whole
 * @returns one case at least
 */
export const sweepOf = <T>(cases: readonly T[], slowness = 1): T[] => {
  const share = Math.min(SHARE === 1 ? 1 : SHARE * slowness, cases.length);
  return cases.filter((_, index) => (index + SWEEP_SEED) % share === 0);
};

export const SWEEP_TITLE = `SWEEP_SHARE ${SHARE}, SWEEP_SEED ${SWEEP_SEED}`;
