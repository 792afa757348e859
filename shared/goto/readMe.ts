/** GoTo's /me: whom a token acts for, and what that person may do (goto-api.md 2.3). */
import { z } from 'zod';
import { ADMIN_API, type Caller, type GotoClient } from './GotoClient';
import { gotoKey } from './gotoShapes';
import { parseAnswer } from './parseAnswer';

const meAnswer = z
  .object({
    key: gotoKey,
    email: z.string().default(''),
    accounts: z.array(z.object({ key: gotoKey })).default([]),
    accountKey: gotoKey.nullish(),
    adminRoles: z.array(z.unknown()).nullish(),
    roleSets: z.array(z.unknown()).nullish(),
  })
  .transform((row): Me => ({
    key: row.key,
    email: row.email,
    accountKeys: [...row.accounts.map((account) => account.key), ...(row.accountKey ? [row.accountKey] : [])],
    adminRoles: row.adminRoles?.map(String),
    hasCustomRole: (row.roleSets?.length ?? 0) > 0,
  }));

export interface Me {
  readonly key: string;
  readonly email: string;
  /** Every GoTo account the person belongs to. */
  readonly accountKeys: readonly string[];
  /** Undefined where GoTo does not say. */
  readonly adminRoles: readonly string[] | undefined;
  /** What a custom role allows cannot be read. */
  readonly hasCustomRole: boolean;
}

/** @throws what `GotoClient.get` throws, and ServiceIncompatible for an answer of unknown shape */
export const readMe = async (client: GotoClient, caller: Caller): Promise<Me> =>
  parseAnswer(meAnswer, await client.get(`${ADMIN_API}/me`, caller), '/me');

/** Roles that let their owner create and change accounts (goto-api.md 1.6). */
const MANAGING_ROLES = ['SUPER_USER', 'MANAGE_USERS'];

/** Whether the token's owner may manage users, as far as GoTo says. */
export function mayManageUsers(me: Me): 'yes' | 'no' | 'unknown' {
  if (me.adminRoles?.some((role) => MANAGING_ROLES.includes(role)) === true) return 'yes';
  return me.adminRoles === undefined || me.hasCustomRole ? 'unknown' : 'no';
}
