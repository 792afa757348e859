import type { TokenCredential } from '@azure/core-auth';
import { SecretClient, type SecretClientOptions } from '@azure/keyvault-secrets';
import { ConnectorError } from '../model/ConnectorError';
import { messageOf } from '../telemetry/Telemetry';
import type { RefreshTokenStore } from './GotoTokens';

const SECRET_NAME = 'goto-refresh-token';

/** The refresh token in Key Vault; each write is a new version, so an older one can be had back. */
export class KeyVaultRefreshTokens implements RefreshTokenStore {
  readonly #client: SecretClient;

  /**
   * @param first the token to start with while the vault holds none (GOTO_REFRESH_TOKEN)
   * @param options of the vault's client, for tests
   */
  constructor(
    vaultUri: string,
    credential: TokenCredential,
    private readonly first: string | undefined,
    options: SecretClientOptions = {},
  ) {
    this.#client = new SecretClient(vaultUri, credential, options);
  }

  /** @throws ConnectorError KeyVaultRefused, of scope job, repeatable */
  async read(): Promise<string | undefined> {
    try {
      return (await this.#client.getSecret(SECRET_NAME)).value ?? this.first;
    } catch (error) {
      if (statusOf(error) === 404) return this.first;
      throw vaultFault(error);
    }
  }

  /** @throws ConnectorError KeyVaultRefused, of scope job, repeatable */
  async write(token: string): Promise<void> {
    try {
      await this.#client.setSecret(SECRET_NAME, token);
    } catch (error) {
      throw vaultFault(error);
    }
  }
}

function statusOf(error: unknown): number | undefined {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

/** On the day of the deployment a 403 is normal: the role assignment needs minutes. So every fault is repeatable. */
function vaultFault(error: unknown): ConnectorError {
  const status = statusOf(error);
  const message =
    status === 401 || status === 403
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
