import type { TokenCredential } from '@azure/core-auth';
import { SecretClient } from '@azure/keyvault-secrets';
import type { RefreshTokenStore } from './GotoTokens';

const SECRET_NAME = 'goto-refresh-token';

/** The refresh token in Key Vault; each write is a new version, so an older one can be had back. */
export class KeyVaultRefreshTokens implements RefreshTokenStore {
  readonly #client: SecretClient;

  /** @param first the token to start with while the vault holds none (GOTO_REFRESH_TOKEN) */
  constructor(
    vaultUri: string,
    credential: TokenCredential,
    private readonly first: string | undefined,
  ) {
    this.#client = new SecretClient(vaultUri, credential);
  }

  async read(): Promise<string | undefined> {
    try {
      return (await this.#client.getSecret(SECRET_NAME)).value ?? this.first;
    } catch (error) {
      if (typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 404)
        return this.first;
      throw error;
    }
  }

  async write(token: string): Promise<void> {
    await this.#client.setSecret(SECRET_NAME, token);
  }
}
