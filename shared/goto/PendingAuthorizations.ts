/** Authorizations that were begun in a browser and wait for GoTo's answer. No row holds a secret. */
export interface PendingAuthorizations {
  /** @param untilMs in ms since the epoch; what is older by then may be forgotten */
  add(pending: PendingAuthorization): Promise<void>;
  /** @returns undefined for a state that nobody began with, or that was used */
  find(stateDigest: string): Promise<FoundAuthorization | undefined>;
}

export interface PendingAuthorization {
  /** SHA-256 of the state, as hex digits. */
  readonly stateDigest: string;
  /** PKCE's challenge: what only the browser that began can answer. */
  readonly challenge: string;
  readonly untilMs: number;
}

export interface FoundAuthorization extends PendingAuthorization {
  /** Uses it up. @returns false when somebody else was faster */
  use(): Promise<boolean>;
}
