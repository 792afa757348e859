/** What another mapping would make of one person, by what is stored: nothing is asked of GoTo. Pure. */
import type { Mapping } from '../mapping/Mapping';
import type { Desired, DesiredActive } from '../model/Desired';
import type { Link } from '../model/Link';
import type { Person } from '../model/Person';
import { REASONS, type Reason } from '../model/Reason';
import { desiredOf } from './desiredOf';
import { differences } from './differences';
import type { Entitlements } from './Entitlements';
import { isProtected } from './isProtected';
import { licensesOfRules, type CyclePolicy } from './Policy';

/** Everything stored of a person that a mapping may speak of. */
export interface StoredFacts {
  readonly sourceId: string;
  readonly person: Person | undefined;
  /** As Entra showed them last, where it does not any longer. */
  readonly lastKnown: Person | undefined;
  readonly deleted: 'soft' | 'hard' | undefined;
  readonly roleIds: readonly string[];
  readonly link: Link | null;
  readonly nowMs: number;
}

/** By whose rules; the mapping of the policy is the one that counts today. */
export interface ForesightPolicy {
  readonly policy: CyclePolicy;
  readonly entitlements: Entitlements;
  /** The mapping in question. */
  readonly after: Mapping;
}

export type Foreseen =
  | { readonly kind: 'same' }
  /**
   * `leaves`: an active account would be disabled. `invalid`: the mapping has no value that GoTo takes, so the account is no
   * longer kept up or never made. `leftOut`: neither kept up nor disabled any more, or no account where one was planned.
   */
  | { readonly kind: 'leaves' | 'invalid' | 'leftOut'; readonly reason: Reason; readonly why: string }
  /** An account would be made, or enabled again. */
  | { readonly kind: 'joins' }
  | { readonly kind: 'changes'; readonly attributes: readonly string[] };

/** Reasons that lie in what the mapping makes of a person's values. */
const INVALID: ReadonlySet<Reason> = new Set<Reason>(['ImportSkipped', 'InvalidValue', 'ExpressionFailed']);

/** @returns what the mapping alone makes different; what would happen to the person anyway is the same */
export function foresee(facts: StoredFacts, { policy, entitlements, after }: ForesightPolicy): Foreseen {
  const desired = (mapping: Mapping): Desired =>
    desiredOf(
      {
        person: facts.person,
        lastKnown: facts.lastKnown,
        deleted: facts.deleted,
        roleIds: facts.roleIds,
        isProtected: isProtected(facts.sourceId, facts.person, facts.link?.applied.email, policy.protectedUsers),
        absenceDoubt: null,
        exclusionUnconfirmed: false,
        nowMs: facts.nowMs,
      },
      { mapping, entitlements, skipOutOfScopeDeletions: policy.skipOutOfScopeDeletions },
    );
  const [before, then] = [desired(policy.mapping), desired(after)];
  const isManaged = facts.link?.state === 'active';
  if (then.kind === 'active') {
    if (before.kind !== 'active')
      return isManaged && before.kind === 'inactive' ? { kind: 'same' } : joined(before, then, facts);
    if (isNameless(then, facts) && !isNameless(before, facts)) return ended('invalid', 'MandatoryFieldsMissing');
    const attributes = changed(before, then, facts, licensesOfRules(policy));
    return attributes.length === 0 ? { kind: 'same' } : { kind: 'changes', attributes };
  }
  if (then.kind === 'inactive') {
    if (isManaged) return before.kind === 'inactive' ? { kind: 'same' } : ended('leaves', then.reason);
    return before.kind === 'active' ? ended('leftOut', then.reason) : { kind: 'same' };
  }
  if (before.kind === 'leave' && before.reason === then.reason) return { kind: 'same' };
  if (before.kind === 'inactive' && !isManaged) return { kind: 'same' };
  return ended(INVALID.has(then.reason) ? 'invalid' : 'leftOut', then.reason, then.detail);
}

const ended = (kind: 'leaves' | 'invalid' | 'leftOut', reason: Reason, detail?: string): Foreseen => ({
  kind,
  reason,
  why: detail ?? REASONS[reason],
});

/** Somebody the mapping of today gives no account. */
function joined(before: Desired, then: DesiredActive, facts: StoredFacts): Foreseen {
  if (isNameless(then, facts)) return { kind: 'same' };
  // Left alone with an active account so far: kept up again.
  return facts.link?.state === 'active' && before.kind === 'leave'
    ? { kind: 'changes', attributes: [] }
    : { kind: 'joins' };
}

/** GoTo makes no account without names. */
const isNameless = ({ attributes }: DesiredActive, { link }: StoredFacts): boolean =>
  link === null && (attributes.firstName === '' || attributes.lastName === '');

/** Names of the attributes that would be written otherwise than by the mapping of today. */
function changed(
  before: DesiredActive,
  then: DesiredActive,
  { link }: StoredFacts,
  removable: ReadonlySet<string>,
): readonly string[] {
  const written = (desired: DesiredActive): ReadonlyMap<string, string> =>
    new Map(
      Object.entries(link === null ? desired.attributes : differences(desired, link.applied, removable)).map(
        ([name, value]) => [name, JSON.stringify(value)] as const,
      ),
    );
  const [old, young] = [written(before), written(then)];
  return [...new Set([...old.keys(), ...young.keys()])].filter((name) => old.get(name) !== young.get(name));
}
