/**
 * `npm run protocol [-- seconds [seed] [--traces]]`: searches the model of the protocol. The rules hold in every small world;
 * each planted violation is found; nothing depends on the courtesies. Exit code 1 when something is not as expected.
 * The seconds bound the searches for an unknown hole. A planted violation is searched by count, so that it is found on any machine.
 */
import { parseArgs } from 'node:util';
import { begin, met, search, walk, type Story } from './explore';
import { COURTESIES, MUTATIONS, type Mutation } from './mutations';
import { NARROW, SCENARIOS, WIDE } from './scenarios';
import type { Rule, Settings } from './settings';

const DEFAULT_SECONDS = 75;
const DEFAULT_SEED = 7;
/** What is done on the slowest machine, so that what must be met is met there too. */
const LEAST_STATES = 500;
const LEAST_STEPS = 6_000;
/** The walks of the mutations have seeds of their own, tried in turn, so that another seed cannot lose one. */
const MUTATION_SEEDS = [7, 8, 9, 10, 11, 12, 13, 14];
/** What one mutation may cost: steps a seed, or states of a search. */
const MUTATION_STEPS = 80_000;
const MUTATION_STATES = 150_000;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { traces: { type: 'boolean' } } });
const seconds = Number(positionals[0] ?? DEFAULT_SECONDS);
const seed = Number(positionals[1] ?? DEFAULT_SEED);
const began = Date.now();
let bad = 0;
let total = 0;

function say(name: string, text: string): void {
  console.log(`${name.padEnd(20)} ${text}`);
}
function tellStory({ text, steps }: Story): void {
  bad += 1;
  console.log(`  VIOLATED ${text}\n    ${steps.join('\n    ')}`);
}
/** Shares of the budget for the three parts that are bounded by time. */
const share = (part: number, count: number): number => Date.now() + (seconds * 1000 * part) / count;

/** The most switches of which nothing was left out. */
const textOf = (complete: number): string =>
  complete < 0 ? 'nothing: cut off by the clock' : `${complete} switch${complete === 1 ? '' : 'es'}`;

function checkNarrow(): void {
  const names = Object.entries(NARROW);
  console.log(
    '1. All rules, narrow worlds: every interleaving without a switch between processes, with one, and so on',
  );
  for (const [name, scenario] of names) {
    begin(scenario, {});
    const { states, settled, complete, found } = search(scenario, {
      states: Infinity,
      until: share(0.4, names.length),
      atLeast: LEAST_STATES,
    });
    total += states;
    say(name, `${states} states, ${settled} settled, complete with ${textOf(complete)}`);
    if (found !== null) tellStory(found);
  }
}

const BROKERS: readonly Partial<Settings>[] = [
  { lanes: 1, dedupe: true },
  { lanes: 1, dedupe: false },
  { lanes: 2, dedupe: true },
  { lanes: 2, dedupe: false },
];

function checkWide(): void {
  console.log(
    '2. All rules, wide worlds: random walks; one and two lanes, broker with and without duplicate detection',
  );
  const names = Object.entries(WIDE);
  for (const [name, scenario] of names) {
    let count = 0;
    for (const [i, broker] of BROKERS.entries()) {
      begin(scenario, broker);
      const until = share(0.25, names.length * BROKERS.length);
      const { walks, steps, found } = walk(scenario, seed + i, { states: Infinity, until, atLeast: LEAST_STEPS });
      count += walks;
      total += steps;
      if (found !== null) tellStory(found);
    }
    say(name, `${count} walks`);
  }
}

/** A fault or an end that was never met proves nothing about it. */
const MUST_MEET = [
  ...['cycle superseded', 'cycle rejected', 'cycle applied', 'cycle failed by deadline'],
  ...['row doubt', 'row superseded', 'row held', 'row onHold', 'row refused', 'row parked'],
  ...[
    'dies',
    'loses its lock',
    'answer lost',
    'request lost',
    'lagging',
    'replays',
    'dup',
    'without a key',
    'does not appear',
  ],
];

function checkMet(): void {
  const all = [...met].sort(([x], [y]) => (x < y ? -1 : 1));
  console.log(`   met: ${all.map(([what, n]) => `${what} ${n}`).join(', ')}`);
  for (const what of MUST_MEET) {
    if (met.has(what)) continue;
    bad += 1;
    console.log(`   NEVER MET: ${what}`);
  }
}

function findPlanted({ rule, how, where }: Mutation): { found: Story | null; cost: string } {
  const scenario = SCENARIOS[where];
  begin(scenario, { off: rule });
  if (how === 'walk') {
    let count = 0;
    for (const seed of MUTATION_SEEDS) {
      const { found, walks } = walk(scenario, seed, { states: MUTATION_STEPS, until: Infinity, atLeast: 0 });
      count += walks;
      if (found !== null) return { found, cost: `${count} walks, seed ${seed}` };
    }
    return { found: null, cost: `${count} walks` };
  }
  const { found, states } = search(scenario, { states: MUTATION_STATES, until: Infinity, atLeast: 0 });
  return { found, cost: `${states} states` };
}

function checkMutations(): void {
  console.log('3. One rule switched off each: the harm must be found');
  for (const mutation of MUTATIONS) {
    const { found, cost } = findPlanted(mutation);
    if (found === null) bad += 1;
    const what = found === null ? `NOT FOUND` : `found`;
    say(mutation.rule, `${what} in ${mutation.where} after ${cost}: ${found?.text ?? ''}  (${mutation.text})`);
    if (found !== null && values.traces === true) console.log(`    ${found.steps.join('\n    ')}`);
  }
}

function checkCourtesies(): void {
  console.log('4. Courtesies: nothing depends on them');
  const all = Object.entries(COURTESIES);
  for (const [rule, { text, where }] of all) {
    let count = 0;
    for (const name of where) {
      const scenario = SCENARIOS[name];
      begin(scenario, { off: rule as Rule });
      const until = share(0.05, all.length * where.length);
      const { walks, steps, found } = walk(scenario, seed, { states: Infinity, until, atLeast: LEAST_STEPS });
      count += walks;
      total += steps;
      if (found !== null) tellStory(found);
    }
    say(rule, `holds without in ${count} walks (${text})`);
  }
}

checkNarrow();
checkWide();
checkMet();
checkMutations();
checkCourtesies();
const took = Math.round((Date.now() - began) / 1000);
console.log(`${total} states and steps in ${took} s; ${bad === 0 ? 'all as expected' : `${bad} NOT as expected`}`);
process.exitCode = bad === 0 ? 0 : 1;
