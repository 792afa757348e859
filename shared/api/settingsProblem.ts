import type { SettingsError } from '../settings/Settings';
import { Problem } from './Problem';

/** What every route answers while settings are wrong: each one with its mend, never a value. */
export const settingsProblem = ({ problems }: SettingsError): Problem =>
  new Problem(
    503,
    'SettingsInvalid',
    'Settings are wrong or missing. Mend what `problems` lists: Azure starts the app again when its settings are saved, a local host is to be started again.',
    {
      problems,
    },
  );
