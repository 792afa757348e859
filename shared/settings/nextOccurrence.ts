import { parseNcrontab } from './ncrontab';

/** The calendar repeats within 28 years, save for a leap year left out: whoever has not come by then never does. */
const LONGEST_DAYS = 40 * 366;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * When a timer fires next, in UTC, as the host counts: a day must be right in its month and in its week.
 * @param expression NCRONTAB of six fields
 * @param afterMs the answer lies behind this moment, in ms since the epoch
 * @returns ms; undefined for a schedule that never fires, or that the host would refuse
 */
export function nextOccurrence(expression: string, afterMs: number): number | undefined {
  const fields = parseNcrontab(expression);
  if (fields === undefined) return undefined;
  const [seconds = [], minutes = [], hours = [], days = [], months = [], weekdays = []] = fields;
  const times = timesOfDay(hours, minutes, seconds);
  const firstDay = Math.floor(afterMs / DAY_MS) * DAY_MS;
  for (let start = firstDay; start < firstDay + LONGEST_DAYS * DAY_MS;) {
    const day = new Date(start);
    if (!months.includes(day.getUTCMonth() + 1)) {
      start = Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1);
      continue;
    }
    const isDay = days.includes(day.getUTCDate()) && weekdays.includes(day.getUTCDay());
    const time = isDay ? times(afterMs - start) : undefined;
    if (time !== undefined) return start + time;
    start += DAY_MS;
  }
  return undefined;
}

/** @returns finds the first time of a day behind a moment of it, both in ms since its midnight */
function timesOfDay(hours: readonly number[], minutes: readonly number[], seconds: readonly number[]) {
  return (behindMs: number): number | undefined => {
    for (const hour of hours) {
      if ((hour + 1) * HOUR_MS <= behindMs) continue;
      for (const minute of minutes) {
        const start = hour * HOUR_MS + minute * MINUTE_MS;
        if (start + MINUTE_MS <= behindMs) continue;
        const second = seconds.find((one) => start + one * 1_000 > behindMs);
        if (second !== undefined) return start + second * 1_000;
      }
    }
    return undefined;
  };
}
