/**
 * Sweeps take minutes as a whole. LONG_SHARE=4 plays every fourth case of each, another quarter with each LONG_SEED: what
 * `.ci/run` has time for. The title of a sweep names both, so that a failure can be played again.
 */
export const LONG_SHARE = Number(process.env['LONG_SHARE'] ?? 1);
export const LONG_SEED = Number(process.env['LONG_SEED'] ?? Date.now() % 1_000_000);

export const SHARE_TITLE = `LONG_SHARE ${LONG_SHARE}, LONG_SEED ${LONG_SEED}`;

export const shareOf = <T>(cases: readonly T[]): T[] =>
  cases.filter((_, index) => (index + LONG_SEED) % LONG_SHARE === 0);
