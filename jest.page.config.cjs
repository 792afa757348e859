// eslint-disable-next-line @typescript-eslint/no-require-imports -- Jest reads this file as CommonJS.
const base = require('./jest.config.cjs');

/** `npm run test:page`: the page in a real browser; the bundle has to be built. @type {import('jest').Config} */
module.exports = { ...base, testMatch: ['**/page/**/*.page.ts'], testTimeout: 180_000, maxWorkers: 1 };
