import { app } from '@azure/functions';
import type { SettingsError } from '../shared/settings/Settings';

/**
 * Stands in for the timers while settings are wrong, and fails every minute with the whole list: a failed invocation
 * is what alerts and Application Insights show, while lines of start-up can get lost. Under a name of its own, as a
 * SYNC_SCHEDULE that is wrong must not keep it from running.
 */
export function registerWrongSettingsTimer(error: SettingsError): void {
  app.timer('wrongSettings', {
    schedule: '0 * * * * *',
    handler: () => Promise.reject(error),
  });
}
