/** Between Azure's HTTP and the use cases: one way to ask, one way to answer, whatever the route. */
import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { ApiRequest, ApiResponse } from '../shared/api/ApiResponse';
import { entityTag, hasAnswer } from '../shared/api/entityTag';
import { problemBody, problemOf } from '../shared/api/Problem';
import { answerOf, atReadersPace } from './atReadersPace';
import { messageOf, type Telemetry } from '../shared/telemetry/Telemetry';

/**
 * Of every answer: kept nowhere, never taken for a page, and neither framed nor loaded by another site, whose pages a browser
 * would let ask in the name of whoever signed in. The pages have a policy of their own.
 */
const ALWAYS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
} as const;

/** The answer of a use case, or the problem it threw. An answer that the client has already is not sent again. */
export async function respond(
  telemetry: Telemetry,
  request: HttpRequest,
  context: InvocationContext,
  work: () => Promise<ApiResponse>,
): Promise<HttpResponseInit> {
  const reader = answerOf(context.invocationId);
  try {
    const { status, headers, body, content, stream, cookies } = await work();
    const sent = cookies === undefined ? {} : { cookies: [...cookies] };
    if (content !== undefined)
      return {
        ...sent,
        status,
        headers: { ...ALWAYS, 'content-type': content.type, ...headers },
        body: content.bytes,
      };
    if (stream !== undefined)
      return {
        ...sent,
        status,
        headers: { ...ALWAYS, 'content-type': stream.type, ...headers },
        body: atReadersPace(reader, stream.chunks, (error) => {
          telemetry.error('http.failed', { code: problemOf(error).code, message: messageOf(error) });
        }),
      };
    if (body === undefined) return { ...sent, status, headers: { ...ALWAYS, ...headers } };
    const text = JSON.stringify(body);
    const etag = request.method === 'GET' && status === 200 ? { etag: entityTag(text) } : {};
    const all: Readonly<Record<string, string>> = { ...ALWAYS, ...etag, ...headers };
    const { etag: tag } = all;
    return tag !== undefined && hasAnswer(request.headers.get('if-none-match'), tag)
      ? { status: 304, headers: all }
      : { ...sent, status, headers: { ...all, 'content-type': 'application/json' }, body: text };
  } catch (error) {
    const problem = problemOf(error);
    if (problem.status >= 500) telemetry.error('http.failed', { code: problem.code, message: messageOf(error) });
    return {
      status: problem.status,
      headers: { ...ALWAYS, 'content-type': 'application/problem+json' },
      body: JSON.stringify(problemBody(problem, context.invocationId)),
    };
  }
}

/** What a use case may know of the request. */
export function apiRequest(request: HttpRequest): ApiRequest {
  return {
    params: request.params,
    query: request.query,
    header: (name) => request.headers.get(name),
    body: request.body,
    origin: new URL(request.url).origin,
  };
}
