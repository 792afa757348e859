/** GoTo's sign-in server: consent in the browser, codes with PKCE, refresh and access tokens (goto-api.md 1.1 to 1.5). */
import { createHash } from 'node:crypto';
import type { StackClock } from '../../clock/StackClock';
import { json, type SimRequest, type SimResponse } from '../http/SimulatedServer';
import { CONSENTERS, type Consenter } from './Consenter';
import { consentPage } from './consentPage';
import type { GotoBehaviour } from './GotoBehaviour';

const TOKEN_LIFE_S = 3_600;
const CODE_LIFE_MS = 60_000;
/** What the OAuth client has as its redirect addresses. */
const REDIRECT_URI = /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?\/api\/connection\/callback$/;

/** Whom a token acts for. */
export interface GotoActor {
  readonly key: string;
  readonly email: string;
  readonly adminRoles: readonly string[];
  readonly accountKey: string;
  readonly accountName: string;
}

interface Code {
  readonly actor: GotoActor;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly until: number;
}

export class SignIn {
  readonly clientId = 'local-client';
  clientSecret = 'local-secret';
  personalAccessToken = 'local-pat';
  /** The one that is there from the beginning, of the first administrator. */
  refreshToken = 'local-refresh-0';
  readonly #consented = new Map<string, GotoActor>();
  readonly #tokens = new Map<string, { readonly actor: GotoActor; readonly until: number; readonly scope: string }>();
  readonly #codes = new Map<string, Code>();
  #issued = 0;

  constructor(
    private readonly clock: StackClock,
    private readonly behaviour: GotoBehaviour,
    private readonly actorOf: (consenter: Consenter) => GotoActor,
  ) {}

  /** All access tokens handed out so far stop working. */
  revokeTokens(): void {
    this.#tokens.clear();
  }

  /** Of a request to the Admin API. @returns undefined for a token that is none, is over, or lacks the scope */
  actor(request: SimRequest): GotoActor | undefined {
    const token = this.#tokens.get(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '');
    if (token === undefined || token.until < this.clock.now() || !token.scope.includes('identity:')) return undefined;
    return token.actor;
  }

  /** GET shows the page, POST is the button on it. */
  authorize(request: SimRequest): SimResponse {
    const query = new URLSearchParams(request.method === 'POST' ? request.body : request.url.search);
    const redirectUri = query.get('redirect_uri') ?? '';
    if (query.get('client_id') !== this.clientId || !REDIRECT_URI.test(redirectUri))
      return json(400, { error: 'invalid_request', error_description: 'client or redirect_uri' });
    const state = query.get('state') ?? '';
    const challenge = query.get('code_challenge') ?? '';
    if (
      query.get('response_type') !== 'code' ||
      query.get('code_challenge_method') !== 'S256' ||
      !/^[\w-]{43}$/.test(challenge)
    )
      return back(redirectUri, { error: 'invalid_request', state });
    if (request.method !== 'POST') return consentPage(query);
    const consenter = CONSENTERS.find((one) => one === query.get('as'));
    if (consenter === undefined) return back(redirectUri, { error: 'access_denied', state });
    const code = `code-${(this.#issued += 1)}`;
    this.#codes.set(code, {
      actor: this.actorOf(consenter),
      redirectUri,
      challenge,
      until: this.clock.now() + CODE_LIFE_MS,
    });
    return back(redirectUri, { code, state });
  }

  token(request: SimRequest): SimResponse {
    const basic = `Basic ${Buffer.from(`${this.clientId}:${this.clientSecret}`).toString('base64')}`;
    if (request.headers.authorization !== basic)
      return json(401, { error: 'invalid_client', error_description: 'client not found' });
    const form = new URLSearchParams(request.body);
    const granted = this.#granted(form);
    if (granted === undefined)
      return json(400, { error: 'invalid_grant', error_description: 'the grant is not valid' });
    this.#issued += 1;
    const token = `token-${this.#issued}`;
    const { scope } = this.behaviour;
    this.#tokens.set(token, { actor: granted, until: this.clock.now() + TOKEN_LIFE_S * 1_000, scope });
    const refreshToken = this.#refreshTokenFor(form, granted);
    return json(200, {
      access_token: token,
      token_type: 'Bearer',
      expires_in: TOKEN_LIFE_S,
      scope,
      principal: granted.email,
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    });
  }

  /** Whom the form proves to be. */
  #granted(form: URLSearchParams): GotoActor | undefined {
    const given = form.get('refresh_token') ?? '';
    switch (form.get('grant_type')) {
      case 'personal_access_token':
        return form.get('pat') === this.personalAccessToken ? this.actorOf('administrator') : undefined;
      case 'refresh_token':
        return given === this.refreshToken ? this.actorOf('administrator') : this.#consented.get(given);
      case 'authorization_code':
        return this.#ofCode(form);
      default:
        return undefined;
    }
  }

  /** A code counts once, whatever comes with it. */
  #ofCode(form: URLSearchParams): GotoActor | undefined {
    const name = form.get('code') ?? '';
    const code = this.#codes.get(name);
    this.#codes.delete(name);
    const verifier = form.get('code_verifier') ?? '';
    if (code === undefined || code.until < this.clock.now()) return undefined;
    if (code.redirectUri !== form.get('redirect_uri')) return undefined;
    return createHash('sha256').update(verifier).digest('base64url') === code.challenge ? code.actor : undefined;
  }

  #refreshTokenFor(form: URLSearchParams, actor: GotoActor): string | undefined {
    const grant = form.get('grant_type');
    const next = `local-refresh-${this.#issued}`;
    if (grant === 'authorization_code') {
      if (!this.behaviour.givesRefreshToken) return undefined;
      this.#consented.set(next, actor);
      return next;
    }
    if (grant !== 'refresh_token' || !this.behaviour.rotatesRefreshToken) return undefined;
    const used = form.get('refresh_token') ?? '';
    if (this.#consented.delete(used)) this.#consented.set(next, actor);
    else this.refreshToken = next;
    return next;
  }
}

const back = (redirectUri: string, answer: Readonly<Record<string, string>>): SimResponse => ({
  status: 302,
  headers: { location: `${redirectUri}?${new URLSearchParams(answer).toString()}` },
});
