import { app } from '@azure/functions';
import { join } from 'node:path';
import { DashboardFiles } from '../shared/api/dashboard/DashboardFiles';
import { getDashboard } from '../shared/api/dashboard/getDashboard';
import { apiRequest, respond } from './httpAnswer';
import type { Telemetry } from '../shared/telemetry/Telemetry';
import { runAs } from './runAs';

/** The page is served whatever is wrong with the settings: it is where that is shown. */
export function registerDashboard(telemetry: Telemetry): void {
  // The build puts the page beside the bundle.
  const files = new DashboardFiles(join(__dirname, 'dashboard'));
  app.http('getDashboard', {
    methods: ['GET'],
    route: 'dashboard/{*path}',
    authLevel: 'anonymous',
    handler: (request, context) =>
      runAs(context, () => respond(telemetry, request, context, () => getDashboard(files, apiRequest(request)))),
  });
}
