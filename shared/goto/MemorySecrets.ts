import type { GivenSecrets, GotoSecrets, Secret, SecretName } from './GotoSecrets';

/** Without a Key Vault a replaced refresh token lives as long as the process: fine for a trial, not for years. */
export class MemorySecrets implements GotoSecrets {
  readonly isLasting = false;
  #refreshToken: string | undefined;

  constructor(private readonly given: GivenSecrets) {
    this.#refreshToken = given.refreshToken;
  }

  read(name: SecretName): Promise<Secret | undefined> {
    const value = name === 'refreshToken' ? this.#refreshToken : this.given[name];
    return Promise.resolve(value === undefined ? undefined : { value });
  }

  writeRefreshToken(token: string): Promise<void> {
    this.#refreshToken = token;
    return Promise.resolve();
  }
}
