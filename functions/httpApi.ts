import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import type { ApiRequest, ApiResponse } from '../shared/api/ApiResponse';
import { problemBody, problemOf } from '../shared/api/Problem';
import { ROUTES, type ApiHandler } from '../shared/api/ROUTES';
import { settingsProblem } from '../shared/api/settingsProblem';
import { messageOf, type Telemetry } from '../shared/telemetry/Telemetry';
import { runAs } from './runAs';
import type { Start } from './startUp';

/** Registers every route of the table. While settings are wrong each answers with what is to be mended. */
export function registerHttpApi(start: Start, telemetry: Telemetry): void {
  for (const { name, method, path, authLevel, handler } of ROUTES) {
    app.http(name, {
      methods: [method],
      route: path,
      authLevel,
      handler: (request, context) => runAs(context, () => answer(start, telemetry, handler, request, context)),
    });
  }
}

async function answer(
  start: Start,
  telemetry: Telemetry,
  handler: ApiHandler,
  request: HttpRequest,
  context: InvocationContext,
): Promise<HttpResponseInit> {
  try {
    const response = await handle(start, handler, request);
    return {
      status: response.status,
      headers: { ...response.headers, 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: JSON.stringify(response.body),
    };
  } catch (error) {
    const problem = problemOf(error);
    if (problem.status >= 500) telemetry.error('http.failed', { code: problem.code, message: messageOf(error) });
    return {
      status: problem.status,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
      body: JSON.stringify(problemBody(problem, context.invocationId)),
    };
  }
}

async function handle(start: Start, handler: ApiHandler, request: HttpRequest): Promise<ApiResponse> {
  if (!start.ok) throw settingsProblem(start.error);
  return handler(start.engine, apiRequest(request));
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
