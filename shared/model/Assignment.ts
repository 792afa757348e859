import { z } from 'zod';

/** The all-zero app role: "Default Access" (entra-provisioning.md 1.5). */
export const DEFAULT_ACCESS_ROLE_ID = '00000000-0000-0000-0000-000000000000';

export const appRoleSchema = z.object({
  id: z.string(),
  displayName: z.string(),
  /** Gallery roles often have none. */
  value: z.string().nullable(),
  isEnabled: z.boolean(),
});

export type AppRole = Readonly<z.output<typeof appRoleSchema>>;

export const enterpriseAppSchema = z.object({
  id: z.string(),
  displayName: z.string(),
  accountEnabled: z.boolean().default(true),
  appRoles: z.array(appRoleSchema).readonly(),
});

export type EnterpriseApp = Readonly<z.output<typeof enterpriseAppSchema>>;

/** One row of `appRoleAssignedTo`: a user or group that holds a role of the enterprise app. */
export const assignmentSchema = z.object({
  principalId: z.string(),
  principalType: z.enum(['User', 'Group']),
  appRoleId: z.string(),
  /** When (ms) it was made; null where Graph, or the release that stored it, did not tell. */
  since: z.number().nullable().default(null),
});

export type Assignment = Readonly<z.output<typeof assignmentSchema>>;
