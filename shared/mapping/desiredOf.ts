import type { Desired } from '../model/Desired';
import { isSignInBlocked, type Person } from '../model/Person';
import type { Reason } from '../model/Reason';
import type { Entitlements } from './Entitlements';
import type { Mapping } from './Mapping';

export interface SourceFacts {
  /** Undefined when Entra no longer shows the user. */
  readonly person: Person | undefined;
  /** Why there is no person: the recycle bin, or gone for good. */
  readonly deleted?: 'soft' | 'hard' | undefined;
  readonly roleIds: readonly string[];
  readonly isProtected: boolean;
  /** The person had an assignment before and has none now, and a second read has not agreed yet (I05). */
  readonly absenceUnconfirmed: boolean;
}

export interface SourcePolicy {
  readonly mapping: Mapping;
  readonly entitlements: Entitlements;
  readonly skipOutOfScopeDeletions: boolean;
}

/** What Entra wants of one person. Pure; the order of the checks is the order in which the log explains them. */
export function desiredOf(facts: SourceFacts, policy: SourcePolicy): Desired {
  if (facts.isProtected) return { kind: 'leave', reason: 'Protected' };
  const leaves = (reason: Reason): Desired => ({ kind: 'inactive', reason });
  if (facts.deleted === 'hard') return leaves('HardDeleted');
  if (facts.deleted === 'soft') return leaves('SoftDeleted');
  if (facts.person === undefined) return { kind: 'leave', reason: 'AbsenceUnconfirmed' };
  if (isSignInBlocked(facts.person)) return leaves('SignInBlocked');
  const entitlement = policy.entitlements.of(facts.roleIds);
  if (!entitlement.entitled) {
    if (facts.absenceUnconfirmed) return { kind: 'leave', reason: 'AbsenceUnconfirmed' };
    if (policy.skipOutOfScopeDeletions) return { kind: 'leave', reason: 'OutOfScopeDeletionsSkipped' };
    return leaves(entitlement.reason);
  }
  const mapped = policy.mapping.map(facts.person);
  if (!mapped.ok) return { kind: 'leave', reason: mapped.reason };
  return { kind: 'active', attributes: mapped.attributes, licenseKeys: entitlement.licenseKeys };
}
