/**
 * GET and $batch requests to Microsoft Graph: authorised, retried, parsed, and only ever to the configured origin.
 *
 * Own retry rules, because both Graph SDKs' are wrong here in different ways (graph-source.md 7): a bare 429 is
 * retried, network errors and 5xx too, and a demanded wait beyond the invocation's patience is handed up.
 */
import type { TokenCredential } from '@azure/core-auth';
import type { HttpClient } from '@azure/core-rest-pipeline';
import { randomUUID } from 'node:crypto';
import { parseRetryAfter } from '../http/parseRetryAfter';
import { sendRequest } from '../http/sendRequest';
import { tryParseJson } from '../http/tryParseJson';
import type { Clock } from '../model/Clock';
import { ConnectorError } from '../model/ConnectorError';
import { countCall } from '../telemetry/callCounter';
import type { Telemetry } from '../telemetry/Telemetry';
import { graphError } from './graphError';
import { Patience } from './Patience';

/** A page of 999 people with every attribute is a few MB; far above it something else answers. */
const MAX_BYTES = 32 * 1_024 * 1_024;
/** Attempts for one request before the error goes up; waits double from FIRST_WAIT_MS, as Graph asks (graph-source.md 4.2). */
const MAX_ATTEMPTS = 6;
/** The same for a token: what is no fault of the moment is told while whoever tests the connection still waits for the answer. */
const MAX_TOKEN_ATTEMPTS = 3;
/** The first back-off, in ms; it doubles with each attempt. */
export const FIRST_WAIT_MS = 1_000;
/** A demanded wait longer than this, in ms, is handed up: in the queue waiting is free, an invocation is paid by the second. */
export const LONGEST_SLEEP_MS = 15_000;
/** All sleep inside one request, in ms, so that a slice of some requests ends long before the function's time-out. */
const LONGEST_SLEEP_IN_ALL_MS = 30_000;
/** All sleep of the process within a window, in ms, however many requests are told to wait. */
const PATIENCE_MS = 120_000;
const PATIENCE_WINDOW_MS = 300_000;

export interface GraphClientOptions {
  /** The root without version, such as https://graph.microsoft.com. */
  readonly endpoint: string;
  readonly credential: TokenCredential;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly http?: HttpClient;
}

/** Sends requests to Microsoft Graph; each one sent is counted by `countCall('graph')`. */
export class GraphClient {
  readonly #origin: string;
  /** For the waits that Graph asks for. */
  readonly patience: Patience;

  constructor(private readonly options: GraphClientOptions) {
    this.#origin = new URL(options.endpoint).origin;
    this.patience = new Patience(options.clock, PATIENCE_MS, PATIENCE_WINDOW_MS);
  }

  /** The clock its waits are measured by. */
  get clock(): Clock {
    return this.options.clock;
  }

  /**
   * @param pathOrLink a path below /v1.0, or a complete link Graph handed out
   * @returns the parsed body
   * @throws ConnectorError of scope job; `ResyncRequired` when a delta link has run out; `TooManyRequests` with
   *   `retryAfterMs` when Graph demands a wait longer than worth sleeping
   */
  get(pathOrLink: string): Promise<unknown> {
    return this.#send('GET', this.#urlOf(pathOrLink));
  }

  /** POST of a read-only operation, such as $batch: as safe to repeat as a GET. Throws as `get` does. */
  postRead(path: string, body: unknown): Promise<unknown> {
    return this.#send('POST', this.#urlOf(path), JSON.stringify(body));
  }

  /** Whether a link leads to the configured origin: one that was stored may be of an earlier one. */
  isOwn(link: string): boolean {
    return URL.canParse(link) && new URL(link).origin === this.#origin;
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
    let slept = 0;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#sendOnce(method, url, body);
      } catch (error) {
        if (!(error instanceof ConnectorError) || !error.repeatable) throw error;
        if (attempt >= (error.code === 'Unauthorized' ? MAX_TOKEN_ATTEMPTS : MAX_ATTEMPTS)) throw error;
        const wait = error.retryAfterMs ?? Math.min(LONGEST_SLEEP_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
        if (wait > LONGEST_SLEEP_MS || slept + wait > LONGEST_SLEEP_IN_ALL_MS || !this.patience.has(wait)) throw error;
        slept += wait;
        this.options.telemetry.warn('graph.retried', { code: error.code, status: error.status, waitMs: wait, attempt });
        await this.options.clock.sleep(wait);
      }
    }
  }

  async #sendOnce(method: 'GET' | 'POST', url: string, body?: string): Promise<unknown> {
    const token = await this.#token();
    countCall('graph');
    const answer = await sendRequest({
      service: 'Microsoft Graph',
      setting: 'GRAPH_ENDPOINT',
      method,
      url,
      headers: {
        authorization: `Bearer ${token}`,
        'client-request-id': randomUUID(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body,
      maxBytes: MAX_BYTES,
      scope: 'job',
      http: this.options.http,
    });
    const parsed = tryParseJson(answer.text);
    if (answer.status < 200 || answer.status >= 300) {
      throw graphError(answer.status, parsed, parseRetryAfter(answer.retryAfter, this.clock.now()));
    }
    if (parsed !== undefined) return parsed;
    // An answer cut short or an HTML page with status 200 is a fault of the moment, not data.
    throw new ConnectorError('Microsoft Graph answered with something that is not JSON; it is tried again later.', {
      code: 'WebExceptionProtocolError',
      status: answer.status,
      sent: true,
      repeatable: true,
      scope: 'job',
    });
  }

  /** The identity endpoint fails for moments at start-up, so a failure is worth another try. */
  async #token(): Promise<string> {
    const fault = (cause?: unknown): ConnectorError =>
      new ConnectorError(
        'The managed identity gave no token for Microsoft Graph. Check AZURE_CLIENT_ID and that the identity is attached.',
        { code: 'Unauthorized', sent: false, repeatable: true, scope: 'job', cause },
      );
    const token = await this.options.credential
      .getToken(`${this.options.endpoint}/.default`)
      .catch((error: unknown) => {
        throw fault(error);
      });
    if (token === null) throw fault();
    return token.token;
  }
}
