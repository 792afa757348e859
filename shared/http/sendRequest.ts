/**
 * The one way out: every request to Microsoft Graph and GoTo goes through here, so that time-out, size limit, redirects
 * and the question "did it leave?" are answered once.
 *
 * The bare client of core-rest-pipeline is used, without its policies: it repeats nothing and follows no redirect.
 */
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { ConnectorError } from '../model/ConnectorError';
import { cleanErrorText } from '../telemetry/cleanErrorText';

/** Longest time a request may take until the last byte of its answer, in ms (T of the protocol). */
const REQUEST_TIMEOUT_MS = 30_000;

/** Errors that prove the request never left: no connection came about, or its certificate was not believed. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** One client a process: it keeps its connections alive. */
let defaultHttp: HttpClient | undefined;

export interface HttpRequest {
  /** Whom we talk to, for error texts: "Microsoft Graph". */
  readonly service: string;
  /** The setting that holds the address, named when the service turns out to live elsewhere. */
  readonly setting: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** More bytes than this in an answer are not read. */
  readonly maxBytes: number;
  /** In ms; REQUEST_TIMEOUT_MS when absent. */
  readonly timeoutMs?: number | undefined;
  /** Whom a network fault concerns. */
  readonly scope: ConnectorError['scope'];
  /** Another transport, for tests. */
  readonly http?: HttpClient | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** The header as sent. */
  readonly retryAfter: string | undefined;
  readonly date: string | undefined;
}

/**
 * Sends one request once and reads its answer, whatever its status.
 * @throws ConnectorError
 *   - `Timeout`: no connection, a lost one, or too slow; `sent` is false only when the request certainly never left
 *   - `WebExceptionProtocolError`: the answer is larger than `maxBytes`
 *   - `Redirected`: a 3xx; never followed, because the bearer token belongs to the configured host only
 */
export async function sendRequest(request: HttpRequest): Promise<HttpAnswer> {
  const timeoutMs = request.timeoutMs ?? REQUEST_TIMEOUT_MS;
  const abort = new AbortController();
  // The client's own time-out ends with the headers; this one covers the body too.
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  try {
    const response = await clientFor(request).sendRequest(
      createPipelineRequest({
        url: request.url,
        method: request.method,
        allowInsecureConnection: request.url.startsWith('http:'),
        headers: createHttpHeaders({ accept: 'application/json', ...request.headers }),
        abortSignal: abort.signal,
        streamResponseStatusCodes: new Set([Number.POSITIVE_INFINITY]),
        ...(request.body === undefined ? {} : { body: request.body }),
      }),
    );
    const text = await readText(response, request);
    if (response.status >= 300 && response.status < 400) throw redirected(request, response.status);
    return {
      status: response.status,
      text,
      retryAfter: response.headers.get('retry-after'),
      date: response.headers.get('date'),
    };
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    throw networkFault(request, error, abort.signal.aborted ? timeoutMs : undefined);
  } finally {
    clearTimeout(timer);
  }
}

function clientFor({ http }: HttpRequest): HttpClient {
  defaultHttp ??= createDefaultHttpClient();
  return http ?? defaultHttp;
}

async function readText(response: PipelineResponse, request: HttpRequest): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop by an exception destroys the stream: nothing more is read.
  for await (const chunk of response.readableStreamBody ?? [response.bodyAsText ?? '']) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > request.maxBytes) {
      throw new ConnectorError(
        `${request.service} sent more than ${request.maxBytes} bytes in one answer; it was not read to its end.`,
        { code: 'WebExceptionProtocolError', status: response.status, sent: true, repeatable: false, scope: 'job' },
      );
    }
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const redirected = (request: HttpRequest, status: number): ConnectorError =>
  new ConnectorError(
    `${request.service} answered with a redirect (${status}), which is not followed. Check ${request.setting}, and whether a proxy answers in its place.`,
    { code: 'Redirected', status, sent: true, repeatable: false, scope: 'job' },
  );

function networkFault(request: HttpRequest, error: unknown, timedOutAfterMs: number | undefined): ConnectorError {
  const code = systemCode(error);
  const reason =
    timedOutAfterMs === undefined
      ? cleanErrorText(error instanceof Error && error.message !== '' ? error.message : code)
      : `no answer within ${timedOutAfterMs / 1_000} s`;
  return new ConnectorError(`${request.service} could not be reached: ${reason}`, {
    code: 'Timeout',
    sent: timedOutAfterMs !== undefined || !NEVER_SENT.has(code),
    repeatable: true,
    scope: request.scope,
    cause: error,
  });
}

function systemCode(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
