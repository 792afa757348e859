/** What is not used has to go: files, exports, packages. `npm run imports` reads it. */
export default {
  entry: [
    'functions/main.ts',
    'dashboard/main.tsx',
    'local/commands/*.ts',
    'local/azure/functions-host/worker.ts',
    'bench/bench.ts',
    'bench/quickTables.ts',
    'test/protocol/check.ts',
    'test/**/*.{test,long,page}.ts',
    'test/docs/*.mts',
    'test/imports/*.mts',
  ],
  project: ['{functions,shared,dashboard,local,bench,test}/**/*.{ts,tsx,mts,mjs}'],
  // Loaded or started by its path.
  ignoreDependencies: ['@kusto/language-service-next', 'azurite'],
  // A type may be exported because a signature of its file names it.
  ignoreExportsUsedInFile: { interface: true, type: true },
};
