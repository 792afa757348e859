/**
 * Access tokens of the GoTo OAuth server, by personal access token or refresh token (goto-api.md 1.2, 1.3).
 *
 * One renewal serves all callers of a process, and with a lease one process renews at a time: the others wait and read
 * the refresh token again (goto-api.md 6, item 19). A refresh token that comes back is stored before the access token
 * is used, and an answer without one leaves the stored one alone.
 */
import type { Clock } from '../model/Clock';
import { ConnectorError } from '../model/ConnectorError';
import type { Telemetry } from '../telemetry/Telemetry';
import type { AccessTokens } from './AccessTokens';
import type { Authorizations } from './Authorizations';
import type { GotoSecrets } from './GotoSecrets';
import { InvalidGrant, type TokenAnswer, type TokenEndpoint } from './TokenEndpoint';
import type { TokenLease } from './TokenLease';

/** A token is renewed this long before its end, in ms, so that none dies between check and use. */
const RENEW_BEFORE_MS = 5 * 60_000;
/** A renewal is one request of at most 30 s and one write to the vault; after this, in ms, its process is taken for dead. */
const LEASE_MS = 60_000;
/** How long another process' renewal is waited for, and how often it is looked at, in ms; then it is done anyway. */
const LEASE_PATIENCE_MS = 10_000;
const LEASE_POLL_MS = 500;
/** How long a refused token is looked for in the store when somebody else may be about to store its successor, in ms. */
const SUCCESSOR_PATIENCE_MS = 5_000;
/** How soon a process notices that another one was authorized anew, in ms. */
const NOTICE_MS = 60_000;

export interface GotoTokensOptions {
  readonly endpoint: TokenEndpoint;
  /** A personal access token is used instead of a refresh token when there is one; it is not rotated and needs no lease. */
  readonly secrets: GotoSecrets;
  /** Absent where one process is all there is. */
  readonly lease?: TokenLease | undefined;
  readonly authorizations?: Authorizations | undefined;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

export class GotoTokens implements AccessTokens {
  #current: { readonly token: string; readonly expiresAt: number } | undefined;
  #renewal: Promise<string> | undefined;
  /** A rotated refresh token that the store did not take yet: the only copy. */
  #unsaved: string | undefined;
  #grant: string | undefined;
  #generation = 0;
  /** The authorization that `#current` and `#unsaved` belong to, and when it was last compared with what all know. */
  #authorization: string | undefined;
  #comparedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: GotoTokensOptions) {}

  /**
   * Grows when a token was got with a refresh token or personal access token that is not the one before or its
   * successor: somebody may have authorised the connector anew, as somebody else.
   */
  get generation(): number {
    return this.#generation;
  }

  /**
   * @param refused a token GoTo just refused: a newer one is fetched unless somebody did so already
   * @throws ConnectorError of scope job, with `sent: false`, because what the token was for did not leave:
   *   `Unauthorized` when GoTo gives no token, `Timeout` or `InternalServerError` when its sign-in server fails,
   *   `KeyVaultRefused` when the refresh token cannot be read or kept
   */
  async get(refused?: string): Promise<string> {
    const current = this.#current;
    if (
      current !== undefined &&
      current.token !== refused &&
      current.expiresAt - RENEW_BEFORE_MS > this.options.clock.now() &&
      !(await this.#isReplaced())
    ) {
      return current.token;
    }
    this.#renewal ??= this.#renew().finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }

  /**
   * Takes over what an administrator has just consented to, in this process and, within a minute, in all others.
   * @param answer of the authorization code, with its refresh token
   * @throws ConnectorError KeyVaultRefused when the refresh token cannot be kept: then all stays as it was
   */
  async adopt(answer: TokenAnswer & { readonly refresh_token: string }): Promise<void> {
    const { authorizations, clock, secrets } = this.options;
    await this.#alone(async () => {
      await secrets.writeRefreshToken(answer.refresh_token);
      this.#unsaved = undefined;
      await authorizations?.replace(clock.now());
      this.#authorization = await authorizations?.current();
    });
    this.#used(answer.refresh_token, undefined);
    this.#keep(answer);
  }

  /** Whether the connector was authorized anew elsewhere. Looked at now and then; who cannot look goes on. */
  async #isReplaced(): Promise<boolean> {
    const { authorizations, clock } = this.options;
    if (authorizations === undefined || clock.now() - this.#comparedAt < NOTICE_MS) return false;
    this.#comparedAt = clock.now();
    return authorizations.current().then(
      (id) => id !== this.#authorization,
      () => false,
    );
  }

  async #renew(): Promise<string> {
    const { authorizations, endpoint, secrets, telemetry } = this.options;
    // Before any secret is read: what is authorized from here on is noticed.
    this.#authorization = await authorizations?.current().catch(() => this.#authorization);
    const pat = (await secrets.read('personalAccessToken'))?.value;
    const answer =
      pat === undefined
        ? await this.#alone((isAlone) => this.#refresh(isAlone))
        : await endpoint.exchange({ grant_type: 'personal_access_token', pat });
    if (pat !== undefined) this.#used(pat, undefined);
    this.#keep(answer);
    telemetry.info('goto.tokenRenewed', {
      grant: pat === undefined ? 'refresh_token' : 'personal_access_token',
      expiresInS: answer.expires_in,
    });
    return answer.access_token;
  }

  #keep(answer: TokenAnswer): void {
    const now = this.options.clock.now();
    this.#current = { token: answer.access_token, expiresAt: now + answer.expires_in * 1_000 };
    this.#comparedAt = now;
  }

  /** Only one process at a time, but a lease that is lost, dead or unreadable stops nobody for more than its patience. */
  async #alone<T>(work: (isAlone: boolean) => Promise<T>): Promise<T> {
    const { lease } = this.options;
    if (lease === undefined) return work(true);
    const isHeld = await this.#take(lease).catch(() => false);
    try {
      return await work(isHeld);
    } finally {
      // It ends by itself when it cannot be given back.
      if (isHeld) await lease.free().catch(() => undefined);
    }
  }

  async #take(lease: TokenLease): Promise<boolean> {
    const { clock } = this.options;
    const giveUpAt = clock.now() + LEASE_PATIENCE_MS;
    for (;;) {
      if (await lease.take(clock.now() + LEASE_MS)) return true;
      if (clock.now() >= giveUpAt) return false;
      await clock.sleep(LEASE_POLL_MS);
    }
  }

  /** @param isAlone no other process can be renewing at the same time */
  async #refresh(isAlone: boolean): Promise<TokenAnswer> {
    await this.#save();
    // Read now and not before the lease: whoever held it may have stored another one.
    const stored = (await this.options.secrets.read('refreshToken'))?.value;
    if (stored === undefined) {
      throw new ConnectorError('There is no GoTo refresh token. Authorize the connector, or set GOTO_REFRESH_TOKEN.', {
        code: 'Unauthorized',
        sent: false,
        repeatable: false,
        scope: 'job',
      });
    }
    try {
      return await this.#refreshWith(stored);
    } catch (error) {
      if (!(error instanceof InvalidGrant)) throw error;
      // Another process may have been faster, or somebody authorised anew: once more with what is stored now.
      const newer = await this.#successorOf(stored, isAlone);
      if (newer === undefined) throw error;
      return this.#refreshWith(newer);
    }
  }

  /** What the store holds in place of a token that GoTo refused; whoever spent it may still be on the way to the store. */
  async #successorOf(refused: string, isAlone: boolean): Promise<string | undefined> {
    const { clock, secrets } = this.options;
    const giveUpAt = clock.now() + (isAlone ? 0 : SUCCESSOR_PATIENCE_MS);
    for (;;) {
      const stored = (await secrets.read('refreshToken'))?.value;
      if (stored !== undefined && stored !== refused) return stored;
      if (clock.now() >= giveUpAt) return undefined;
      await clock.sleep(LEASE_POLL_MS);
    }
  }

  async #refreshWith(refreshToken: string): Promise<TokenAnswer> {
    const answer = await this.options.endpoint.exchange({
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
    });
    this.#used(refreshToken, answer.refresh_token);
    // One that GoTo only names again is not newer for it: stored anew, its days would be counted from each hour on.
    this.#unsaved = answer.refresh_token === refreshToken ? undefined : answer.refresh_token;
    await this.#save();
    return answer;
  }

  /** A vault that fails now is asked again before the next renewal; until then no token is given out. */
  async #save(): Promise<void> {
    if (this.#unsaved === undefined) return;
    // The successor of a token that nobody uses any more must not take the place of the new one.
    const current = await this.options.authorizations?.current().catch(() => this.#authorization);
    if (current === this.#authorization) await this.options.secrets.writeRefreshToken(this.#unsaved);
    this.#unsaved = undefined;
  }

  #used(grant: string, successor: string | undefined): void {
    if (this.#grant !== undefined && this.#grant !== grant) this.#generation += 1;
    this.#grant = successor ?? grant;
  }
}
