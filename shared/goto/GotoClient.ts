/** HTTP to GoTo's Admin API: paced, authorised, losslessly parsed, with typed errors. */
import type { HttpClient } from '@azure/core-rest-pipeline';
import { isSafeNumber, parse as parseLossless, stringify as stringifyLossless } from 'lossless-json';
import { z } from 'zod';
import { parseRetryAfter } from '../http/parseRetryAfter';
import { sendRequest } from '../http/sendRequest';
import type { Clock } from '../model/Clock';
import { ConnectorError } from '../model/ConnectorError';
import { countCall } from '../telemetry/callCounter';
import type { Telemetry } from '../telemetry/Telemetry';
import type { AccessTokens } from './AccessTokens';
import { accountUnavailable, gotoError } from './gotoError';
import type { Pacer, Pacing } from './Pacing';

/** Where the Admin API is (goto-api.md 2.1). */
export const ADMIN_API = '/admin/rest/v1';
/** Reads are safe to repeat; writes are not (goto-api.md 6, item 17). */
const READ_ATTEMPTS = 5;
const FIRST_WAIT_MS = 1_000;
/** A page of 1,000 accounts is about 1 MB; a licence names all its holders. */
const MAX_BYTES = 16 * 1_024 * 1_024;

export interface GotoClientOptions {
  readonly endpoint: string;
  readonly tokens: AccessTokens;
  readonly pacing: Pacing;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly http?: HttpClient;
}

/** Who asks. Calls are counted by `countCall` to whoever runs the work. */
export interface Caller {
  /** Its share of the rate. */
  readonly pacer: Pacer;
  /**
   * No write leaves after this moment, in ms since the epoch: an intent is dead then, and somebody else may act on
   * another one. Waiting for a slot, a token or /me can take longer than anybody checked before.
   */
  readonly sendBefore?: number | undefined;
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the host: the Admin API's begins with `ADMIN_API`. */
  readonly path: string;
  readonly body?: string | undefined;
  /** `object`: a refusal may concern this one account only. */
  readonly about: 'object' | 'job';
  /** Of a write: the authorisation it may be sent with. */
  readonly generation?: number | undefined;
}

/** An owner without any role would answer /me and be refused everything else (goto-api.md 1.6). */
const rolesOfOwner = z.object({
  adminRoles: z.array(z.unknown()).optional(),
  roleSets: z.array(z.unknown()).optional(),
});

export class GotoClient {
  #skewMs: number | undefined;

  constructor(private readonly options: GotoClientOptions) {}

  /** GoTo's clock before this one, in ms, by the date of its newest answer. */
  get skewMs(): number | undefined {
    return this.#skewMs;
  }

  /** The clock its waits are measured by. */
  get clock(): Clock {
    return this.options.clock;
  }

  /**
   * Gets a token if there is none that lasts.
   * @returns which authorisation it belongs to, see `AccessTokens.generation`
   */
  async authorise(): Promise<number> {
    await this.options.tokens.get();
    return this.options.tokens.generation;
  }

  /**
   * @param about `object` when the path names one account
   * @throws ConnectorError after READ_ATTEMPTS tries; `AccountUnavailable` of scope object when GoTo refuses only this
   *   account; what `GotoTokens.get` and the pacer throw
   */
  async get(path: string, caller: Caller, about: 'object' | 'job' = 'job'): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#authorised({ method: 'GET', path, about }, caller);
      } catch (error) {
        if (!(error instanceof ConnectorError) || !isWorthRepeating(error) || attempt >= READ_ATTEMPTS) throw error;
        // A wait that GoTo demanded is kept by the pacer; everything else backs off here.
        if (error.code !== 'TooManyRequests') await this.options.clock.sleep(FIRST_WAIT_MS * 2 ** (attempt - 1));
      }
    }
  }

  /**
   * Sent once; whether to try again is decided by who knows what the write was for.
   * @param generation as `authorise` said when the token's owner was looked at: as anybody else it is not sent
   * @throws ConnectorError; it certainly did not happen when `refused` is true or `sent` is false
   */
  async write(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body: unknown,
    caller: Caller,
    generation: number,
  ): Promise<unknown> {
    const text = method === 'DELETE' ? undefined : stringifyLossless(body);
    return this.#authorised({ method, path, body: text, about: 'object', generation }, caller);
  }

  /**
   * 401 and 403: one forced renewal and one retry (goto-api.md 6, item 16). What is refused then, while /me still
   * opens, is the account's own matter; otherwise the connection is at fault.
   */
  async #authorised(call: Call, caller: Caller): Promise<unknown> {
    const { tokens } = this.options;
    const token = await tokens.get();
    // Whose token this is now has not been asked yet, and its owner must not be written to (goto-api.md 6, item 20).
    const isOther = (): boolean => call.generation !== undefined && tokens.generation !== call.generation;
    if (isOther()) throw authorisedAnew();
    try {
      return await this.#send(call, token, caller);
    } catch (error) {
      if (!isRefusedToken(error)) throw error;
    }
    const renewed = await tokens.get(token);
    if (isOther()) throw authorisedAnew();
    try {
      return await this.#send(call, renewed, caller);
    } catch (error) {
      if (!isRefusedToken(error) || call.about === 'job') throw error;
      throw (await this.#opensMe(renewed, caller)) ? accountUnavailable(error) : error;
    }
  }

  /** Asked once. Without an answer nothing is known, and the refusal stays what it looks like. */
  async #opensMe(token: string, caller: Caller): Promise<boolean> {
    try {
      const me = rolesOfOwner.safeParse(
        await this.#send({ method: 'GET', path: `${ADMIN_API}/me`, about: 'job' }, token, caller),
      );
      if (!me.success) return false;
      const { adminRoles, roleSets = [] } = me.data;
      return adminRoles === undefined || adminRoles.length + roleSets.length > 0;
    } catch (error) {
      if (error instanceof ConnectorError) return false;
      throw error;
    }
  }

  async #send({ method, path, body }: Call, token: string, { pacer, sendBefore }: Caller): Promise<unknown> {
    await pacer.acquire();
    if (method !== 'GET' && sendBefore !== undefined && this.options.clock.now() >= sendBefore) throw tooLate();
    countCall(method === 'GET' ? 'gotoReads' : 'gotoWrites');
    const answer = await sendRequest({
      service: 'GoTo',
      setting: 'GOTO_API_ENDPOINT',
      method,
      url: `${this.options.endpoint}${path}`,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body,
      maxBytes: MAX_BYTES,
      scope: 'object',
      http: this.options.http,
    });
    const date = Date.parse(answer.date ?? '');
    if (!Number.isNaN(date)) this.#skewMs = date - this.options.clock.now();
    const parsed = parseBody(answer.text);
    if (answer.status >= 200 && answer.status < 300) {
      this.options.pacing.succeeded();
      return parsed;
    }
    if (answer.status !== 429) throw gotoError(answer.status, parsed, undefined);
    countCall('throttled');
    const waitMs = await this.options.pacing.throttled(parseRetryAfter(answer.retryAfter, this.options.clock.now()));
    this.options.telemetry.warn('goto.throttled', { waitMs });
    throw gotoError(429, parsed, waitMs);
  }
}

const isRefusedToken = (error: unknown): error is ConnectorError =>
  error instanceof ConnectorError && error.sent && (error.status === 401 || error.status === 403);

/** A demanded wait that is too long to sleep, or a vault that says no, is not better a second later. */
const isWorthRepeating = (error: ConnectorError): boolean =>
  error.repeatable && error.code !== 'KeyVaultRefused' && (error.sent || error.code !== 'TooManyRequests');

const authorisedAnew = (): ConnectorError =>
  new ConnectorError('GoTo was authorised anew meanwhile; the change is decided anew and tried again.', {
    code: 'Unauthorized',
    sent: false,
    repeatable: true,
    scope: 'object',
  });

const tooLate = (): ConnectorError =>
  new ConnectorError('It took too long until the request could leave; it was not sent and is decided anew.', {
    code: 'Timeout',
    sent: false,
    repeatable: true,
    scope: 'object',
  });

/** Keys have up to 20 digits: a number that a double cannot hold stays text (goto-api.md 2.1). */
function parseBody(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return parseLossless(text, null, (digits) => (isSafeNumber(digits) ? Number(digits) : digits));
  } catch {
    return undefined;
  }
}
