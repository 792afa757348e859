import { app, type HttpRequest } from '@azure/functions';
import { requireRole } from '../shared/api/access/requireRole';
import type { ApiRequest, ApiResponse } from '../shared/api/ApiResponse';
import { checkOptions } from '../shared/api/checkOptions';
import { OPERATIONS } from '../shared/api/openapi/OPERATIONS';
import type { Route } from '../shared/api/Route';
import { ROUTES } from '../shared/api/ROUTES';
import { settingsProblem } from '../shared/api/settingsProblem';
import type { Telemetry } from '../shared/telemetry/Telemetry';
import { apiRequest, respond } from './httpAnswer';
import { runAs } from './runAs';
import type { Start } from './startUp';

/**
 * Registers every route of the table. Azure's host asks for a function key, or, when people sign in with Entra, each route
 * asks for its role. While settings are wrong each answers with what is to be mended, and the key stays in front.
 */
export function registerHttpApi(start: Start, telemetry: Telemetry): void {
  const hasSignIn = start.ok && start.engine.signInWithEntra;
  for (const route of ROUTES) {
    app.http(route.name, {
      methods: [route.method],
      route: route.path,
      authLevel: route.role === null || hasSignIn ? 'anonymous' : 'function',
      handler: (request, context) =>
        runAs(context, () => respond(telemetry, request, context, () => handle(start, route, request))),
    });
  }
}

async function handle(
  start: Start,
  { name, method, role, handler }: Route,
  request: HttpRequest,
): Promise<ApiResponse> {
  if (!start.ok) throw settingsProblem(start.error);
  const { engine } = start;
  const asked = apiRequest(request);
  if (role !== null && engine.signInWithEntra) {
    const { id: principalId } = requireRole(asked, { role, method });
    if (role === 'Admin') engine.telemetry.info('access.used', { route: name, principalId });
  }
  if (role !== null)
    checkOptions(
      optionsOf(asked, method),
      (OPERATIONS[name]?.query ?? []).map((one) => one.name),
    );
  return handler(engine, asked);
}

/** What is refused where a route does not know it: of one that only reads OData's options, as the page tells its questions apart by others. */
const optionsOf = ({ query }: ApiRequest, method: Route['method']): URLSearchParams =>
  method === 'GET' ? new URLSearchParams([...query].filter(([name]) => name.startsWith('$'))) : query;
