import type { AccountChanges } from '../model/AccountChanges';
import type { Link } from '../model/Link';

/** What the connector wrote may be changed back once; the second time somebody means it. */
const PATIENCE = 1;

/**
 * Fields that somebody keeps changing back: what the connector wrote was undone, put right, and undone again.
 * Written once more it would be a fight with another system, so they are left and reported.
 * @param changes what would make the account as it should be
 * @param news those of them that are new wishes of Entra: these were never undone
 */
export const contested = (link: Link, changes: AccountChanges, news: AccountChanges): readonly string[] =>
  Object.keys(changes).filter((name) => !Object.hasOwn(news, name) && (link.repairs[name] ?? 0) >= PATIENCE);

/**
 * The count of repairs after a write.
 * @param written the fields it writes
 * @param undone those of them that somebody had changed by hand; for the others the count begins anew
 */
export function repairsAfter(
  link: Link | null,
  written: readonly string[],
  undone: readonly string[],
): Link['repairs'] {
  const repairs = new Map(Object.entries(link?.repairs ?? {}));
  for (const name of written) {
    if (undone.includes(name)) repairs.set(name, (repairs.get(name) ?? 0) + 1);
    else repairs.delete(name);
  }
  return Object.fromEntries(repairs);
}
