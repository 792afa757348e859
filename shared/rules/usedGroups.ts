import type { Account } from '../model/Account';
import type { GotoGroup } from '../model/ManagedGroup';
import { isShell } from './isShell';

/**
 * User groups that somebody is in besides those who leave: such a group is never deleted, as nobody knows what becomes of its
 * members (goto-api.md 2.10). A member counts whether the account's row shows it, or the group's: desk phones, whose rows say
 * nothing, stand in groups too. In an account that has any, a group that tells no members is taken to be in use.
 *
 * Accounts that are mere shells do not count.
 * @param about the keys of accounts that leave, and whether the account has desk phones
 * @returns keys of groups
 */
export async function usedGroups(
  groups: readonly GotoGroup[],
  accounts: AsyncIterable<Account> | Iterable<Account>,
  about: { readonly leaving: ReadonlySet<string>; readonly hasDevices: boolean },
): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  const gone = new Set(about.leaving);
  const shown = new Map<string, number>();
  for await (const account of accounts) {
    const { key, groupKey } = account;
    if (isShell(account)) gone.add(key);
    if (groupKey === null) continue;
    shown.set(groupKey, (shown.get(groupKey) ?? 0) + 1);
    if (!gone.has(key)) used.add(groupKey);
  }
  for (const { key, memberKeys, memberCount } of groups) {
    const isUsed =
      memberKeys?.some((member) => !gone.has(member)) === true ||
      (memberCount !== null && memberCount > (shown.get(key) ?? 0)) ||
      (memberKeys === null && memberCount === null && about.hasDevices);
    if (isUsed) used.add(key);
  }
  return used;
}
