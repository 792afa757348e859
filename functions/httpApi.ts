import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import type { ApiRequest } from '../shared/api/ApiResponse';
import { problemBody, problemOf } from '../shared/api/Problem';
import { routes, type ApiHandler } from '../shared/api/ROUTES';
import type { Engine } from '../shared/sync/Engine';
import { messageOf } from '../shared/telemetry/Telemetry';
import { runAs } from './runAs';

/** Registers every route of the table. */
export function registerHttpApi(engine: Engine, schedule: string): void {
  for (const { name, method, path, authLevel, handler } of routes(schedule)) {
    app.http(name, {
      methods: [method],
      route: path,
      authLevel,
      handler: (request, context) => runAs(context, () => answer(engine, handler, request, context)),
    });
  }
}

async function answer(
  engine: Engine,
  handler: ApiHandler,
  request: HttpRequest,
  context: InvocationContext,
): Promise<HttpResponseInit> {
  try {
    const response = await handler(engine, apiRequest(request));
    return {
      status: response.status,
      headers: { ...response.headers, 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: JSON.stringify(response.body),
    };
  } catch (error) {
    const problem = problemOf(error);
    if (problem.status >= 500) engine.telemetry.error('http.failed', { code: problem.code, message: messageOf(error) });
    return {
      status: problem.status,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
      body: JSON.stringify(problemBody(problem, context.invocationId)),
    };
  }
}

function apiRequest(request: HttpRequest): ApiRequest {
  return {
    params: request.params,
    query: request.query,
    header: (name) => request.headers.get(name),
    text: () => request.text(),
    origin: new URL(request.url).origin,
  };
}
