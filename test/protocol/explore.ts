/** The two searches: every interleaving with a bounded number of switches, and random walks. Both end states by `settle`. */
import { actions, type Action } from './actions';
import { digest, withBudget } from './digest';
import { hash } from './hash';
import { randomFrom, type Random } from './random';
import type { Scenario } from './scenarios/Scenario';
import { forget, whileRemembering } from './run';
import { configure, type Settings } from './settings';
import { settle } from './settle';
import { headsOf, rowsOf } from './tables';
import { keys } from './rows';
import { copy, newWorld, Violation, type World } from './world';

export interface Story {
  readonly text: string;
  readonly steps: readonly string[];
}
export interface Bound {
  readonly states: number;
  /** The clock; never the bound of a mutation. It is looked at when at least so many have been seen. */
  readonly until: number;
  readonly atLeast: number;
}
export interface Searched {
  readonly states: number;
  readonly settled: number;
  readonly complete: number;
  readonly found: Story | null;
}
export interface Walked {
  readonly walks: number;
  readonly steps: number;
  readonly found: Story | null;
}

const SETTLED = '(faults stop, two cycles)';
const CLOCK_EVERY = 64;
/** One in so many states with a running process is settled too. */
const SAMPLE = 97;

/** Sets the world up; each search begins with it. */
export function begin(scenario: Scenario, change: Partial<Settings>): void {
  configure({ ...scenario.settings, ...change });
  forget();
}

interface Node {
  readonly w: World;
  /** The process that ran last, and how often another one may still break in. */
  readonly last: number;
  readonly switches: number;
  readonly trace: Trace | null;
}
interface Trace {
  readonly name: string;
  readonly up: Trace | null;
}

function storyOf(error: unknown, trace: Trace | null): Story {
  if (!(error instanceof Violation)) throw error;
  const steps: string[] = [];
  for (let t = trace; t !== null; t = t.up) steps.push(t.name);
  return { text: error.message, steps: steps.reverse() };
}

/** Whether taking the action breaks in on the process that ran last and could go on. */
function isSwitch(action: Action, { w, last }: Node): boolean {
  if (action.own === last || action.sort === 'fault') return false;
  return w.processes.some(({ n }) => n === last);
}

/** A switch is an action of somebody else while the process that ran last could go on. */
const MOST_SWITCHES = 4;

/**
 * Every interleaving without a switch, then with one, and so on: few of them find nearly everything, and with few of them
 * a small world is searched completely. `complete`: the most switches of which nothing was left out, -1 for none.
 */
export function search(scenario: Scenario, bound: Bound): Searched {
  let states = 0;
  // What follows when faults stop does not depend on those that could have come.
  const settled = new Set<number>();
  for (let switches = 0; switches <= MOST_SWITCHES; switches += 1) {
    const rest = { ...bound, states: bound.states - states };
    const once = whileRemembering(true, () => searchOnce(scenario, switches, settled, rest));
    states += once.states;
    if (once.found !== null || !once.all)
      return { states, settled: settled.size, complete: switches - 1, found: once.found };
  }
  return { states, settled: settled.size, complete: MOST_SWITCHES, found: null };
}

interface Once {
  readonly states: number;
  readonly all: boolean;
  readonly found: Story | null;
}

/** Depth first, each state once. A state in which no process runs is also settled, and a sample of the others. */
function searchOnce(scenario: Scenario, mostSwitches: number, settled: Set<number>, bound: Bound): Once {
  const seen = new Set<number>();
  const stack: Node[] = [{ w: newWorld(scenario), last: 0, switches: mostSwitches, trace: null }];
  const result = (all: boolean, found: Story | null): Once => ({ states: seen.size, all, found });
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const { w, trace } = node;
    const running = w.processes.findIndex(({ n }) => n === node.last);
    const state = digest(w);
    const id = hash(`${withBudget(w, state)}|${running}|${node.switches}`);
    if (seen.has(id)) continue;
    if (
      seen.size >= bound.states ||
      (seen.size % CLOCK_EVERY === 0 && seen.size >= bound.atLeast && Date.now() > bound.until)
    )
      return result(false, null);
    seen.add(id);
    if ((w.processes.length === 0 || id % SAMPLE === 0) && !settled.has(state)) {
      settled.add(state);
      const calm = copy(w);
      try {
        whileRemembering(false, () => settle(calm));
      } catch (error) {
        return result(false, storyOf(error, { name: SETTLED, up: trace }));
      }
      remember(calm);
    }
    for (const action of actions(w, scenario.limits)) {
      const switches = node.switches - (isSwitch(action, node) ? 1 : 0);
      if (switches < 0) continue;
      const next = copy(w);
      const here = { name: action.name, up: trace };
      try {
        action.run(next);
      } catch (error) {
        return result(false, storyOf(error, here));
      }
      const spawned = next.born > w.born ? next.born : 0;
      stack.push({ w: next, last: action.own ?? spawned, switches, trace: here });
    }
  }
  return result(true, null);
}

/** Random walks by seed; faults and events are spread over the run. `bound.states` counts steps. */
export function walk(scenario: Scenario, seed: number, bound: Bound): Walked {
  const random = randomFrom(seed);
  let steps = 0;
  let walks = 0;
  while (steps < bound.states && (steps < bound.atLeast || Date.now() <= bound.until)) {
    walks += 1;
    const w = newWorld(scenario);
    const names: string[] = [];
    try {
      walkOnce(w, scenario, random, names);
      names.push(SETTLED);
      settle(w);
      remember(w);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      return { walks, steps: steps + names.length, found: { text: error.message, steps: names } };
    }
    steps += names.length;
  }
  return { walks, steps, found: null };
}

function walkOnce(w: World, scenario: Scenario, random: Random, names: string[]): void {
  let last: number | null = null;
  // Some walks change process at every call, some hardly ever.
  const eager = 0.15 + 0.35 * random();
  const preempt = random() ** 2;
  const weightOf = ({ sort }: Action): number => (sort === 'event' ? eager : sort === 'fault' ? 0.3 : 1);
  for (let step = 0; step < (scenario.length ?? 220); step += 1) {
    const all = actions(w, scenario.limits);
    const same =
      random() > preempt ? all.filter(({ own, sort }) => own !== null && own === last && sort === 'step') : [];
    const from = same.length > 0 ? same : all;
    let x = random() * from.reduce((sum, action) => sum + weightOf(action), 0);
    const action = from.find((a) => (x -= weightOf(a)) < 0) ?? from[0];
    if (action === undefined) return;
    last = action.own ?? w.born + 1;
    names.push(action.name);
    action.run(w);
    if (action.sort === 'fault') meet(FAULT.exec(action.name)?.[0] ?? action.name);
  }
}

const FAULT = /dies|loses its lock|answer lost|request lost|lagging|replays|dup|without a key|does not appear/u;

/** What has really been met: a fault that never fired proves nothing. */
export const met = new Map<string, number>();
const meet = (what: string): void => void met.set(what, (met.get(what) ?? 0) + 1);

function remember(w: World): void {
  for (const { cycle, head } of headsOf(w)) {
    meet(`cycle ${head.state}${head.stopping ? ' by deadline' : ''}`);
    for (const { row } of rowsOf(w, keys.planRows(cycle))) if (row.result !== null) meet(`row ${row.result}`);
  }
}
