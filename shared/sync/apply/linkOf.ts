import type { Account } from '../../model/Account';
import type { Link } from '../../model/Link';

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
