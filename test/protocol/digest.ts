/** Hashes of states. Parts of a state are never changed in place, so the hash of a part is kept beside it. */
import type { World } from './world';

/** A text's hash of 53 bits. */
export function hash(text: string): number {
  let a = 0x811c9dc5;
  let b = 0x1234567;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul(b ^ c, 0x85ebca6b) + (b >>> 13);
  }
  return (a >>> 0) * 2_097_152 + ((b >>> 0) & 2_097_151);
}

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

/** Everything that can decide what happens next, or what will be told. */
export function digest(w: World): number {
  const processes = w.processes.map((p) => `${p.id}${p.key}${p.message ?? ''}`);
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
      hashOf(w.budget, plain),
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
