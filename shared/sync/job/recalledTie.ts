import { lastTie, type ManagedPerson } from '../../model/ManagedPerson';
import type { PlanEntry } from '../../model/PlanEntry';
import { isFoundAnew } from '../../rules/isFoundAnew';
import type { WithStore } from '../Engine';

/**
 * Gives back the tie that a restart has forgotten, to whoever would be found anew by no address that is wanted, or is not to be
 * found at all: without it nobody would take the access of who has left, and who has moved would get a second account
 * (docs/protocol.md 3.8). An account that is somebody else's by now stays theirs.
 * An undo puts back what was written to the account, so it takes the tie, too.
 * @param entry what is to be done for the person
 * @returns the person with the tie; undefined where it stays forgotten, or nothing was. @throws ConnectorError StorageUnreachable
 */
export async function recalledTie(
  { store }: WithStore,
  { sourceId, ...entry }: Pick<PlanEntry, 'sourceId' | 'desired' | 'absentSince' | 'observed' | 'hold'>,
  person: ManagedPerson,
): Promise<ManagedPerson | undefined> {
  const { link, untied } = person;
  if (untied === null || link !== null) return undefined;
  if (entry.hold === null && isFoundAnew(entry, untied)) return undefined;
  const claim = await store.claims.get(untied.key);
  return claim === undefined || claim.sourceId === sourceId ? withTieBack(person) : undefined;
}

/** As if nothing had been forgotten. */
export const withTieBack = (person: ManagedPerson): ManagedPerson => ({
  ...person,
  link: lastTie(person),
  untied: null,
});
