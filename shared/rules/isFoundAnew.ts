import { emailKey } from '../model/Account';
import { matchingAddresses } from '../model/Desired';
import type { Link } from '../model/Link';
import type { PlanEntry } from '../model/PlanEntry';

/**
 * Whether the account of a tie may be forgotten, because its person is wanted, in no doubt, and found anew by the addresses that
 * are wanted. An account that still has the address that was last written, while another one is wanted, is found by none of
 * them: its person would get a second one. One whose address was changed by hand is forgotten: whose it is, is the question.
 * @param entry the judgement, made with the tie
 */
export function isFoundAnew(
  { desired, absentSince, observed }: Pick<PlanEntry, 'desired' | 'absentSince' | 'observed'>,
  { key, applied }: Link,
): boolean {
  if (desired.kind !== 'active' || absentSince !== null) return false;
  const written = emailKey(applied.email);
  if (matchingAddresses(desired).some((address) => emailKey(address) === written)) return true;
  // Where nothing was listed, what was written stands for what there is.
  return (
    observed !== null && !(typeof observed === 'object' && observed.key === key && emailKey(observed.email) === written)
  );
}
