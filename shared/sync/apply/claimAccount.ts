/**
 * At most one person a GoTo account (I03). The order is what makes it safe: the holder's row is changed before its claim
 * is taken over, and one's own claim of an earlier try is renewed before it counts (docs/protocol.md 6).
 */
import { emailKey } from '../../model/Account';
import { ConnectorError } from '../../model/ConnectorError';
import { matchingAddresses } from '../../model/Desired';
import type { ManagedPerson } from '../../model/ManagedPerson';
import type { PlanEntry } from '../../model/PlanEntry';
import type { Reason } from '../../model/Reason';
import type { WithStore } from '../Engine';

const taken = (): ConnectorError =>
  new ConnectorError('Another person in Entra already has this GoTo account. Give one of them another address.', {
    code: 'DuplicateSourceEntries',
    sent: true,
    repeatable: false,
    scope: 'object',
  });

const busy = (): ConnectorError =>
  new ConnectorError('Another person is being linked to the same GoTo account; it is looked at again.', {
    code: 'DuplicateSourceEntries',
    sent: true,
    repeatable: true,
    scope: 'object',
  });

/** Whose the account is to be, and by which addresses it was found. */
type Claimant = Pick<PlanEntry, 'sourceId' | 'desired'>;

/**
 * @param mayTakeOver asked with the person who had the account, before it is taken from them
 * @returns false when it may not: nothing was changed
 * @throws ConnectorError DuplicateSourceEntries when the account is somebody else's, repeatable while that is being decided
 */
export async function claimAccount(
  { store }: WithStore,
  targetKey: string,
  claimant: Claimant,
  mayTakeOver: (holder: ManagedPerson) => Promise<boolean> = () => Promise.resolve(true),
): Promise<boolean> {
  const { sourceId } = claimant;
  if (await store.claims.insert(targetKey, sourceId)) return true;
  const claim = await store.claims.get(targetKey);
  if (claim === undefined) throw busy();
  if (
    claim.sourceId !== sourceId &&
    !(await breakClaim({ store }, { targetKey, claimant }, claim.sourceId, mayTakeOver))
  )
    return false;
  if (!(await store.claims.take(targetKey, sourceId, claim.etag))) throw busy();
  return true;
}

/** Whether `claimAccount` threw because the account is somebody else's for good. */
export const isTaken = (error: unknown): boolean =>
  error instanceof ConnectorError && error.code === 'DuplicateSourceEntries' && !error.repeatable;

/** Whether somebody else holds the account now: then there is nothing left to take from this person. */
export async function isTakenOver({ store }: WithStore, targetKey: string, sourceId: string): Promise<boolean> {
  const claim = await store.claims.get(targetKey);
  if (claim === undefined || claim.sourceId === sourceId) return false;
  return (await store.people.get(claim.sourceId)).person.link?.key === targetKey;
}

/**
 * A rehire (same address, new object) takes the account over from the object that left; two people who are both entitled
 * are an error only the admin can solve.
 */
async function breakClaim(
  { store }: WithStore,
  { targetKey, claimant }: { readonly targetKey: string; readonly claimant: Claimant },
  holderId: string,
  mayTakeOver: (holder: ManagedPerson) => Promise<boolean>,
): Promise<boolean> {
  const { person, etag } = await store.people.get(holderId);
  const isLinked = person.link?.key === targetKey;
  const isPending = person.pending?.link.key === targetKey;
  if (isPending) throw busy();
  const isForgotten = isForgottenBy(person, targetKey, claimant);
  if ((isLinked || isForgotten) && !(await hasLeft({ store }, holderId, person))) throw isLinked ? taken() : busy();
  if (etag === null) return true;
  if (!(await mayTakeOver(person))) return false;
  const next = isLinked
    ? { ...person, link: null }
    : { ...person, untied: person.untied?.key === targetKey ? null : person.untied };
  if ((await store.people.change(holderId, next, etag)) === undefined) throw busy();
  return true;
}

/**
 * Whether a restart has made the holder forget the account, and nothing but that: with the address that was last written for
 * them they are about to find it anew, or to get the tie back. Whoever gets the same address would have all that is in it.
 */
function isForgottenBy({ untied }: ManagedPerson, targetKey: string, { desired }: Claimant): boolean {
  if (untied?.key !== targetKey || desired.kind !== 'active') return false;
  return matchingAddresses(desired).some((address) => emailKey(address) === emailKey(untied.applied.email));
}

/** Why whoever is gone keeps the account all the same; of whom one read did not find the next one says more (I05). */
const KEEPERS: ReadonlySet<string> = new Set<Reason>(['Protected', 'AbsenceUnconfirmed']);

/** Without access by what Entra says, or judged as gone from it: whatever the mapping lets become of the account then. */
async function hasLeft({ store }: WithStore, holderId: string, { hold }: ManagedPerson): Promise<boolean> {
  const facts = await store.people.facts(holderId);
  if (facts?.wants === 'inactive') return true;
  return facts?.wants === 'leave' && facts.deleted !== 'no' && !KEEPERS.has(facts.skipLogged) && hold !== 'revert';
}
