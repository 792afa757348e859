import type { RefreshTokenStore } from './GotoTokens';

/** Without a Key Vault a replaced refresh token lives as long as the process: fine for a trial, not for years. */
export class MemoryRefreshTokens implements RefreshTokenStore {
  constructor(private token: string | undefined) {}

  read(): Promise<string | undefined> {
    return Promise.resolve(this.token);
  }

  write(token: string): Promise<void> {
    this.token = token;
    return Promise.resolve();
  }
}
