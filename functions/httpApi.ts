import {
  app,
  type HttpMethod,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
} from '@azure/functions';
import type { ApiRequest, ApiResponse } from '../shared/api/ApiResponse';
import { getCycle, listCycles, postSync } from '../shared/api/cycles';
import { healthCheck } from '../shared/api/getHealth';
import { getJob } from '../shared/api/getJob';
import { Problem, problemBody } from '../shared/api/Problem';
import { listFilterOperators, listFunctions, postParseExpression } from '../shared/api/expressions';
import { deleteSchema, getSchema, getSchemaVersion, listSchemaVersions, putSchema } from '../shared/api/schema';
import { listProvisioningLog } from '../shared/api/provisioningLog';
import type { Engine } from '../shared/sync/Engine';
import { messageOf } from '../shared/telemetry/Telemetry';
import { inInvocation } from './inInvocation';

type ApiHandler = (engine: Engine, request: ApiRequest) => Promise<ApiResponse>;

const JOB = 'synchronization/jobs/{job}';

/** Every route with its key level; only health is anonymous. */
export function registerHttpApi(engine: Engine, schedule: string): void {
  const health = healthCheck();
  const route = (
    name: string,
    method: HttpMethod,
    path: string,
    handler: ApiHandler,
    authLevel: 'function' | 'anonymous' = 'function',
  ) => {
    app.http(name, {
      methods: [method],
      route: path,
      authLevel,
      handler: (request, context) => answer(engine, handler, request, context),
    });
  };
  route('getHealth', 'GET', 'health', (own) => health(own), 'anonymous');
  route('getJob', 'GET', JOB, (own, request) => getJob(own, schedule, request));
  route('postSync', 'POST', `${JOB}/sync`, postSync);
  route('listCycles', 'GET', `${JOB}/cycles`, listCycles);
  route('getCycle', 'GET', `${JOB}/cycles/{id}`, getCycle);
  route('getSchema', 'GET', `${JOB}/schema`, getSchema);
  route('putSchema', 'PUT', `${JOB}/schema`, putSchema);
  route('deleteSchema', 'DELETE', `${JOB}/schema`, deleteSchema);
  route('listSchemaVersions', 'GET', `${JOB}/schema/versions`, listSchemaVersions);
  route('getSchemaVersion', 'GET', `${JOB}/schema/versions/{id}`, getSchemaVersion);
  route('parseExpression', 'POST', `${JOB}/schema/parseExpression`, postParseExpression);
  route('listFunctions', 'GET', `${JOB}/schema/functions`, listFunctions);
  route('listFilterOperators', 'GET', `${JOB}/schema/filterOperators`, listFilterOperators);
  route('listProvisioningLog', 'GET', 'auditLogs/provisioning', listProvisioningLog);
}

async function answer(
  engine: Engine,
  handler: ApiHandler,
  request: HttpRequest,
  context: InvocationContext,
): Promise<HttpResponseInit> {
  const own = inInvocation(engine, context);
  try {
    const response = await handler(own, apiRequest(request));
    return {
      status: response.status,
      headers: { ...response.headers, 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: JSON.stringify(response.body),
    };
  } catch (error) {
    const problem =
      error instanceof Problem
        ? error
        : new Problem(
            500,
            'InternalError',
            'The request failed inside the connector. Look up the invocation id in Application Insights.',
          );
    if (problem.status >= 500) own.telemetry.error('http.failed', { code: problem.code, message: messageOf(error) });
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
