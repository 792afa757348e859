/**
 * Access tokens of the GoTo OAuth server, by personal access token or refresh token (goto-api.md 1.2, 1.3).
 *
 * One renewal serves all callers of a process, and with a lease one process renews at a time: the others wait and read
 * the refresh token again (goto-api.md 6, item 19). A refresh token that comes back is stored before the access token
 * is used, and an answer without one leaves the stored one alone.
 */
import type { HttpClient } from '@azure/core-rest-pipeline';
import { z } from 'zod';
import { sendRequest } from '../http/sendRequest';
import { tryParseJson } from '../http/tryParseJson';
import type { Clock } from '../model/Clock';
import { ConnectorError } from '../model/ConnectorError';
import { cleanErrorText } from '../telemetry/cleanErrorText';
import type { Telemetry } from '../telemetry/Telemetry';
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
/** A token answer is one or two KB. */
const MAX_BYTES = 256 * 1_024;

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().default(3_600),
  refresh_token: z.string().min(1).optional(),
});
type TokenAnswer = z.output<typeof tokenAnswer>;
const oauthError = z.object({ error: z.string() });

/** Where the refresh token lives between starts. */
export interface RefreshTokenStore {
  /** Undefined when there is none yet. */
  read(): Promise<string | undefined>;
  write(token: string): Promise<void>;
}

export interface GotoTokensOptions {
  readonly endpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Used instead of a refresh token when set; it is not rotated and needs no lease. */
  readonly personalAccessToken?: string | undefined;
  readonly refreshTokens: RefreshTokenStore;
  /** Absent where one process is all there is. */
  readonly lease?: TokenLease | undefined;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly http?: HttpClient;
}

/** GoTo says that a refresh token or personal access token is not, or no longer, good. */
class InvalidGrant extends ConnectorError {}

export class GotoTokens {
  #current: { readonly token: string; readonly expiresAt: number } | undefined;
  #renewal: Promise<string> | undefined;
  /** A rotated refresh token that the store did not take yet: the only copy. */
  #unsaved: string | undefined;
  #grant: string | undefined;
  #generation = 0;

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
      current.expiresAt - RENEW_BEFORE_MS > this.options.clock.now()
    ) {
      return current.token;
    }
    this.#renewal ??= this.#renew().finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }

  async #renew(): Promise<string> {
    const { clock, personalAccessToken: pat, telemetry } = this.options;
    const answer =
      pat === undefined
        ? await this.#alone((isAlone) => this.#refresh(isAlone))
        : await this.#exchange({ grant_type: 'personal_access_token', pat });
    if (pat !== undefined) this.#used(pat, undefined);
    this.#current = { token: answer.access_token, expiresAt: clock.now() + answer.expires_in * 1_000 };
    telemetry.info('goto.tokenRenewed', {
      grant: pat === undefined ? 'refresh_token' : 'personal_access_token',
      expiresInS: answer.expires_in,
    });
    return answer.access_token;
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
    const { refreshTokens } = this.options;
    // Read now and not before the lease: whoever held it may have stored another one.
    const stored = await refreshTokens.read();
    if (stored === undefined) {
      throw this.#fault(
        'There is no GoTo refresh token. Authorize the connector, or set GOTO_REFRESH_TOKEN.',
        'Unauthorized',
        false,
      );
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
    const { clock, refreshTokens } = this.options;
    const giveUpAt = clock.now() + (isAlone ? 0 : SUCCESSOR_PATIENCE_MS);
    for (;;) {
      const stored = await refreshTokens.read();
      if (stored !== undefined && stored !== refused) return stored;
      if (clock.now() >= giveUpAt) return undefined;
      await clock.sleep(LEASE_POLL_MS);
    }
  }

  async #refreshWith(refreshToken: string): Promise<TokenAnswer> {
    const answer = await this.#exchange({ grant_type: 'refresh_token', refresh_token: refreshToken });
    this.#used(refreshToken, answer.refresh_token);
    this.#unsaved = answer.refresh_token;
    await this.#save();
    return answer;
  }

  /** A vault that fails now is asked again before the next renewal; until then no token is given out. */
  async #save(): Promise<void> {
    if (this.#unsaved === undefined) return;
    await this.options.refreshTokens.write(this.#unsaved);
    this.#unsaved = undefined;
  }

  #used(grant: string, successor: string | undefined): void {
    if (this.#grant !== undefined && this.#grant !== grant) this.#generation += 1;
    this.#grant = successor ?? grant;
  }

  async #exchange(form: Readonly<Record<string, string>>): Promise<TokenAnswer> {
    const { clientId, clientSecret, endpoint, http } = this.options;
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const { status, text } = await sendRequest({
      service: 'The GoTo sign-in server',
      setting: 'GOTO_AUTH_ENDPOINT',
      method: 'POST',
      url: `${endpoint}/oauth/token`,
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
      maxBytes: MAX_BYTES,
      scope: 'job',
      http,
    }).catch((error: unknown) => {
      // Whatever the token was wanted for has not left, whether or not this request did.
      throw error instanceof ConnectorError ? error.notSent() : error;
    });
    const parsed = tryParseJson(text);
    const answer = tokenAnswer.safeParse(parsed);
    if (status < 300 && answer.success) return answer.data;
    const named = oauthError.safeParse(parsed);
    const code = named.success ? cleanErrorText(named.data.error) : `status ${status}`;
    if (status === 429 || status >= 500) {
      throw this.#fault(
        `The GoTo sign-in server failed (${code}); it is tried again later.`,
        'InternalServerError',
        true,
      );
    }
    const message = `GoTo gave no token (${code}). Check GOTO_CLIENT_ID and GOTO_CLIENT_SECRET; make a new personal access token or authorize again.`;
    if (code !== 'invalid_grant') throw this.#fault(message, 'Unauthorized', false);
    throw new InvalidGrant(message, { code: 'Unauthorized', status, sent: false, repeatable: false, scope: 'job' });
  }

  #fault(message: string, code: 'Unauthorized' | 'InternalServerError', repeatable: boolean): ConnectorError {
    return new ConnectorError(message, { code, sent: false, repeatable, scope: 'job' });
  }
}
