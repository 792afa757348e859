/**
 * Who may import whom (docs/decisions/0008-import-rules.md). `npm run imports` reads it.
 * functions → api → sync → (entra | goto | store | queue) → rules → mapping → model
 */
const PURE = ['model', 'mapping', 'rules'];
/** Small tools that adapters and everything above may use. They know the nouns and nothing else. */
const TOOLS = ['concurrency', 'http', 'settings', 'telemetry'];
const ADAPTERS = ['entra', 'goto', 'store', 'queue'];

/** What each folder of shared/ may import beside itself. A folder that is not named here may not be imported at all. */
const MAY_IMPORT = {
  model: [],
  mapping: ['model'],
  rules: ['model', 'mapping'],
  ...Object.fromEntries(TOOLS.map((tool) => [tool, ['model']])),
  // An error text of the other side is made fit to store where it is read.
  http: ['model', 'telemetry'],
  ...Object.fromEntries(ADAPTERS.map((adapter) => [adapter, [...TOOLS, ...PURE]])),
  sync: [...ADAPTERS, ...TOOLS, ...PURE],
  api: ['sync', ...ADAPTERS, ...TOOLS, ...PURE],
};
const LAYERS = Object.keys(MAY_IMPORT);

/** The same within shared/sync/: planning, applying and closing meet in the rows, and above all of them is the cycle's way. */
const SYNC_MAY_IMPORT = {
  job: [],
  cycle: ['job'],
  apply: ['cycle', 'job'],
  plan: ['cycle', 'job'],
  close: ['cycle', 'apply'],
  control: ['cycle', 'job'],
  demand: ['job', 'cycle', 'apply', 'plan', 'close'],
};
const SYNC_FOLDERS = Object.keys(SYNC_MAY_IMPORT);

const anyOf = (names) => `(${names.join('|')})`;
const layers = (names) => `^shared/${anyOf(names)}/`;
const OURS = '^(functions|shared|dashboard|local|bench|test)/';
const PRODUCT = '^(functions|shared)/';
/** Where Azure or a command starts; everything else is reached from one of them. */
const STARTS = '^(functions/main|local/commands/[^/]+|local/azure/functions-host/worker|bench/bench)\\.ts$';
/** The one file of shared/ that belongs to no layer: it puts them together. */
const ROOT = '^shared/connectEngine\\.ts$';

/** The two pure files that have node:crypto. */
const NODE_CRYPTO = '^shared/(model/hash|mapping/systemRandom)\\.ts$';

const forbidden = [
  ...LAYERS.map((layer) => ({
    name: `layer-${layer}`,
    comment: `shared/${layer} imports ${MAY_IMPORT[layer].join(', ') || 'nothing of ours'}.`,
    severity: 'error',
    from: { path: layers([layer]) },
    to: { path: OURS, pathNot: layers([layer, ...MAY_IMPORT[layer]]) },
  })),
  ...SYNC_FOLDERS.map((folder) => ({
    name: `sync-${folder}`,
    comment: `shared/sync/${folder} imports ${SYNC_MAY_IMPORT[folder].join(', ') || 'nothing'} of shared/sync, and Engine.ts.`,
    severity: 'error',
    from: { path: `^shared/sync/${folder}/` },
    to: {
      path: '^shared/sync/',
      pathNot: [`^shared/sync/${anyOf([folder, ...SYNC_MAY_IMPORT[folder]])}/`, '^shared/sync/Engine\\.ts$'],
    },
  })),
  {
    name: 'sync-unknown',
    comment: 'A new folder of shared/sync/ gets its place in SYNC_MAY_IMPORT first.',
    severity: 'error',
    from: {},
    to: { path: '^shared/sync/[^/]+/', pathNot: `^shared/sync/${anyOf(SYNC_FOLDERS)}/` },
  },
  {
    name: 'layer-unknown',
    comment: 'A new folder of shared/ gets its place in MAY_IMPORT first.',
    severity: 'error',
    from: {},
    to: { path: '^shared/', pathNot: [layers(LAYERS), ROOT] },
  },
  {
    name: 'product-apart',
    comment: 'The product never imports its test stack.',
    severity: 'error',
    from: { path: PRODUCT },
    to: { path: '^(local|bench|test)/' },
  },
  {
    name: 'stack-apart',
    comment: 'The local stack and the benchmark run without the tests.',
    severity: 'error',
    from: { path: '^(local|bench)/' },
    to: { path: '^test/' },
  },
  {
    name: 'dashboard-apart',
    comment: 'The page knows the API by the shapes of its answers, and nothing of the server imports the page.',
    severity: 'error',
    from: { path: '^dashboard/' },
    to: { path: '^(functions|shared|local|bench|test)/', pathNot: '^shared/api/answers/' },
  },
  {
    name: 'dashboard-types-only',
    comment: 'Schemas are for the server: the page takes their types and stays small.',
    severity: 'error',
    from: { path: '^dashboard/' },
    to: { path: '^shared/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'dashboard-unknown',
    comment:
      'What is served is built, not imported. Its words are a table and pure functions of the answers, which tests compare with the API.',
    severity: 'error',
    from: { path: '^(functions|shared|local|bench|test)/' },
    to: {
      path: '^dashboard/',
      pathNot:
        '^dashboard/(data/(ApiProblem|pageWords|words)|views/(cycles/countsInWords|overview/stateInWords))\\.ts$',
    },
  },
  {
    name: 'entry-points-last',
    comment: 'Nothing in shared/ knows who calls it.',
    severity: 'error',
    from: { path: '^shared/' },
    to: { path: ['^functions/', ROOT] },
  },
  {
    name: 'azure-at-the-edge',
    comment: 'The engine talks to adapters; Azure’s packages are for adapters, http and entry points.',
    severity: 'error',
    from: { path: layers([...PURE, 'sync', 'api', 'telemetry', 'settings']) },
    to: { path: '(^|/)node_modules/@azure/' },
  },
  {
    name: 'functions-at-the-edge',
    comment: 'The Functions library is for functions/ alone.',
    severity: 'error',
    from: { path: '^shared/' },
    to: { path: '(^|/)node_modules/@azure/functions/' },
  },
  {
    name: 'pure-of-node',
    comment:
      'Model, rules and mapping decide by what they are given: of node they have a hash and chance, nothing else.',
    severity: 'error',
    from: { path: layers(PURE), pathNot: NODE_CRYPTO },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'pure-hash',
    comment: 'A hash, and chance that may end up in a password, need node:crypto and nothing else of node.',
    severity: 'error',
    from: { path: NODE_CRYPTO },
    to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
  },
  {
    name: 'pure-of-time',
    comment: 'Model, rules and mapping are told what time it is.',
    severity: 'error',
    from: { path: layers(PURE) },
    to: { path: 'Clock\\.ts$' },
  },
  {
    name: 'no-cycle',
    comment: 'Two files that import each other are one file.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-orphan',
    comment: 'Nothing imports it and it imports nothing.',
    severity: 'error',
    from: { orphan: true, path: OURS, pathNot: [STARTS, '\\.(test|d)\\.ts$', '^test/support/functionsCore\\.ts$'] },
    to: {},
  },
  {
    name: 'resolvable',
    comment: 'It has to be there. (The worker supplies @azure/functions-core.)',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true, pathNot: '^@azure/functions-core$' },
  },
  {
    name: 'declared',
    comment: 'A package the product runs with stands in `dependencies`, once; only its types may be for development.',
    severity: 'error',
    from: { path: PRODUCT },
    to: {
      dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'npm-optional'],
      dependencyTypesNot: ['type-only'],
      pathNot: '(^|/)node_modules/@types/',
    },
  },
];

export default {
  forbidden,
  required: [],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^test/fixtures/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    // Fluent's components are told apart by the condition `import`.
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
