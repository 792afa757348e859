import type { AppRole } from '../model/Assignment';
import type { Desired } from '../model/Desired';
import { isSignInBlocked, type Person } from '../model/Person';
import type { Reason } from '../model/Reason';
import type { Entitlements } from './Entitlements';
import type { Mapping } from '../mapping/Mapping';

/** What Entra says of one person, and what of it is in doubt. */
export interface SourceFacts {
  /** Undefined when Entra no longer shows the user. */
  readonly person: Person | undefined;
  /** As Entra showed them last, where there is no person. */
  readonly lastKnown?: Person | undefined;
  /** Why there is no person: the recycle bin, or gone for good. */
  readonly deleted?: 'soft' | 'hard' | undefined;
  readonly roleIds: readonly string[];
  readonly isProtected: boolean;
  /** The person had access before, and this is why its absence does not count yet (I05); null when it does. */
  readonly absenceDoubt: Reason | null;
  /** Licences of a role that got lost in one read: kept until a second one agrees. */
  readonly keptLicenseKeys?: readonly string[];
  /** The same for whom a filter or the mapping leaves out: a changed mapping must not remove people in one stroke. */
  readonly exclusionUnconfirmed: boolean;
  readonly nowMs: number;
}

/** By whose rules. */
export interface SourcePolicy {
  readonly mapping: Mapping;
  readonly entitlements: Entitlements;
  readonly skipOutOfScopeDeletions: boolean;
}

const leave = (reason: Reason, detail?: string): Desired => ({
  kind: 'leave',
  reason,
  ...(detail === undefined ? {} : { detail }),
});

/** What Entra wants of one person. Pure; the order of the checks is the order in which the log explains them. */
export function desiredOf(facts: SourceFacts, policy: SourcePolicy): Desired {
  const { person } = facts;
  if (facts.isProtected) return leave('Protected');
  if (facts.deleted === 'hard') {
    if (facts.absenceDoubt !== null) return leave(facts.absenceDoubt);
    return policy.mapping.flow.delete ? { kind: 'inactive', reason: 'HardDeleted' } : leave('DeletionSwitchedOff');
  }
  if (facts.deleted === 'soft') return leaving('SoftDeleted', facts, policy);
  if (person === undefined) return leave('AbsenceUnconfirmed');
  if (isSignInBlocked(person)) return leaving('SignInBlocked', facts, policy);
  const entitlement = policy.entitlements.of(facts.roleIds);
  if (!entitlement.entitled) {
    if (facts.absenceDoubt !== null) return leave(facts.absenceDoubt);
    if (policy.skipOutOfScopeDeletions) return leave('OutOfScopeDeletionsSkipped');
    return leaving(entitlement.reason, facts, policy);
  }
  const mapped = policy.mapping.map(person, mappingFacts(facts, policy, false));
  if (mapped.kind === 'leave') return leave(mapped.reason, mapped.detail);
  if (mapped.kind === 'inactive') {
    if (facts.exclusionUnconfirmed) return leave('AbsenceUnconfirmed');
    if (policy.skipOutOfScopeDeletions && mapped.reason === 'OutOfScope') return leave('OutOfScopeDeletionsSkipped');
    return policy.mapping.flow.update ? mapped : leave('UpdatesSwitchedOff');
  }
  const { create, update } = policy.mapping.flow;
  const switchedOff = [...(create ? [] : (['create'] as const)), ...(update ? [] : (['update'] as const))];
  return {
    kind: 'active',
    attributes: mapped.attributes,
    licenseKeys: [...new Set([...entitlement.licenseKeys, ...(facts.keptLicenseKeys ?? [])])],
    ...(Object.keys(mapped.flows).length === 0 ? {} : { flows: mapped.flows }),
    ...(mapped.matching.length === 0 ? {} : { matching: mapped.matching }),
    ...(mapped.redacted.length === 0 ? {} : { redacted: mapped.redacted }),
    ...(switchedOff.length === 0 ? {} : { switchedOff }),
  };
}

/** IsSoftDeleted is true now: whether that disables is up to the mapping of `active`, as in Entra (HPW, CUS). */
function leaving(reason: Reason, facts: SourceFacts, policy: SourcePolicy): Desired {
  if (!policy.mapping.flow.update) return leave('UpdatesSwitchedOff');
  const person = facts.person ?? facts.lastKnown ?? { id: '', attributes: {} };
  const mapped = policy.mapping.map(person, mappingFacts(facts, policy, true));
  return mapped.kind === 'leave' ? leave(mapped.reason, mapped.detail) : { kind: 'inactive', reason };
}

const mappingFacts = (facts: SourceFacts, policy: SourcePolicy, isSoftDeleted: boolean) => ({
  appRoles: rolesOf(facts.roleIds, policy),
  isSoftDeleted,
  nowMs: facts.nowMs,
});

const rolesOf = (roleIds: readonly string[], { entitlements }: SourcePolicy): readonly AppRole[] =>
  roleIds.flatMap((id) => entitlements.role(id) ?? []);
