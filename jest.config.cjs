/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } },
    ],
  },
  moduleNameMapper: { '^@azure/functions-core$': '<rootDir>/test/support/functionsCore.ts' },
  globalSetup: '<rootDir>/test/support/globalSetup.ts',
  globalTeardown: '<rootDir>/test/support/globalTeardown.ts',
  testTimeout: 60_000,
  // On two cores: tests wait for sockets, and for Azurite in a process of its own.
  maxWorkers: 3,
  // A worker that has nothing left to do still takes 0.5 s to give back the 600 MB to 1.2 GB of some thirty files, as
  // long as Jest waits before it says "failed to exit gracefully". One that leaks a handle never ends, and is still told.
  workerGracefulExitTimeout: 10_000,
};
