import { LosslessNumber } from 'lossless-json';

/** What an account is made of. */
export type NewAccount = Partial<GotoUser> & Pick<GotoUser, 'email' | 'firstName' | 'lastName'>;

export interface GotoUser {
  readonly key: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly locale: string | null;
  readonly timeZone: string | null;
  readonly licenseKeys: readonly string[];
  readonly adminRoles: readonly string[];
  readonly identityReadOnly: boolean;
  /** A person is in at most one group. */
  readonly groupKey: string | null;
  readonly hasSignedIn: boolean;
  /** The person did not want to come over from another GoTo account: suspended, and the licence is held all the same (goto-api.md 2.6). */
  readonly hasDeclined: boolean;
}

/** No licence and no role: GoTo shows the account as suspended by itself (goto-api.md 2.5). */
export function statusOf(user: GotoUser): string {
  if (user.hasDeclined) return 'SUSPENDED';
  if (user.licenseKeys.length === 0 && user.adminRoles.length === 0) return 'SUSPENDED';
  return user.hasSignedIn ? 'ACTIVE' : 'INVITED';
}

/** The account as GoTo writes it; keys of licences and groups are numbers that only lossless readers can hold. */
export const wire = (user: GotoUser): object => ({
  key: user.key,
  email: user.email,
  firstName: user.firstName,
  lastName: user.lastName,
  ...(user.locale === null ? {} : { locale: user.locale }),
  ...(user.timeZone === null ? {} : { timeZone: user.timeZone }),
  status: statusOf(user),
  ...(user.groupKey === null ? {} : { groupKey: new LosslessNumber(user.groupKey) }),
  admin: user.adminRoles.length > 0,
  adminRoles: user.adminRoles,
  roleSets: [],
  identityReadOnly: user.identityReadOnly,
  licenseKeys: user.licenseKeys.map((key) => new LosslessNumber(key)),
});
