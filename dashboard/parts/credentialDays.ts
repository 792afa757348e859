import type { JobAnswer } from '../../shared/api/answers/JobAnswer';

type Credential = JobAnswer['status']['connection']['credentials'][number];

/** So many days before a credential ends it is said loudly: as the alert does (docs/operations.md). */
export const SOON_DAYS = 14;

export const NAMES: Readonly<Record<Credential['name'], string>> = {
  refreshToken: 'GoTo’s consent',
  personalAccessToken: 'Personal access token',
  clientSecret: 'Secret of the OAuth client',
};

/** The credential that ends first; undefined where nobody knows when any does. */
export const nextToEnd = (credentials: readonly Credential[]): Credential | undefined =>
  credentials
    .filter(({ daysLeft }) => daysLeft !== null)
    .sort((one, other) => (one.daysLeft ?? 0) - (other.daysLeft ?? 0))[0];
