/** What GoTo answers about users, licences and user groups, as it is read at the edge (goto-api.md 2.1, 2.10). */
import { z } from 'zod';
import type { Account, License } from '../model/Account';

/** Keys come as text or as bare numbers (goto-api.md 2.1). */
export const gotoKey = z.union([z.string(), z.number()]).transform(String);
const keys = z.array(gotoKey).nullish();

export const userRow = z
  .object({
    key: gotoKey,
    email: z.string().nullish(),
    firstName: z.string().nullish(),
    lastName: z.string().nullish(),
    locale: z.string().nullish(),
    timeZone: z.string().nullish(),
    status: z.string().nullish(),
    licenseKeys: keys,
    groupKey: gotoKey.nullish(),
    admin: z.boolean().nullish(),
    adminRoles: z.array(z.unknown()).nullish(),
    roleSets: z.array(z.unknown()).nullish(),
    identityReadOnly: z.boolean().nullish(),
  })
  .transform((row): Account => ({
    key: row.key,
    email: row.email ?? '',
    firstName: row.firstName ?? '',
    lastName: row.lastName ?? '',
    locale: row.locale ?? null,
    timeZone: row.timeZone ?? null,
    status: row.status ?? 'UNKNOWN',
    licenseKeys: row.licenseKeys ?? [],
    groupKey: row.groupKey ?? null,
    isAdmin: row.admin === true || (row.adminRoles?.length ?? 0) > 0 || (row.roleSets?.length ?? 0) > 0,
    identityReadOnly: row.identityReadOnly === true,
  }));

export const userPage = z.object({ results: z.array(userRow).default([]), total: z.number() });

const licenseRow = z
  .object({
    key: gotoKey,
    description: z.string().nullish(),
    enabled: z.boolean().nullish(),
    devicesOnly: z.boolean().nullish(),
    externallyManaged: z.boolean().nullish(),
    seats: z.number().nullish(),
    userCount: z.number().nullish(),
    userKeys: keys,
    invitedUserKeys: keys,
    deviceCount: z.number().nullish(),
  })
  .transform((row): License => ({
    key: row.key,
    description: row.description ?? '',
    enabled: row.enabled ?? true,
    devicesOnly: row.devicesOnly ?? false,
    externallyManaged: row.externallyManaged ?? false,
    seats: row.seats ?? null,
    used:
      Math.max(row.userCount ?? 0, new Set([...(row.userKeys ?? []), ...(row.invitedUserKeys ?? [])]).size) +
      (row.deviceCount ?? 0),
  }));
export const licensePage = z.object({ results: z.array(licenseRow).default([]) });

export const createdRows = z.array(z.object({ key: gotoKey.nullish(), email: z.string().nullish() }));

/** Names of these fields differ between sources (goto-api.md 2.10). */
const groupRow = z
  .object({
    key: gotoKey.nullish(),
    groupKey: gotoKey.nullish(),
    name: z.string().nullish(),
    groupName: z.string().nullish(),
    userKeys: keys,
    totalMemberCount: z.number().nullish(),
  })
  .transform((row) => ({
    key: row.key ?? row.groupKey ?? null,
    name: row.name ?? row.groupName ?? '',
    memberKeys: row.userKeys ?? null,
    memberCount: row.totalMemberCount ?? null,
  }));
export const groupPage = z.object({ results: z.array(groupRow).default([]), total: z.number().nullish() });
export const createdGroup = z.union([groupRow, z.array(groupRow).transform((rows) => rows[0] ?? { key: null })]);
