import { emailKey, type Account } from '../../model/Account';
import type { ManagedPerson } from '../../model/ManagedPerson';
import { sameKeys } from '../../rules/differences';
import { appliedOf } from './linkOf';

/** Right after a write of ours, an answer without it is GoTo's lag, not news (docs/protocol.md R11). */
export function showsOwnWrite({ link }: ManagedPerson, observed: Account | 'absent'): boolean {
  if (link === null) return true;
  if (observed === 'absent' || observed.key !== link.key) return false;
  const shown = appliedOf(observed);
  return (
    emailKey(shown.email) === emailKey(link.applied.email) &&
    shown.firstName === link.applied.firstName &&
    shown.lastName === link.applied.lastName &&
    (link.applied.groupKey === undefined || shown.groupKey === link.applied.groupKey) &&
    sameKeys(shown.licenseKeys, link.applied.licenseKeys)
  );
}
