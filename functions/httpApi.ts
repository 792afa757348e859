import { app, type HttpRequest } from '@azure/functions';
import type { ApiHandler } from '../shared/api/ApiHandler';
import type { ApiResponse } from '../shared/api/ApiResponse';
import { ROUTES } from '../shared/api/ROUTES';
import { settingsProblem } from '../shared/api/settingsProblem';
import type { Telemetry } from '../shared/telemetry/Telemetry';
import { apiRequest, respond } from './httpAnswer';
import { runAs } from './runAs';
import type { Start } from './startUp';

/** Registers every route of the table. While settings are wrong each answers with what is to be mended. */
export function registerHttpApi(start: Start, telemetry: Telemetry): void {
  for (const { name, method, path, authLevel, handler } of ROUTES) {
    app.http(name, {
      methods: [method],
      route: path,
      authLevel,
      handler: (request, context) =>
        runAs(context, () => respond(telemetry, request, context, () => handle(start, handler, request))),
    });
  }
}

async function handle(start: Start, handler: ApiHandler, request: HttpRequest): Promise<ApiResponse> {
  if (!start.ok) throw settingsProblem(start.error);
  return handler(start.engine, apiRequest(request));
}
