/** When a credential of GoTo ends, as far as anybody knows. Pure. */

const DAY_MS = 86_400_000;
/** A refresh token lives 30 days (docs/facts/goto-api.md 1.3). */
const REFRESH_TOKEN_DAYS = 30;
/** Days before the end at which it is told. */
const THRESHOLDS = [3, 14, 30] as const;

export type CredentialName = 'refreshToken' | 'personalAccessToken' | 'clientSecret';

/** One that is there, without its value. */
export interface StoredCredential {
  readonly name: CredentialName;
  /** When it was stored, and when its owner said that it ends, in ms since the epoch. */
  readonly storedAt?: number | undefined;
  readonly endsAt?: number | undefined;
}

export interface CredentialEnd {
  readonly name: CredentialName;
  /** Null where nobody knows: of a personal access token or client secret that was stored without an expiry date. */
  readonly endsAt: number | null;
  readonly daysLeft: number | null;
  /** The threshold that was passed: 30, 14 or 3 days; null while there is more time. */
  readonly threshold: number | null;
}

/**
 * GoTo does not say whether use prolongs a refresh token, so its days are counted from when it was stored: GoTo replaces it
 * when it runs out, and the replacement counts anew.
 */
export function credentialEnd({ name, storedAt, endsAt }: StoredCredential, now: number): CredentialEnd {
  const isRefreshToken = name === 'refreshToken';
  const end = endsAt ?? (isRefreshToken && storedAt !== undefined ? storedAt + REFRESH_TOKEN_DAYS * DAY_MS : undefined);
  if (end === undefined) return { name, endsAt: null, daysLeft: null, threshold: null };
  const daysLeft = Math.max(0, Math.floor((end - now) / DAY_MS));
  const passed = THRESHOLDS.find((days) => daysLeft <= days);
  // One that never has more than 30 days is not told of on the first.
  const threshold = passed === undefined || (isRefreshToken && passed >= REFRESH_TOKEN_DAYS) ? null : passed;
  return { name, endsAt: end, daysLeft, threshold };
}
