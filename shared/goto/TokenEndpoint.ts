/** The token endpoint of GoTo's OAuth server: one form for a token, by whichever grant (goto-api.md 1.2 to 1.4). */
import type { HttpClient } from '@azure/core-rest-pipeline';
import { z } from 'zod';
import { sendRequest } from '../http/sendRequest';
import { tryParseJson } from '../http/tryParseJson';
import { ConnectorError } from '../model/ConnectorError';
import { cleanErrorText } from '../telemetry/cleanErrorText';
import type { GotoSecrets } from './GotoSecrets';

/** A token answer is one or two KB. */
const MAX_BYTES = 256 * 1_024;

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().default(3_600),
  refresh_token: z.string().min(1).optional(),
  scope: z.string().optional(),
});
const oauthError = z.object({ error: z.string() });

export type TokenAnswer = z.output<typeof tokenAnswer>;

export interface TokenEndpointOptions {
  /** GOTO_AUTH_ENDPOINT. */
  readonly endpoint: string;
  readonly clientId: string | undefined;
  readonly secrets: GotoSecrets;
  readonly http?: HttpClient | undefined;
}

/** GoTo says that a code, refresh token or personal access token is not, or no longer, good. */
export class InvalidGrant extends ConnectorError {}

export class TokenEndpoint {
  constructor(private readonly options: TokenEndpointOptions) {}

  /**
   * @throws ConnectorError of scope job, with `sent: false`, because what the token was for did not leave: `InvalidGrant`
   *   and other `Unauthorized` when GoTo gives no token, `Timeout` or `InternalServerError` when its sign-in server fails,
   *   `KeyVaultRefused` when the client secret cannot be read
   */
  async exchange(form: Readonly<Record<string, string>>): Promise<TokenAnswer> {
    const { clientId, endpoint, http, secrets } = this.options;
    const clientSecret = (await secrets.read('clientSecret'))?.value;
    if (clientId === undefined || clientSecret === undefined) {
      const message = 'There is no OAuth client of GoTo. Set GOTO_CLIENT_ID and GOTO_CLIENT_SECRET.';
      throw fault(message, 'Unauthorized', false);
    }
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
      throw fault(`The GoTo sign-in server failed (${code}); it is tried again later.`, 'InternalServerError', true);
    }
    const message = `GoTo gave no token (${code}). Check GOTO_CLIENT_ID and GOTO_CLIENT_SECRET; make a new personal access token or authorize again.`;
    if (code !== 'invalid_grant') throw fault(message, 'Unauthorized', false);
    throw new InvalidGrant(message, { code: 'Unauthorized', status, sent: false, repeatable: false, scope: 'job' });
  }
}

const fault = (message: string, code: 'Unauthorized' | 'InternalServerError', repeatable: boolean): ConnectorError =>
  new ConnectorError(message, { code, sent: false, repeatable, scope: 'job' });
