/**
 * The API's sentences name its routes, for scripts. On the page they name what stands there: its buttons and places.
 * In order: the longer phrase comes before the one it holds.
 */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/ \((?:POST|PUT|DELETE) …[^)]*?\/(?:approve|reject|schema)\)/g, ''],
  [
    /look at GET …\/cycles\/\S+\/plan, then POST …\/approve or …\/reject/g,
    'look at the plan, then approve or reject it',
  ],
  [/: POST …\/cycles\/\S+\/approve/g, ' on the page of the cycle'],
  [/POST …\/cycles\/\S+\/apply with its hash/g, 'apply it'],
  [/ \(GET …\/plan shows its hash\)/g, ''],
  [/: GET …\/cycles\/\S+\/plan/g, ''],
  [/must be the hash that GET …\/plan shows/g, 'must be the hash of the plan'],
  [/: GET …\/schema; GET …\/cycles\/\S+ tells the reasons/g, '; the page of the cycle tells the reasons'],
  [/GET …\/schema\/versions lists/g, '“Versions” lists'],
  [/GET …\/schema\/functions lists/g, '“Functions” lists'],
  [/GET …\/schema\/filterOperators lists/g, 'Entra’s page of the scoping filter lists'],
  [/GET …\/cycles lists/g, '“All cycles” lists'],
  [/GET …\/jobs\/gotomeeting names under quarantine/g, 'the overview names'],
  [/POST …\/schema\/parseExpression tries/g, '“Try an expression” tries'],
  [/POST …\/sync with (?:"dryRun": true|\{"mode":"full","dryRun":true\})/g, '“Plan only”'],
  [/: POST …\/users\/\{id\}\/release/g, ''],
  [/POST …\/users\/\{id\}\/release when/g, 'Choose “Release” when'],
  [/POST …\/start, or “Start” on the page/g, '“Start” on the overview'],
  [/POST …\/start when/g, 'Choose “Start” when'],
  [/POST …\/start/g, '“Start”'],
];

/** @param text a sentence of the API; any other text stays as it is */
export const pageWords = (text: string): string =>
  text.includes('…/') ? PHRASES.reduce((said, [phrase, here]) => said.replace(phrase, here), text) : text;
