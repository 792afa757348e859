/**
 * GET and $batch requests to Microsoft Graph: authorised, retried, parsed, and only ever to the configured origin.
 *
 * Own retry rules, because both Graph SDKs' are wrong here in different ways (graph-source.md 7): a bare 429 is
 * retried, network errors and 5xx too, and a demanded wait beyond the invocation's patience is handed up.
 */
import type { TokenCredential } from '@azure/core-auth';
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
} from '@azure/core-rest-pipeline';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { parseRetryAfter } from '../http/parseRetryAfter';
import { tryParseJson } from '../http/tryParseJson';
import type { Clock } from '../model/Clock';
import { ConnectorError } from '../model/ConnectorError';
import { messageOf, type Telemetry } from '../telemetry/Telemetry';

/** Longest time a single request may take, in ms. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Attempts for one request before the error goes up; waits double from FIRST_WAIT_MS, as Graph asks (graph-source.md 4.2). */
const MAX_ATTEMPTS = 6;
const FIRST_WAIT_MS = 1_000;
/** A longer demanded wait is not slept through inside an invocation that is paid by the second. */
const LONGEST_WAIT_MS = 60_000;

const errorBody = z.object({ error: z.object({ code: z.string().default(''), message: z.string().default('') }) });

export interface GraphClientOptions {
  readonly endpoint: string;
  readonly credential: TokenCredential;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly http?: HttpClient;
}

export class GraphClient {
  readonly #http: HttpClient;
  readonly #origin: string;
  /** Requests sent since the client was made; the planner reads the difference. */
  requests = 0;

  constructor(private readonly options: GraphClientOptions) {
    this.#http = options.http ?? createDefaultHttpClient();
    this.#origin = new URL(options.endpoint).origin;
  }

  /**
   * @param pathOrLink a path below /v1.0, or a complete link Graph handed out
   * @throws ConnectorError; code ResyncRequired when a delta link has run out
   */
  get(pathOrLink: string): Promise<unknown> {
    return this.#send('GET', this.#urlOf(pathOrLink));
  }

  /** POST of a read-only operation, such as $batch: as safe to repeat as a GET. */
  postRead(path: string, body: unknown): Promise<unknown> {
    return this.#send('POST', this.#urlOf(path), JSON.stringify(body));
  }

  /** The wait before parts of a batch are asked for again; doubles with each round. */
  pause(round: number): Promise<void> {
    return this.options.clock.sleep(FIRST_WAIT_MS * 2 ** (round - 1));
  }

  /** A link from an answer may point anywhere; the bearer token goes to the configured origin only (graph-source.md 6). */
  #urlOf(pathOrLink: string): string {
    const url = new URL(pathOrLink.startsWith('/') ? `${this.options.endpoint}/v1.0${pathOrLink}` : pathOrLink);
    if (url.origin !== this.#origin) {
      throw new ConnectorError('Graph answered with a link to another host; it was not followed.', {
        code: 'ServiceIncompatible',
        sent: false,
        repeatable: false,
        scope: 'job',
      });
    }
    return url.href;
  }

  async #send(method: 'GET' | 'POST', url: string, body?: string): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#sendOnce(method, url, body);
      } catch (error) {
        if (!(error instanceof ConnectorError) || !error.repeatable || attempt >= MAX_ATTEMPTS) throw error;
        const wait = error.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1);
        if (wait > LONGEST_WAIT_MS) throw error;
        this.options.telemetry.warn('graph.retried', { code: error.code, status: error.status, waitMs: wait, attempt });
        await this.options.clock.sleep(wait);
      }
    }
  }

  async #sendOnce(method: 'GET' | 'POST', url: string, body?: string): Promise<unknown> {
    const token = await this.#token();
    const request = createPipelineRequest({
      url,
      method,
      timeout: REQUEST_TIMEOUT_MS,
      allowInsecureConnection: url.startsWith('http:'),
      headers: createHttpHeaders({
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        'client-request-id': randomUUID(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      }),
      ...(body === undefined ? {} : { body }),
    });
    this.requests += 1;
    const response = await this.#http.sendRequest(request).catch((error: unknown) => {
      throw new ConnectorError(`Microsoft Graph could not be reached: ${messageOf(error)}`, {
        code: 'Timeout',
        sent: true,
        repeatable: true,
        scope: 'job',
        cause: error,
      });
    });
    const text = response.bodyAsText ?? '';
    if (response.status >= 200 && response.status < 300) return parseJson(text, response.status);
    throw this.#errorOf(response.status, text, response.headers.get('retry-after'));
  }

  /** The identity endpoint fails for moments at start-up, so a failure is worth another try. */
  async #token(): Promise<string> {
    const fault = (cause?: unknown): ConnectorError =>
      new ConnectorError(
        'The managed identity gave no token for Microsoft Graph. Check AZURE_CLIENT_ID and that the identity is attached.',
        {
          code: 'Unauthorized',
          sent: false,
          repeatable: true,
          scope: 'job',
          cause,
        },
      );
    const token = await this.options.credential
      .getToken(`${this.options.endpoint}/.default`)
      .catch((error: unknown) => {
        throw fault(error);
      });
    if (token === null) throw fault();
    return token.token;
  }

  #errorOf(status: number, text: string, retryAfter: string | undefined): ConnectorError {
    const parsed = errorBody.safeParse(tryParseJson(text));
    const code = parsed.success ? parsed.data.error.code : '';
    // Delta tokens end after 7 days or by a reset, with 410 or a 40x and one of two codes (graph-source.md 2.1).
    if (status === 410 || (status >= 400 && status <= 404 && /^(syncStateNotFound|resyncRequired)$/i.test(code))) {
      return new ConnectorError('The delta link has run out; a full read follows.', {
        code: 'ResyncRequired',
        status,
        sent: true,
        repeatable: false,
        scope: 'job',
      });
    }
    const fields = { status, sent: true, scope: 'job' } as const;
    if (status === 429 || status === 503) {
      return new ConnectorError('Microsoft Graph asks to slow down.', {
        ...fields,
        code: 'TooManyRequests',
        repeatable: true,
        retryAfterMs: parseRetryAfter(retryAfter, this.options.clock.now()),
      });
    }
    if (status >= 500) {
      return new ConnectorError(`Microsoft Graph failed with ${status}.`, {
        ...fields,
        code: 'InternalServerError',
        repeatable: true,
      });
    }
    if (status === 401 || status === 403) {
      return new ConnectorError(
        `Microsoft Graph refused the managed identity (${status} ${code}). Grant Application.Read.All, User.Read.All and ` +
          'GroupMember.Read.All; a new grant can take hours to count.',
        { ...fields, code: status === 401 ? 'Unauthorized' : 'InsufficientRights', repeatable: false },
      );
    }
    if (status === 404) {
      return new ConnectorError(`Microsoft Graph does not know the object (${code}).`, {
        ...fields,
        code: 'NotFound',
        repeatable: false,
      });
    }
    return new ConnectorError(`Microsoft Graph refused the request with ${status} ${code}.`, {
      ...fields,
      code: 'UnprocessableEntity',
      repeatable: false,
    });
  }
}

/** An answer cut short or an HTML page with status 200 is a fault of the moment, not data. */
function parseJson(text: string, status: number): unknown {
  const value = tryParseJson(text);
  if (value !== undefined) return value;
  throw new ConnectorError('Microsoft Graph answered with something that is not JSON.', {
    code: 'WebExceptionProtocolError',
    status,
    sent: true,
    repeatable: true,
    scope: 'job',
  });
}
