import { app, type HttpRequest } from '@azure/functions';
import { requireRole } from '../shared/api/access/requireRole';
import type { ApiResponse } from '../shared/api/ApiResponse';
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
  // Health and GoTo's way back are open to everybody: what else stands in their addresses is others' own.
  if (role !== null)
    checkOptions(
      asked.query,
      (OPERATIONS[name]?.query ?? []).map((one) => one.name),
    );
  return handler(engine, asked);
}
