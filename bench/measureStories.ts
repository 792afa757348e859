/**
 * How long the help desk waits: one person's story by object id, mail address and user principal name, of somebody only
 * Entra knows, of a name nobody has, and the search with each letter; and how long an admin waits for the forecast of a
 * mapping, without a new attribute and with one that Entra is asked for. While nothing runs, and while a full cycle does.
 */
import { randomUUID } from 'node:crypto';
import { DEFAULT_SCHEMA } from '../shared/mapping/schema/DEFAULT_SCHEMA';
import { newUser } from '../local/simulators/world/buildWorld';
import type { BenchStack } from './BenchStack';

const TIMES = 40;
const FORECASTS = 3;
const JOB = '/api/synchronization/jobs/gotomeeting';

/** Prints the median, the 95th percentile and the longest wait of each kind of question, in ms. */
export async function measureStories(bench: BenchStack): Promise<void> {
  await askAll(bench, 'idle');
  await bench.call(`${JOB}/sync`, { mode: 'full' });
  await askAll(bench, 'beside a full cycle');
}

async function askAll(bench: BenchStack, when: string): Promise<void> {
  const { directory, random } = bench.world;
  const people = [...directory.entitledIds()].slice(0, TIMES).map((id) => directory.user(id));
  const strangers = people.map((_, index) => directory.addUser(newUser(random, 900_000 + index)));
  const names = people.map(({ displayName }) => displayName);
  const forecast = (schema: object) => (): Promise<unknown> => bench.call(`${JOB}/schema?dryRun=true`, schema, 'PUT');
  const ask = (paths: readonly string[]) => paths.map((path) => (): Promise<unknown> => bench.call(path));
  const kinds: readonly (readonly [string, readonly (() => Promise<unknown>)[]])[] = [
    ['story by object id', ask(people.map(({ id }) => storyOf(id)))],
    ['story by mail or UPN', ask(people.map(({ mail, userPrincipalName }) => storyOf(mail ?? userPrincipalName)))],
    ['story, not seen before', ask(strangers.map(({ userPrincipalName }) => storyOf(userPrincipalName)))],
    ['story, name of nobody', ask(people.map(() => storyOf(`${randomUUID()}@example.com`)))],
    [
      'search, as one types',
      ask(names.flatMap((name) => [2, 4, 8].map((letters) => searchFor(name.slice(0, letters))))),
    ],
    ['search, name of nobody', ask(people.map(() => searchFor(randomUUID())))],
    ['forecast of a mapping', Array.from({ length: FORECASTS }, () => forecast(DEFAULT_SCHEMA))],
    ['forecast, new attribute', Array.from({ length: FORECASTS }, () => forecast(withOffice()))],
  ];
  for (const [kind, questions] of kinds) {
    const waits: number[] = [];
    for (const question of questions) {
      const startedAt = performance.now();
      await question();
      waits.push(performance.now() - startedAt);
    }
    waits.sort((a, b) => a - b);
    const at = (share: number): string => `${(waits[Math.floor(share * (waits.length - 1))] ?? 0).toFixed(0)} ms`;
    console.log(`${kind}, ${when}`.padEnd(46) + `p50 ${at(0.5)}   p95 ${at(0.95)}   longest ${at(1)}`);
  }
}

const storyOf = (name: string): string => `${JOB}/users/${encodeURIComponent(name)}`;
const searchFor = (text: string): string => `${JOB}/users?%24search=${encodeURIComponent(text)}`;

/** The built-in mapping, with a filter on an attribute that no mapping has read yet; nobody is left out. */
function withOffice(): object {
  const clause = {
    operatorName: 'NOT EQUALS',
    sourceOperandName: 'physicalDeliveryOfficeName',
    targetOperand: { values: ['-'] },
  };
  const scope = { groups: [{ name: 'office', clauses: [clause] }] };
  return {
    ...DEFAULT_SCHEMA,
    synchronizationRules: DEFAULT_SCHEMA.synchronizationRules.map((rule) => ({
      ...rule,
      objectMappings: rule.objectMappings.map((mapping) => ({ ...mapping, scope })),
    })),
  };
}
