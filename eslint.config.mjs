import tseslint from 'typescript-eslint';
import globals from 'globals';

/** The dependency rule of the design: functions → shared/sync → (entra | goto | mapping | store | queue) → model. */
const layer = (files, forbidden, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group: forbidden, message }] }] },
});
const azure = ['@azure/*'];
/** From any depth of a layer's folders. */
const siblings = (...folders) =>
  folders.flatMap((folder) => ['..', '../..', '../../..', '../../../..'].map((up) => `${up}/${folder}/**`));
const outside = ['**/local/**', '**/bench/**', '**/test/**'];

export default tseslint.config(
  { ignores: ['test/fixtures/', 'dist/', 'node_modules/', 'coverage/', '.data/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      globals: globals.node,
      parserOptions: {
        projectService: { allowDefaultProject: ['*.mjs', '*.cjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
    },
  },
  { files: ['*.mjs', '*.cjs'], ...tseslint.configs.disableTypeChecked },
  layer(['functions/**'], outside, 'The product never imports its test stack.'),
  layer(
    ['shared/**'],
    [...outside, '**/functions/**'],
    'shared/ knows neither Azure’s entry points nor the test stack.',
  ),
  layer(
    ['shared/model/**'],
    [
      ...outside,
      '**/functions/**',
      ...azure,
      ...siblings('settings', 'entra', 'goto', 'http', 'mapping', 'sync', 'store', 'queue', 'api', 'telemetry'),
    ],
    'The model imports nothing.',
  ),
  layer(
    ['shared/mapping/**'],
    [
      ...outside,
      '**/functions/**',
      ...azure,
      ...siblings('settings', 'entra', 'goto', 'http', 'sync', 'store', 'queue', 'api', 'telemetry'),
    ],
    'Mapping is pure: it imports the model only.',
  ),
  layer(
    ['shared/{entra,goto,store,queue}/**'],
    [...outside, '**/functions/**', ...siblings('sync', 'api')],
    'Adapters do not know who uses them.',
  ),
  layer(
    ['shared/sync/**'],
    [...outside, '**/functions/**', ...siblings('api'), ...azure],
    'The engine is free of Azure: it talks to adapters.',
  ),
);
