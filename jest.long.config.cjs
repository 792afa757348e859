// eslint-disable-next-line @typescript-eslint/no-require-imports -- Jest reads this file as CommonJS.
const base = require('./jest.config.cjs');

// Sweeps are played as a whole, or in the share that is asked for (test/support/sweep.ts).
process.env['SWEEP_SHARE'] ??= '1';

/** What takes minutes: every call to die at, pairs of them, and cycles that fail as a whole. `npm run test:long`. */
module.exports = {
  ...base,
  testMatch: ['**/*.long.ts', '<rootDir>/test/sweeps/*.test.ts'],
  testTimeout: 1_800_000,
};
