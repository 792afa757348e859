import type { PlanEntry } from '../../../model/PlanEntry';

/** A transaction takes 4 MiB, at two bytes a character (azure-functions.md 8.1); half of it is left for what comes beside. */
export const RECORD_LENGTH = 1_000_000;

/** How much room an entry takes in a transaction, in characters. */
export const lengthOf = (entry: PlanEntry): number => JSON.stringify(entry).length;

/** Parts of at most `size` items that each fit one transaction; an item alone always counts as fitting. */
export function partsThatFit<T extends { readonly entry: PlanEntry }>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  let length = 0;
  for (const item of items) {
    const own = lengthOf(item.entry);
    const last = parts.at(-1);
    if (last === undefined || last.length === size || length + own > RECORD_LENGTH) {
      parts.push([item]);
      length = own;
    } else {
      last.push(item);
      length += own;
    }
  }
  return parts;
}
