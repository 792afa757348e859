import { inFull, minuteOfDay } from './words';

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
  [/ \(GET \/api\/connection\/authorize, or Connection on the page\)/g, ' with “Authorize” under “Connection”'],
];

const NAMES_ROUTE = /…\/|\/api\/connection\//;

/** Within a sentence: an expression of the mapping has quotes around its dates. */
const MOMENT = /(?<=[a-z] )\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
const MINUTE = /(?<=[a-z] )(\d\d:\d\d) UTC on (\d{4}-\d\d-\d\d)/g;
/** What turns the direction of all text behind it: in a name it would turn the sentence that the name stands in. */
const TURNS = /[\u202A-\u202E\u2066-\u2069]/g;

/**
 * What the API says, as the page says it: with what stands on the page, and in the reader's zone.
 * @param text any other than a sentence of the API stays as it is
 */
export function pageWords(text: string): string {
  const here = NAMES_ROUTE.test(text)
    ? PHRASES.reduce((said, [phrase, words]) => said.replace(phrase, words), text)
    : text;
  return here
    .replace(MOMENT, inFull)
    .replace(MINUTE, (_, time: string, day: string) => minuteOfDay(`${day}T${time}:00Z`))
    .replace(TURNS, '');
}
