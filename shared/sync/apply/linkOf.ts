import type { Account } from '../../model/Account';
import type { Link } from '../../model/Link';
import type { PlanEntry } from '../../model/PlanEntry';

/** What GoTo holds, as the link remembers it. */
export function appliedOf(account: Omit<Account, 'key' | 'status'>): Link['applied'] {
  const { email, firstName, lastName, locale, timeZone, licenseKeys, groupKey } = account;
  return {
    email,
    firstName,
    lastName,
    ...(locale === null ? {} : { locale }),
    ...(timeZone === null ? {} : { timeZone }),
    licenseKeys,
    ...(groupKey === null ? {} : { groupKey }),
  };
}

/** Licences that were ever given by us: those of before, and what this link adds (docs/protocol.md 6). */
export const givenAfter = (link: Link | null, wanted: readonly string[]): readonly string[] => [
  ...new Set([...(link?.given ?? []), ...wanted]),
];

/**
 * App roles that stand with the link. One whose loss is in doubt stays among them, whatever else is written meanwhile: by it
 * the loss is known as one that needs proof (I05).
 */
export const rolesAfter = ({ absentSince, roleIds }: PlanEntry, link: Link | null): readonly string[] =>
  absentSince === null ? roleIds : [...new Set([...roleIds, ...(link?.roleIds ?? [])])];
