import type { CredentialName, StoredCredential } from '../rules/credentialEnds';
import type { Telemetry } from '../telemetry/Telemetry';
import type { GotoSecrets, SecretName } from './GotoSecrets';

export interface GotoConnectionOptions {
  readonly clientId: string | undefined;
  readonly secrets: GotoSecrets;
  readonly telemetry: Telemetry;
}

/** Nothing to sign in to GoTo with: what to do, as a sentence. */
export interface NotConnected {
  readonly connected: false;
  readonly toDo: string;
}
export type ConnectionState = { readonly connected: true } | NotConnected;

/** How long the credentials' days are believed without asking, in ms. */
const CREDENTIALS_AGE_MS = 10 * 60_000;
const CREDENTIALS: readonly CredentialName[] = ['refreshToken', 'personalAccessToken', 'clientSecret'];
const CONNECTED: ConnectionState = { connected: true };
const NO_CLIENT: NotConnected = {
  connected: false,
  toDo: 'The connector is not connected to GoTo: set GOTO_CLIENT_ID and GOTO_CLIENT_SECRET (an OAuth client of developer.logmeininc.com/clients), then authorize it.',
};
const NO_TOKEN: NotConnected = {
  connected: false,
  toDo: 'The connector is not connected to GoTo: authorize it (GET /api/connection/authorize, or Connection on the page), or set GOTO_PERSONAL_ACCESS_TOKEN.',
};

/**
 * Whether the connector has anything to sign in to GoTo with. It is deployed first and authorized later, so to have
 * nothing is a state and no fault. Says nothing of whether GoTo still takes what there is.
 */
export class GotoConnection {
  #isConnected: boolean | undefined;
  #known: { readonly at: number; readonly credentials: readonly StoredCredential[] } | undefined;

  constructor(private readonly options: GotoConnectionOptions) {}

  /** Asked anew until it is connected: another instance may have been authorized. A change is logged, once a process. */
  async state(): Promise<ConnectionState> {
    if (this.#isConnected === true) return CONNECTED;
    const state = await this.#look();
    if (state.connected !== this.#isConnected) {
      if (!state.connected) this.options.telemetry.warn('connection.missing', { toDo: state.toDo });
      else if (this.#isConnected === false) this.options.telemetry.info('connection.found', {});
    }
    this.#isConnected = state.connected;
    return state;
  }

  /**
   * The credentials that are there, without their values.
   * @throws ConnectorError KeyVaultRefused
   */
  async credentials(): Promise<readonly StoredCredential[]> {
    const found = await Promise.all(
      CREDENTIALS.map(async (name) => {
        const secret = await this.options.secrets.read(name);
        return secret === undefined ? [] : [{ name, storedAt: secret.storedAt, endsAt: secret.endsAt }];
      }),
    );
    const all = found.flat();
    // A refresh token is not used while there is a personal access token.
    return all.some(({ name }) => name === 'personalAccessToken')
      ? all.filter(({ name }) => name !== 'refreshToken')
      : all;
  }

  /** The same, for who looks often: a vault costs by the request. One that fails leaves the list empty. @param now in ms */
  async knownCredentials(now: number): Promise<readonly StoredCredential[]> {
    if (this.#known === undefined || now - this.#known.at > CREDENTIALS_AGE_MS)
      this.#known = { at: now, credentials: await this.credentials().catch(() => []) };
    return this.#known.credentials;
  }

  /** Another connection was made: what was known of the one before is worth nothing. */
  forget(): void {
    this.#known = undefined;
    this.#isConnected = undefined;
  }

  /** Whether a replaced refresh token outlives the process. */
  get keepsTokens(): boolean {
    return this.options.secrets.isLasting;
  }

  async #look(): Promise<ConnectionState> {
    const { clientId, secrets } = this.options;
    // A vault that fails leaves it open: the cycle that needs the token says what is wrong with the vault.
    const has = (name: SecretName): Promise<boolean> =>
      secrets.read(name).then(
        (secret) => secret !== undefined,
        () => true,
      );
    if (clientId === undefined || !(await has('clientSecret'))) return NO_CLIENT;
    return (await has('personalAccessToken')) || (await has('refreshToken')) ? CONNECTED : NO_TOKEN;
  }
}
