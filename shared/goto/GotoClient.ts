/** HTTP to GoTo's Admin API: paced, authorised, losslessly parsed, with typed errors. */
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
} from '@azure/core-rest-pipeline';
import { isSafeNumber, parse as parseLossless, stringify as stringifyLossless } from 'lossless-json';
import { parseRetryAfter } from '../http/parseRetryAfter';
import type { Clock } from '../model/Clock';
import { ConnectorError } from '../model/ConnectorError';
import type { CallCounts } from '../model/Cycle';
import { messageOf, type Telemetry } from '../telemetry/Telemetry';
import type { GotoTokens } from './GotoTokens';
import { gotoError } from './gotoError';
import type { Pacer, Pacing } from './Pacing';

const REQUEST_TIMEOUT_MS = 30_000;
/** Reads are safe to repeat; writes are not (goto-api.md 6, item 17). */
const READ_ATTEMPTS = 5;
const FIRST_WAIT_MS = 1_000;

/** Errors that prove the request never left: no connection came about. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

export interface GotoClientOptions {
  readonly endpoint: string;
  readonly tokens: GotoTokens;
  readonly pacing: Pacing;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly http?: HttpClient;
}

/** Who asks: its share of the rate, and where its calls are counted. */
export interface Caller {
  readonly pacer: Pacer;
  readonly calls: CallCounts;
}

export class GotoClient {
  readonly #http: HttpClient;

  constructor(private readonly options: GotoClientOptions) {
    this.#http = options.http ?? createDefaultHttpClient();
  }

  /** @throws ConnectorError after READ_ATTEMPTS tries */
  async get(path: string, caller: Caller): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#authorised('GET', path, undefined, caller);
      } catch (error) {
        if (!(error instanceof ConnectorError) || !error.repeatable || attempt >= READ_ATTEMPTS) throw error;
        // A wait that GoTo demanded is kept by the pacer; everything else backs off here.
        if (error.code !== 'TooManyRequests') await this.options.clock.sleep(FIRST_WAIT_MS * 2 ** (attempt - 1));
      }
    }
  }

  /** Sent once; whether to try again is decided by who knows what the write was for. */
  async write(method: 'POST' | 'PUT', path: string, body: unknown, caller: Caller): Promise<unknown> {
    return this.#authorised(method, path, stringifyLossless(body), caller);
  }

  /** 401 and 403: one forced renewal and one retry, then the connection is at fault (goto-api.md 6, item 16). */
  async #authorised(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body: string | undefined,
    caller: Caller,
  ): Promise<unknown> {
    const token = await this.options.tokens.get();
    try {
      return await this.#send(method, path, body, token, caller);
    } catch (error) {
      if (!(error instanceof ConnectorError) || (error.status !== 401 && error.status !== 403)) throw error;
      return this.#send(method, path, body, await this.options.tokens.get(token), caller);
    }
  }

  async #send(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body: string | undefined,
    token: string,
    { pacer, calls }: Caller,
  ): Promise<unknown> {
    await pacer.acquire();
    if (method === 'GET') calls.gotoReads += 1;
    else calls.gotoWrites += 1;
    const url = `${this.options.endpoint}/admin/rest/v1${path}`;
    const request = createPipelineRequest({
      url,
      method,
      timeout: REQUEST_TIMEOUT_MS,
      allowInsecureConnection: url.startsWith('http:'),
      headers: createHttpHeaders({
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      }),
      ...(body === undefined ? {} : { body }),
    });
    const response = await this.#http.sendRequest(request).catch((error: unknown) => {
      const sent = !NEVER_SENT.has(systemCode(error));
      throw new ConnectorError(`GoTo could not be reached: ${messageOf(error)}`, {
        code: 'Timeout',
        sent,
        repeatable: true,
        scope: 'object',
        cause: error,
      });
    });
    const answer = parseBody(response.bodyAsText ?? '');
    if (response.status >= 200 && response.status < 300) {
      this.options.pacing.succeeded();
      return answer;
    }
    if (response.status !== 429) throw gotoError(response.status, answer, undefined);
    calls.throttled += 1;
    const waitMs = await this.options.pacing.throttled(
      parseRetryAfter(response.headers.get('retry-after'), this.options.clock.now()),
    );
    this.options.telemetry.warn('goto.throttled', { waitMs });
    throw gotoError(429, answer, waitMs);
  }
}

/** Keys have up to 20 digits: a number that a double cannot hold stays text (goto-api.md 2.1). */
function parseBody(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return parseLossless(text, null, (digits) => (isSafeNumber(digits) ? Number(digits) : digits));
  } catch {
    return undefined;
  }
}

function systemCode(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
