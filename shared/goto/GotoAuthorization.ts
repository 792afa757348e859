/**
 * The connector is authorized by an administrator of GoTo, in the browser: authorization code with state and PKCE
 * (RFC 6749, RFC 7636, RFC 9700 2.1; goto-api.md 1.2).
 *
 * The browser that begins keeps PKCE's verifier in a cookie, and a row keeps its challenge under a digest of the state.
 * So the answer counts for that browser alone, and neither the table nor GoTo's redirect holds what is needed to use it.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../model/Clock';
import { ConnectorError } from '../model/ConnectorError';
import type { Telemetry } from '../telemetry/Telemetry';
import type { GotoSecrets } from './GotoSecrets';
import type { GotoTokens } from './GotoTokens';
import type { PendingAuthorizations } from './PendingAuthorizations';
import { mayManageUsers, type Me } from './readMe';
import { InvalidGrant, type TokenAnswer, type TokenEndpoint } from './TokenEndpoint';

/** How long the administrator may take at GoTo, in ms. */
export const CONSENT_MS = 10 * 60_000;
/** GoTo's Admin API (goto-api.md 1.5). */
const NEEDED_SCOPE = 'identity:';
/** What anybody can cause who calls the address: so many are told in so many ms. */
const FROM_ANYBODY: ReadonlySet<AuthorizationOutcome> = new Set(['StateUnknown', 'OtherBrowser']);
const TOLD = 5;
const TOLD_MS = 60_000;
/** A state of ours has 43 characters; a code of GoTo is not long either. */
const LONGEST_PARAMETER = 4_096;

export interface GotoAuthorizationOptions {
  /** GOTO_AUTH_ENDPOINT. */
  readonly endpoint: string;
  readonly clientId: string | undefined;
  readonly accountKey: string;
  /** Where GoTo sends the browser back to; undefined where the host does not say its own address. */
  readonly redirectUri: string | undefined;
  readonly secrets: GotoSecrets;
  readonly tokenEndpoint: TokenEndpoint;
  readonly tokens: GotoTokens;
  readonly pending: PendingAuthorizations;
  /** Asks GoTo whom an access token acts for. */
  readonly meOf: (accessToken: string) => Promise<Me>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** Why nobody is sent to GoTo. */
export type NotBegun = 'NoOAuthClient' | 'PersonalAccessTokenInUse' | 'AddressUnknown';

export type Begun =
  | { readonly begun: false; readonly code: NotBegun }
  /** @property verifier for a cookie of this browser, and nothing else */
  | { readonly begun: true; readonly url: string; readonly verifier: string; readonly redirectUri: string };

/** What became of it. */
export type AuthorizationOutcome =
  | 'Connected'
  | 'Denied'
  | 'StateUnknown'
  | 'StateExpired'
  | 'OtherBrowser'
  | 'CodeRefused'
  | 'ClientRefused'
  | 'ScopeMissing'
  | 'WrongAccount'
  | 'WrongRole'
  | 'NoRefreshToken'
  | 'GotoFailed'
  | 'NotKept';

/** What GoTo's redirect says, and what the browser brings. Null where there is none. */
export interface ConsentAnswer {
  readonly state: string | null;
  readonly code: string | null;
  readonly error: string | null;
  readonly verifier: string | null;
}

export class GotoAuthorization {
  /** Since when refused answers from anybody are counted, and how many. */
  #refused = { since: 0, count: 0 };

  constructor(private readonly options: GotoAuthorizationOptions) {}

  /** @throws ConnectorError KeyVaultRefused, StorageUnreachable */
  async begin(): Promise<Begun> {
    const { clientId, clock, endpoint, pending, redirectUri, secrets } = this.options;
    if (clientId === undefined || (await secrets.read('clientSecret')) === undefined)
      return { begun: false, code: 'NoOAuthClient' };
    if ((await secrets.read('personalAccessToken')) !== undefined)
      return { begun: false, code: 'PersonalAccessTokenInUse' };
    if (redirectUri === undefined) return { begun: false, code: 'AddressUnknown' };
    const [state, verifier] = [randomText(), randomText()];
    const challenge = challengeOf(verifier);
    await pending.add({ stateDigest: digestOf(state), challenge, untilMs: clock.now() + CONSENT_MS });
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      state,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });
    return { begun: true, url: `${endpoint}/oauth/authorize?${query.toString()}`, verifier, redirectUri };
  }

  /**
   * Never throws for what GoTo, the vault or the browser does; nothing changes unless the outcome is `Connected`.
   * @throws ConnectorError StorageUnreachable
   */
  async complete(answer: ConsentAnswer): Promise<AuthorizationOutcome> {
    const { telemetry } = this.options;
    const outcome = await this.#complete(answer);
    if (outcome === 'Connected') telemetry.info('connection.authorized', {});
    else if (this.#isTold(outcome)) telemetry.warn('connection.notAuthorized', { code: outcome });
    return outcome;
  }

  /** The address is open to everybody: who calls it without end does not fill the log. */
  #isTold(outcome: AuthorizationOutcome): boolean {
    if (!FROM_ANYBODY.has(outcome)) return true;
    const now = this.options.clock.now();
    if (now - this.#refused.since > TOLD_MS) this.#refused = { since: now, count: 0 };
    this.#refused.count += 1;
    return this.#refused.count <= TOLD;
  }

  async #complete({ state, code, error, verifier }: ConsentAnswer): Promise<AuthorizationOutcome> {
    const { clock, pending } = this.options;
    if (isStrange(state) || isStrange(verifier ?? '')) return 'StateUnknown';
    const found = await pending.find(digestOf(state));
    if (found === undefined) return 'StateUnknown';
    // Whoever else got hold of the address uses nothing up: the administrator may still come back.
    if (!isSame(found.challenge, challengeOf(verifier ?? ''))) return 'OtherBrowser';
    if (found.untilMs < clock.now()) return 'StateExpired';
    if (!(await found.use())) return 'StateUnknown';
    if (error === 'access_denied') return 'Denied';
    if (error !== null || isStrange(code)) return 'CodeRefused';
    return this.#exchange(code, verifier ?? '');
  }

  async #exchange(code: string, verifier: string): Promise<AuthorizationOutcome> {
    const { redirectUri = '', tokenEndpoint } = this.options;
    let answer: TokenAnswer;
    try {
      answer = await tokenEndpoint.exchange({
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      });
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      if (error instanceof InvalidGrant) return 'CodeRefused';
      if (error.code === 'KeyVaultRefused') return 'NotKept';
      return error.code === 'Unauthorized' ? 'ClientRefused' : 'GotoFailed';
    }
    return (await this.#whyNot(answer)) ?? this.#adopt(answer);
  }

  /** What keeps this person from connecting. */
  async #whyNot(answer: TokenAnswer): Promise<AuthorizationOutcome | undefined> {
    const { accountKey, meOf } = this.options;
    if (answer.scope !== undefined && !answer.scope.split(/\s+/).includes(NEEDED_SCOPE)) return 'ScopeMissing';
    let me: Me;
    try {
      me = await meOf(answer.access_token);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      // A token without the scope is refused by /me (goto-api.md 1.5).
      return error.status === 401 || error.status === 403 ? 'ScopeMissing' : 'GotoFailed';
    }
    if (!me.accountKeys.includes(accountKey)) return 'WrongAccount';
    return mayManageUsers(me) === 'no' ? 'WrongRole' : undefined;
  }

  async #adopt(answer: TokenAnswer): Promise<AuthorizationOutcome> {
    const { refresh_token, ...rest } = answer;
    if (refresh_token === undefined) return 'NoRefreshToken';
    try {
      await this.options.tokens.adopt({ ...rest, refresh_token });
      return 'Connected';
    } catch (error) {
      if (error instanceof ConnectorError && error.code === 'KeyVaultRefused') return 'NotKept';
      throw error;
    }
  }
}

/** 256 bits, in characters that addresses, cookies and PKCE take. */
const randomText = (): string => randomBytes(32).toString('base64url');
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
/** PKCE's S256. */
const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');
const isStrange = (text: string | null): text is null => text === null || text.length > LONGEST_PARAMETER;

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
