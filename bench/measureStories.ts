/**
 * How long the help desk waits: one person's story by object id, mail address and user principal name, of somebody only
 * Entra knows, of a name nobody has, and the search with each letter. While nothing runs, and while a full cycle does.
 */
import { randomUUID } from 'node:crypto';
import { newUser } from '../local/simulators/world/buildWorld';
import type { BenchStack } from './BenchStack';

const TIMES = 40;
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
  const kinds: readonly (readonly [string, readonly string[]])[] = [
    ['story by object id', people.map(({ id }) => storyOf(id))],
    ['story by mail or UPN', people.map(({ mail, userPrincipalName }) => storyOf(mail ?? userPrincipalName))],
    ['story, not seen before', strangers.map(({ userPrincipalName }) => storyOf(userPrincipalName))],
    ['story, name of nobody', people.map(() => storyOf(`${randomUUID()}@example.com`))],
    ['search, as one types', names.flatMap((name) => [2, 4, 8].map((letters) => searchFor(name.slice(0, letters))))],
    ['search, name of nobody', people.map(() => searchFor(randomUUID()))],
  ];
  for (const [kind, paths] of kinds) {
    const waits: number[] = [];
    for (const path of paths) {
      const startedAt = performance.now();
      await bench.call(path);
      waits.push(performance.now() - startedAt);
    }
    waits.sort((a, b) => a - b);
    const at = (share: number): string => `${(waits[Math.floor(share * (waits.length - 1))] ?? 0).toFixed(0)} ms`;
    console.log(`${kind}, ${when}`.padEnd(46) + `p50 ${at(0.5)}   p95 ${at(0.95)}   longest ${at(1)}`);
  }
}

const storyOf = (name: string): string => `${JOB}/users/${encodeURIComponent(name)}`;
const searchFor = (text: string): string => `${JOB}/users?%24search=${encodeURIComponent(text)}`;
