/** Hashes of states. Parts of a state are never changed in place, so the hash of a part is kept beside it. */
import { hash } from './hash';
import { stateOf } from './run';
import type { World } from './world';

const known = new WeakMap<object, number>();

function hashOf<T extends object>(part: T, textOf: (part: T) => string): number {
  let found = known.get(part);
  if (found === undefined) known.set(part, (found = hash(textOf(part))));
  return found;
}

const plain = (part: object): string => JSON.stringify(part);
const mapText = (map: ReadonlyMap<string, unknown>): string =>
  JSON.stringify([...map].sort(([x], [y]) => (x < y ? -1 : 1)));
const slotText = (tables: World['tables']): string =>
  [...tables]
    .map(([key, slot]) => `${key}${hashOf(slot, plain)}`)
    .sort()
    .join();

/** Everything that can decide what happens next, or what will be told, when no further event or fault comes. */
export function digest(w: World): number {
  const processes = w.processes.map((p) => `${stateOf(p)}${p.message ?? ''}`);
  const queue = w.queue.map((m) => {
    const holder = m.holder === undefined ? '' : w.processes.findIndex(({ n }) => n === m.holder);
    return `${m.id}@${m.due}${holder}`;
  });
  return hash(
    [
      w.now,
      w.cycles,
      w.setting,
      w.faults,
      w.down,
      hashOf(w.truth, plain),
      hashOf(w.changes, plain),
      hashOf(w.accounts, plain),
      hashOf(w.tables, slotText),
      hashOf(w.removed, plain),
      hashOf(w.approved, mapText),
      hashOf(w.factsOf, mapText),
      hashOf(w.marked, mapText),
      w.drifted.size,
      w.writes.length,
      w.sent.size,
      processes.join(),
      queue.join(),
    ].join('|'),
  );
}

/** And with the events and faults that may still come. */
export const withBudget = (w: World, calm: number): string => `${calm}|${hashOf(w.budget, plain)}`;
