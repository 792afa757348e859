/** A user row of a GoTo account. Keys are digit strings: they have 18–19 digits and do not fit a Number (goto-api.md 2.1). */
export interface Account {
  readonly key: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly locale: string | null;
  readonly timeZone: string | null;
  /** INVITED, ACTIVE, INACTIVE, SUSPENDED or a value not known yet (goto-api.md 2.5). */
  readonly status: string;
  readonly licenseKeys: readonly string[];
  readonly groupKey: string | null;
  /** Any admin role, role set or the admin flag: never written to (I07). */
  readonly isAdmin: boolean;
  /** False when this account may not change names and address, because the person's primary account is another. */
  readonly identityReadOnly: boolean;
}

/** Desk phones and rooms stand in the same list; they are not people (goto-api.md 2.4). */
export const isDevice = (account: Pick<Account, 'email'>): boolean =>
  account.email === '' || account.email.toLowerCase().endsWith('@devices.logmein.com');

/** E-mail addresses are compared without regard to case on both sides (goto-api.md 6, item 1). */
export const emailKey = (email: string): string => email.trim().toLowerCase();

/** The fields of an account that a mapping can set. `undefined` means: not mapped, leave it alone. */
export interface AccountAttributes {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly locale?: string | undefined;
  readonly timeZone?: string | undefined;
}

export interface License {
  readonly key: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly devicesOnly: boolean;
  readonly externallyManaged: boolean;
  /** Null when GoTo did not say. */
  readonly seats: number | null;
  /** The larger of `userCount` and the distinct holders, invited ones included (goto-api.md 6, item 22). */
  readonly used: number;
}
