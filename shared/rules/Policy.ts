import type { Mapping } from '../mapping/Mapping';
import { digest } from '../model/hash';
import type { EntitlementRule } from './Entitlements';

/** What an admin set: everything that decides who gets what, beside the mapping. */
export interface Policy {
  /** The enterprise application, as the settings name it. */
  readonly enterpriseApp: string;
  readonly roleEntitlements: Readonly<Record<string, EntitlementRule>>;
  readonly provisionDefaultAccess: boolean;
  /** Members of groups in assigned groups count, however deep. */
  readonly expandNestedGroups: boolean;
  /** Who is assigned, or everybody in the directory: whoever has no assignment counts as Default Access. */
  readonly scope: 'assigned' | 'all';
  /** Assigned groups, and groups that rules name, become user groups in GoTo, and people move into theirs. */
  readonly provisionGroups: boolean;
  readonly skipOutOfScopeDeletions: boolean;
  /** How long (ms) an account is suspended before its deletion is planned; null: none is ever deleted. */
  readonly deleteAfterMs: number | null;
  readonly driftPolicy: 'report' | 'repair';
  /** Ids of people and groups, user principal names or mail addresses, in lower case. */
  readonly protectedUsers: readonly string[];
}

/** The policy and the mapping of one cycle. */
export interface CyclePolicy extends Policy {
  readonly mapping: Mapping;
}

/** Licences that some rule gives today. Those given earlier stand with the link (`Link.given`). */
export const licensesOfRules = (policy: Pick<Policy, 'roleEntitlements'>): ReadonlySet<string> =>
  new Set(Object.values(policy.roleEntitlements).flatMap((rule) => rule.licenseKeys));

/** Tells whether anything that changes what people get is other than before: then everybody is evaluated anew. */
export const policyHash = (policy: Policy, mappingVersion: string): string =>
  digest([
    mappingVersion,
    policy.enterpriseApp,
    Object.entries(policy.roleEntitlements).sort(([a], [b]) => (a < b ? -1 : 1)),
    policy.provisionDefaultAccess,
    policy.skipOutOfScopeDeletions,
    policy.driftPolicy,
    [...policy.protectedUsers].sort(),
    // Settings of later releases count only where they are used: an upgrade is no change of the rules.
    ...(policy.expandNestedGroups ? ['nested'] : []),
    ...(policy.deleteAfterMs === null ? [] : ['delete', policy.deleteAfterMs]),
    ...(policy.scope === 'all' ? ['everybody'] : []),
    ...(policy.provisionGroups ? ['groups', Object.keys(policy.roleEntitlements)] : []),
  ]);
