import type { TokenCredential } from '@azure/core-auth';
import { SecretClient, type SecretClientOptions } from '@azure/keyvault-secrets';
import { ConnectorError } from '../model/ConnectorError';
import { messageOf } from '../telemetry/Telemetry';
import type { GivenSecrets, GotoSecrets, Secret, SecretName } from './GotoSecrets';

const REFRESH_TOKEN = 'goto-refresh-token';
/** How long a vault may take for an answer, repeats included, in ms: less than the test of the connection. */
const PATIENCE_MS = 10_000;
/** How many times as long a deleted secret is waited for until it is back, which takes seconds; and how often it is looked at, in ms. */
const RECOVERY_PATIENCE = 2;
const RECOVERY_POLL_MS = 500;

/** Where each is looked for, the first one there counts. The template writes all but the first refresh token's successor. */
const NAMES: Readonly<Record<SecretName, readonly string[]>> = {
  clientSecret: ['goto-client-secret'],
  personalAccessToken: ['goto-personal-access-token'],
  refreshToken: [REFRESH_TOKEN, 'goto-first-refresh-token'],
};

/** The secrets in Key Vault; each write is a new version, so an older one can be had back. */
export class KeyVaultSecrets implements GotoSecrets {
  readonly isLasting = true;
  readonly #client: SecretClient;

  /**
   * @param given those of the settings: they come before the vault's, but for the refresh token, which is the first one
   * @param options of the vault's client, and how long it is waited for, in ms: for tests
   */
  constructor(
    vaultUri: string,
    credential: TokenCredential,
    private readonly given: GivenSecrets,
    options: SecretClientOptions = {},
    private readonly patienceMs = PATIENCE_MS,
  ) {
    // Settings let http through on a loopback address only.
    this.#client = new SecretClient(vaultUri, credential, {
      allowInsecureConnection: vaultUri.startsWith('http:'),
      ...options,
    });
  }

  /** The client itself waits for ever: whoever asks how the connector is would wait with it. */
  #limit(times = 1): { readonly abortSignal: AbortSignal } {
    return { abortSignal: AbortSignal.timeout(times * this.patienceMs) };
  }

  async read(name: SecretName): Promise<Secret | undefined> {
    const given = this.given[name];
    if (given !== undefined && name !== 'refreshToken') return { value: given };
    for (const stored of NAMES[name]) {
      const secret = await this.#get(stored);
      if (secret !== undefined) return secret;
    }
    return given === undefined ? undefined : { value: given };
  }

  async #get(name: string): Promise<Secret | undefined> {
    try {
      const { value, properties } = await this.#client.getSecret(name, this.#limit());
      return value === undefined || value === ''
        ? undefined
        : { value, storedAt: properties.createdOn?.getTime(), endsAt: properties.expiresOn?.getTime() };
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw vaultFault(error);
    }
  }

  async writeRefreshToken(token: string): Promise<void> {
    try {
      await this.#client.setSecret(REFRESH_TOKEN, token, this.#limit()).catch(async (error: unknown) => {
        if (statusOf(error) !== 409) throw error;
        // An admin has deleted it, and the vault keeps its name taken for months: it is had back, to take the new version.
        const recovery = await this.#client.beginRecoverDeletedSecret(REFRESH_TOKEN, {
          intervalInMs: RECOVERY_POLL_MS,
          ...this.#limit(RECOVERY_PATIENCE),
        });
        await recovery.pollUntilDone();
        await this.#client.setSecret(REFRESH_TOKEN, token, this.#limit());
      });
    } catch (error) {
      throw vaultFault(error);
    }
  }
}

/** Whether an admin has switched the secret off, which the vault tells as 403, like a missing role. */
function isDisabled(error: unknown): boolean {
  const details = typeof error === 'object' && error !== null && 'details' in error ? error.details : undefined;
  return statusOf(error) === 403 && JSON.stringify(details ?? '').includes('"SecretDisabled"');
}

function statusOf(error: unknown): number | undefined {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

/** On the day of the deployment a 403 is normal: the role assignment needs minutes. So every fault is repeatable. */
function vaultFault(error: unknown): ConnectorError {
  const status = statusOf(error);
  const message = isDisabled(error)
    ? 'A secret of the GoTo connection is disabled in Key Vault. Enable it, or store another version; a personal access token that is not used any more is to be deleted.'
    : status === 401 || status === 403
      ? `Key Vault refused the managed identity (${status}). Give it the role Key Vault Secrets Officer and look at the vault’s firewall; a new role assignment can take minutes to count.`
      : status === undefined
        ? `Key Vault could not be reached: ${messageOf(error)}. Check KEY_VAULT_URI, the vault’s firewall and the managed identity.`
        : `Key Vault failed (${status}): ${messageOf(error)}. It is tried again later.`;
  return new ConnectorError(message, {
    code: 'KeyVaultRefused',
    status,
    sent: false,
    repeatable: true,
    scope: 'job',
    cause: error,
  });
}
