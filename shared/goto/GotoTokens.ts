/**
 * Access tokens of the GoTo OAuth server, by personal access token or refresh token (goto-api.md 1.2, 1.3).
 * One renewal serves all callers; a refresh token that comes back is stored before the access token is used,
 * and an answer without one leaves the stored one alone.
 */
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
} from '@azure/core-rest-pipeline';
import { z } from 'zod';
import { tryParseJson } from '../http/tryParseJson';
import type { Clock } from '../model/Clock';
import { ConnectorError } from '../model/ConnectorError';
import { messageOf, type Telemetry } from '../telemetry/Telemetry';

/** A token is renewed this long before its end, in ms, so that none dies between check and use. */
const RENEW_BEFORE_MS = 5 * 60_000;
const REQUEST_TIMEOUT_MS = 30_000;

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().default(3_600),
  refresh_token: z.string().min(1).optional(),
});
const oauthError = z.object({ error: z.string() });

/** Where the refresh token lives between starts. */
export interface RefreshTokenStore {
  read(): Promise<string | undefined>;
  write(token: string): Promise<void>;
}

export interface GotoTokensOptions {
  readonly endpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly personalAccessToken?: string | undefined;
  readonly refreshTokens: RefreshTokenStore;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly http?: HttpClient;
}

export class GotoTokens {
  readonly #http: HttpClient;
  #current: { readonly token: string; readonly expiresAt: number } | undefined;
  #renewal: Promise<string> | undefined;

  constructor(private readonly options: GotoTokensOptions) {
    this.#http = options.http ?? createDefaultHttpClient();
  }

  /**
   * @param refused a token GoTo just refused: a newer one is fetched unless somebody did so already
   * @throws ConnectorError of scope job when GoTo gives no token
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
    const pat = this.options.personalAccessToken;
    const refreshToken = pat === undefined ? await this.options.refreshTokens.read() : undefined;
    if (pat === undefined && refreshToken === undefined) {
      throw this.#fault(
        'There is no GoTo refresh token. Authorize the connector, or set GOTO_REFRESH_TOKEN.',
        'Unauthorized',
        false,
      );
    }
    const form =
      pat === undefined
        ? { grant_type: 'refresh_token', refresh_token: refreshToken ?? '' }
        : { grant_type: 'personal_access_token', pat };
    const answer = await this.#post(new URLSearchParams(form).toString());
    if (answer.refresh_token !== undefined && pat === undefined)
      await this.options.refreshTokens.write(answer.refresh_token);
    this.#current = { token: answer.access_token, expiresAt: this.options.clock.now() + answer.expires_in * 1_000 };
    this.options.telemetry.info('goto.tokenRenewed', { grant: form.grant_type, expiresInS: answer.expires_in });
    return answer.access_token;
  }

  async #post(body: string): Promise<z.output<typeof tokenAnswer>> {
    const url = `${this.options.endpoint}/oauth/token`;
    const basic = Buffer.from(`${this.options.clientId}:${this.options.clientSecret}`).toString('base64');
    const request = createPipelineRequest({
      url,
      method: 'POST',
      body,
      timeout: REQUEST_TIMEOUT_MS,
      allowInsecureConnection: url.startsWith('http:'),
      headers: createHttpHeaders({
        authorization: `Basic ${basic}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      }),
    });
    const response = await this.#http.sendRequest(request).catch((error: unknown) => {
      throw this.#fault(`The GoTo sign-in server could not be reached: ${messageOf(error)}`, 'Timeout', true, error);
    });
    const parsed = tryParseJson(response.bodyAsText ?? '');
    const answer = tokenAnswer.safeParse(parsed);
    if (response.status < 300 && answer.success) return answer.data;
    const named = oauthError.safeParse(parsed);
    const code = named.success ? named.data.error : `status ${response.status}`;
    if (response.status === 429 || response.status >= 500) {
      throw this.#fault(`The GoTo sign-in server failed (${code}).`, 'InternalServerError', true);
    }
    throw this.#fault(
      `GoTo gave no token (${code}). Check GOTO_CLIENT_ID and GOTO_CLIENT_SECRET; make a new personal access token or authorize again.`,
      'Unauthorized',
      false,
    );
  }

  #fault(
    message: string,
    code: 'Unauthorized' | 'Timeout' | 'InternalServerError',
    repeatable: boolean,
    cause?: unknown,
  ): ConnectorError {
    return new ConnectorError(message, { code, sent: false, repeatable, scope: 'job', cause });
  }
}
