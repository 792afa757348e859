import { DEFAULT_ACCESS_ROLE_ID } from '../model/Assignment';
import type { Entitlements } from './Entitlements';
import { groupsAmong, type Grant } from './grantsInWords';

/**
 * The one group of a person, as GoTo knows no second: the way whose role stands first in ROLE_ENTITLEMENTS decides, and of
 * several with the same role the first group by name. A rule that names a group puts its people there, whatever group of
 * Entra they come by.
 * @param nameOf the name of a group of Entra; undefined when it is not known
 * @returns undefined when no way has a group
 */
export function groupOf(
  grants: readonly Grant[],
  entitlements: Entitlements,
  nameOf: (groupId: string) => string | undefined,
): string | undefined {
  const candidates = grants.flatMap(({ via, roleIds }) =>
    roleIds
      .filter((id) => id !== DEFAULT_ACCESS_ROLE_ID || entitlements.of([id]).entitled)
      .flatMap((roleId) => {
        const rule = entitlements.rule(roleId);
        const [groupId] = groupsAmong([via]);
        const name = rule?.groupName ?? (groupId === undefined ? undefined : nameOf(groupId));
        return rule === undefined || name === undefined ? [] : [{ name, rank: rule.rank }];
      }),
  );
  candidates.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
  return candidates[0]?.name;
}
