import type { CredentialName } from '../rules/credentialEnds';

/** The secrets of the GoTo connection, wherever they are kept. */
export interface GotoSecrets {
  /** Whether a refresh token that was written outlives the process. */
  readonly isLasting: boolean;
  /**
   * Asked each time one is needed, so that one that was replaced counts without a restart.
   * @returns undefined when there is none
   * @throws ConnectorError KeyVaultRefused, of scope job, repeatable
   */
  read(name: SecretName): Promise<Secret | undefined>;
  /** Keeps a refresh token in place of the one before. @throws as `read` */
  writeRefreshToken(token: string): Promise<void>;
}

export type SecretName = CredentialName;

export interface Secret {
  readonly value: string;
  /** When it was stored, in ms since the epoch; undefined where nobody knows. */
  readonly storedAt?: number | undefined;
  /** When whoever stored it said that it ends, in ms since the epoch. */
  readonly endsAt?: number | undefined;
}

/** Those that stand in the settings. */
export type GivenSecrets = Readonly<Partial<Record<SecretName, string | undefined>>>;
