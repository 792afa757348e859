import { app } from '@azure/functions';
import { routes } from '../shared/api/ROUTES';
import type { Engine } from '../shared/sync/Engine';
import { apiRequest, respond } from './httpAnswer';
import { runAs } from './runAs';

/** Registers every route of the table. */
export function registerHttpApi(engine: Engine, schedule: string): void {
  for (const { name, method, path, authLevel, handler } of routes(schedule)) {
    app.http(name, {
      methods: [method],
      route: path,
      authLevel,
      handler: (request, context) =>
        runAs(context, () => respond(engine.telemetry, request, context, () => handler(engine, apiRequest(request)))),
    });
  }
}
