import { z } from 'zod';

/** A user row of a GoTo account. Keys are digit strings: they have 18–19 digits and do not fit a Number (goto-api.md 2.1). */
export const accountSchema = z.object({
  key: z.string(),
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  locale: z.string().nullable(),
  timeZone: z.string().nullable(),
  /** INVITED, ACTIVE, INACTIVE, SUSPENDED or a value not known yet (goto-api.md 2.5). */
  status: z.string(),
  licenseKeys: z.array(z.string()).readonly(),
  groupKey: z.string().nullable(),
  /** Any admin role, role set or the admin flag: never written to (I07). */
  isAdmin: z.boolean(),
  /** True when this account may not change names and address, because the person's primary account is another. */
  identityReadOnly: z.boolean(),
});

export type Account = Readonly<z.output<typeof accountSchema>>;

/** Desk phones and rooms stand in the same list; they are not people (goto-api.md 2.4). */
export const isDevice = (account: Pick<Account, 'email'>): boolean =>
  account.email === '' || account.email.toLowerCase().endsWith('@devices.logmein.com');

/**
 * Suspended, and yet with a licence: the person had an account elsewhere and has declined to bring it along. GoTo keeps
 * such a row, and the seat with it, until somebody deletes it or invites the person again (goto-api.md 2.6).
 */
export const isDeclined = ({ status, licenseKeys }: Pick<Account, 'status' | 'licenseKeys'>): boolean =>
  status === 'SUSPENDED' && licenseKeys.length > 0;

/** E-mail addresses are compared without regard to case on both sides (goto-api.md 6, item 1). */
export const emailKey = (email: string): string => email.trim().toLowerCase();

/** The fields of an account that a mapping can set. `undefined` means: not mapped, leave it alone. */
export const accountAttributesSchema = z.object({
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  locale: z.string().optional(),
  timeZone: z.string().optional(),
});

export type AccountAttributes = Readonly<z.output<typeof accountAttributesSchema>>;

/** All of them: whoever compares, proves or takes back values goes through this list, so that none is forgotten anywhere. */
export const ATTRIBUTE_NAMES = accountAttributesSchema.keyof().options;
/** Those that are the same only letter by letter: all but the address (`emailKey`). */
export const PLAIN_ATTRIBUTES = accountAttributesSchema.omit({ email: true }).keyof().options;

/** A licence of the GoTo account, with its seats (goto-api.md 2.9). */
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
