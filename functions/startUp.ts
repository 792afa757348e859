import { connectEngine } from '../shared/connectEngine';
import { readSettings, SettingsError } from '../shared/settings/Settings';
import type { Engine } from '../shared/sync/Engine';
import { messageOf, type Telemetry } from '../shared/telemetry/Telemetry';

/** What the app starts with: an engine, or every setting that is wrong. */
export type Start =
  { readonly ok: true; readonly engine: Engine } | { readonly ok: false; readonly error: SettingsError };

/** Reads the settings and connects; logs each problem on a line of its own. Never throws. @param environment `process.env` */
export function startUp(environment: Readonly<Record<string, string | undefined>>, telemetry: Telemetry): Start {
  try {
    const engine = connectEngine(readSettings(environment), { telemetry });
    if (engine.signInProblem !== undefined) telemetry.error('settings.wrong', { problem: engine.signInProblem });
    return { ok: true, engine };
  } catch (thrown) {
    // What a client of Azure does not take was a setting, too: nothing else is known yet.
    const error =
      thrown instanceof SettingsError
        ? thrown
        : new SettingsError([`The clients could not be made from the settings: ${messageOf(thrown)}`]);
    for (const problem of error.problems) telemetry.error('settings.wrong', { problem });
    return { ok: false, error };
  }
}
