import tseslint from 'typescript-eslint';
import globals from 'globals';

// Who may import whom is checked by `npm run imports`: docs/decisions/0008-import-rules.md.
const noClock = 'Model, rules and mapping are told what time it is, and draw from a source they are given.';

export default tseslint.config(
  { ignores: ['test/fixtures/', 'dist/', 'node_modules/', 'coverage/', '.data/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      globals: globals.node,
      parserOptions: {
        projectService: { allowDefaultProject: ['*.mjs', '*.cjs', 'dashboard/*.mjs', 'infra/*.mjs'] },
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
  { files: ['*.mjs', '*.cjs', 'dashboard/*.mjs'], ...tseslint.configs.disableTypeChecked },
  { files: ['dashboard/**/*.{ts,tsx}'], languageOptions: { globals: globals.browser } },
  {
    files: ['shared/{model,rules,mapping}/**'],
    ignores: ['shared/model/Clock.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate', 'performance', 'process', 'fetch', 'crypto'].map((name) => ({
          name,
          message: noClock,
        })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: noClock },
        { object: 'Math', property: 'random', message: noClock },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: noClock },
      ],
    },
  },
);
