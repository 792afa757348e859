/**
 * The entry of the bundle: health and the other routes come first, then the settings are read and the rest is registered.
 * It never throws: an entry that does leaves the app without any function on Azure, and nobody would be told why
 * (azure-functions.md 2.1).
 */
import { app } from '@azure/functions';
import { createTelemetry } from '../shared/telemetry/Telemetry';
import { registerApplyGroupChanges } from './applyGroupChanges';
import { registerApplyUserChanges } from './applyUserChanges';
import { registerDashboard } from './dashboard';
import { registerFullSyncTimer } from './fullSyncTimer';
import { registerHttpApi } from './httpApi';
import { registerRunSyncJob } from './runSyncJob';
import { registerSyncTimer } from './syncTimer';
import { startUp } from './startUp';
import { registerWrongSettingsTimer } from './wrongSettingsTimer';

// Downloads are sent while they are read, and a body that is too large is refused before it is here.
app.setup({ enableHttpStream: true });

const telemetry = createTelemetry((level, line) => console[level](line));
const start = startUp(process.env, telemetry);
registerHttpApi(start, telemetry);
registerDashboard(telemetry);

if (start.ok) {
  const { engine } = start;
  registerSyncTimer(engine);
  registerFullSyncTimer(engine);
  registerRunSyncJob(engine);
  registerApplyGroupChanges(engine);
  registerApplyUserChanges(engine);
  app.hook.appTerminate(async () => {
    await engine.sender.close();
  });
} else {
  registerWrongSettingsTimer(start.error);
}
