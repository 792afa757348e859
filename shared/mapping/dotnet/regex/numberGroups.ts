import { PatternError } from './PatternError';

export interface FoundGroup {
  readonly name: string | null;
  /** Character of the pattern, the first is 1. */
  readonly at: number;
}

export interface GroupNumbers {
  readonly slots: ReadonlyMap<string, number>;
  readonly unnamed: readonly number[];
}

/**
 * Numbers the groups before parsing, as .NET does: unnamed ones from the left, then the named ones in order of first
 * appearance; a name that is a number takes that number. A name used twice is one group.
 *
 * @returns name or number → slot, and the slots of the unnamed groups from the left
 */
export function numberGroups(found: readonly FoundGroup[]): GroupNumbers {
  const groups = new Map<string, number>([['0', 0]]);
  const taken = new Set<number>([0]);
  for (const { name, at } of found) {
    if (name === null || !/^\d+$/u.test(name)) continue;
    const number = Number(name);
    if (number === 0 || number > 10_000) throw new PatternError('A group may not have this number.', at);
    groups.set(String(number), number);
    taken.add(number);
  }
  const unnamed: number[] = [];
  for (const { name } of found) {
    if (name !== null) continue;
    // Also when a numbered group has this number already: then both are one.
    const number = unnamed.length + 1;
    unnamed.push(number);
    groups.set(String(number), number);
    taken.add(number);
  }
  let next = 1;
  for (const { name } of found) {
    if (name === null || groups.has(name)) continue;
    while (taken.has(next)) next += 1;
    taken.add(next);
    groups.set(name, next);
    groups.set(String(next), next);
  }
  return { slots: groups, unnamed };
}
