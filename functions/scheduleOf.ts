/**
 * The schedule of a timer as the host takes it: the setting by its name, which the platform reads too, to know when to wake
 * the app. One that is not set would be an error of the trigger, and no timer: then its default stands there itself.
 */
export const scheduleOf = (setting: string, schedule: string): string =>
  (process.env[setting] ?? '') === '' ? schedule : `%${setting}%`;
