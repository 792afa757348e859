/** The all-zero app role: "Default Access" (entra-provisioning.md 1.5). */
export const DEFAULT_ACCESS_ROLE_ID = '00000000-0000-0000-0000-000000000000';

export interface AppRole {
  readonly id: string;
  readonly displayName: string;
  /** Gallery roles often have none. */
  readonly value: string | null;
  readonly isEnabled: boolean;
}

export interface EnterpriseApp {
  readonly id: string;
  readonly displayName: string;
  readonly accountEnabled: boolean;
  readonly appRoles: readonly AppRole[];
}

/** One row of `appRoleAssignedTo`: a user or group that holds a role of the enterprise app. */
export interface Assignment {
  readonly principalId: string;
  readonly principalType: 'User' | 'Group';
  readonly appRoleId: string;
}
