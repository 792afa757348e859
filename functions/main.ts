/** The entry of the bundle: reads the settings, connects once, registers every function. A wrong setting stops here. */
import { app } from '@azure/functions';
import { connectEngine } from '../shared/connectEngine';
import { readSettings } from '../shared/settings/Settings';
import { createTelemetry } from '../shared/telemetry/Telemetry';
import { registerApplyUserChanges } from './applyUserChanges';
import { registerDashboard } from './dashboard';
import { registerFullSyncTimer } from './fullSyncTimer';
import { registerHttpApi } from './httpApi';
import { registerRunSyncJob } from './runSyncJob';
import { registerSyncTimer } from './syncTimer';

const settings = readSettings(process.env);
const telemetry = createTelemetry((level, line) => console[level](line));
const engine = connectEngine(settings, { telemetry });

registerSyncTimer(engine);
registerFullSyncTimer(engine);
registerRunSyncJob(engine);
registerApplyUserChanges(engine);
registerHttpApi(engine, settings.SYNC_SCHEDULE);
registerDashboard(telemetry);

app.hook.appTerminate(async () => {
  await engine.sender.close();
});
