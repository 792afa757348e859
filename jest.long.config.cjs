// eslint-disable-next-line @typescript-eslint/no-require-imports -- Jest reads this file as CommonJS.
const base = require('./jest.config.cjs');

// Thousands of people, and several companies at once (test/support/TestConnector.ts).
process.env['SETTLE_TIMEOUT_MS'] ??= '300000';

/**
 * What takes minutes: every call to die at, pairs of them, cycles that fail as a whole; and what a setting or
 * an admin has to ask for, so that the default tests stay below five minutes. `npm run test:long`.
 */
module.exports = {
  ...base,
  testMatch: ['**/*.long.ts'],
  testTimeout: 1_800_000,
  // A sweep plays several companies at once.
  maxWorkers: 2,
};
