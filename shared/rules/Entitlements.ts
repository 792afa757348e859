/**
 * App role → GoTo licences. One person with several roles gets the union.
 * A role is named in ROLE_ENTITLEMENTS by value, display name or id, because gallery roles often have no value.
 */
import { DEFAULT_ACCESS_ROLE_ID, type AppRole } from '../model/Assignment';
import type { Reason } from '../model/Reason';

/** What one entry of ROLE_ENTITLEMENTS gives: licences, and with PROVISION_GROUPS a user group. */
export interface EntitlementRule {
  readonly licenseKeys: readonly string[];
  readonly groupName?: string | undefined;
}

export type Entitlement =
  | { readonly entitled: true; readonly licenseKeys: readonly string[] }
  | { readonly entitled: false; readonly reason: Reason };

export class Entitlements {
  readonly #byRoleId = new Map<string, EntitlementRule & { readonly rank: number }>();
  readonly #roles: ReadonlyMap<string, AppRole>;
  readonly managedLicenseKeys: ReadonlySet<string>;
  /** Rules that name no role of the enterprise app, and roles without a rule: worth a warning. */
  readonly unknownRules: readonly string[];
  readonly rolesWithoutRule: readonly string[];
  /** What the rules give that name no role. */
  readonly #unknownLicenseKeys: readonly string[];

  constructor(
    rules: Readonly<Record<string, EntitlementRule>>,
    roles: readonly AppRole[],
    private readonly provisionDefaultAccess: boolean,
  ) {
    const known: readonly AppRole[] = [
      ...roles,
      { id: DEFAULT_ACCESS_ROLE_ID, displayName: 'Default Access', value: null, isEnabled: true },
    ];
    this.#roles = new Map(known.map((role) => [role.id, role]));
    const unknown: string[] = [];
    for (const [rank, [name, rule]] of Object.entries(rules).entries()) {
      const named = known.filter(
        (role) => role.value === name || role.displayName === name || role.id === name.toLowerCase(),
      );
      if (named.length === 0) unknown.push(name);
      for (const role of named) {
        const earlier = this.#byRoleId.get(role.id);
        this.#byRoleId.set(role.id, {
          licenseKeys: [...new Set([...(earlier?.licenseKeys ?? []), ...rule.licenseKeys])],
          groupName: earlier?.groupName ?? rule.groupName,
          rank: earlier?.rank ?? rank,
        });
      }
    }
    this.managedLicenseKeys = new Set(Object.values(rules).flatMap((rule) => rule.licenseKeys));
    this.unknownRules = unknown;
    this.#unknownLicenseKeys = [...new Set(unknown.flatMap((name) => rules[name]?.licenseKeys ?? []))];
    this.rolesWithoutRule = roles.filter((role) => !this.#byRoleId.has(role.id)).map((role) => role.displayName);
  }

  /** A role of the enterprise app, Default Access included. */
  role(id: string): AppRole | undefined {
    return this.#roles.get(id);
  }

  /** The rules of a role together; `rank` is the place of the first among all rules. */
  rule(roleId: string): (EntitlementRule & { readonly rank: number }) | undefined {
    return this.#byRoleId.get(roleId);
  }

  /**
   * Licences that a set of role ids may give by another name: a role that was renamed has no rule, and its rule names no
   * role. Who held them keeps them until an admin has mended one of the two (I17).
   */
  perhapsRenamed(roleIds: readonly string[]): readonly string[] {
    const isRuleless = this.#counted(roleIds).some((id) => !this.#byRoleId.has(id));
    return isRuleless ? this.#unknownLicenseKeys : [];
  }

  #counted(roleIds: readonly string[]): readonly string[] {
    return roleIds.filter((id) => id !== DEFAULT_ACCESS_ROLE_ID || this.provisionDefaultAccess);
  }

  /** What a set of role ids gives. Default Access gives nothing unless PROVISION_DEFAULT_ACCESS says so (entra-provisioning.md 1.5). */
  of(roleIds: readonly string[]): Entitlement {
    const counted = this.#counted(roleIds);
    if (counted.length === 0) return { entitled: false, reason: 'NotEffectivelyEntitled' };
    const rules = counted.flatMap((id) => this.#byRoleId.get(id) ?? []);
    if (rules.length === 0) return { entitled: false, reason: 'RoleWithoutEntitlement' };
    return { entitled: true, licenseKeys: [...new Set(rules.flatMap((rule) => rule.licenseKeys))] };
  }
}
