import { isTickToTend } from '../../shared/sync/job/isTickToTend';
import { nextOccurrence } from '../../shared/settings/nextOccurrence';
import { SleeplessClock } from './SleeplessClock';

const DAY_MS = 86_400_000;
const FROM = Date.UTC(2028, 1, 1);
const DAYS = 35;

/** On how many days of five weeks, a leap day among them, each timer tends the connection. @param lateMs of each tick */
function tendedDays(schedule: string, fullSchedule: string, lateMs = 0): Map<string, number> {
  const days = new Map<string, number>();
  const tend = (at: number): void => {
    const day = new Date(at).toISOString().slice(0, 10);
    days.set(day, (days.get(day) ?? 0) + 1);
  };
  const ticks = (expression: string, onTick: (at: number) => void): void => {
    let at = nextOccurrence(expression, FROM - 1);
    while (at !== undefined && at < FROM + DAYS * DAY_MS) {
      onTick(at);
      at = nextOccurrence(expression, at);
    }
  };
  ticks(fullSchedule, tend);
  ticks(schedule, (at) => {
    if (isTickToTend({ clock: new SleeplessClock(at + lateMs), schedule, fullSchedule })) tend(at);
  });
  return days;
}

test.each([
  { fullSchedule: '0 0 2 * * *', schedule: '0 */5 * * * *' },
  { fullSchedule: '0 0 2 * * 0', schedule: '0 */5 * * * *' },
  { fullSchedule: '0 0 2 1 * *', schedule: '0 */5 * * * *' },
  { fullSchedule: '0 0 2 30 2 *', schedule: '0 10 * * * *' },
  { fullSchedule: '0 0 2 30 2 *', schedule: '0 0 6-18 * * *' },
  { fullSchedule: '0 0 2 30 2 *', schedule: '0 30 7 * * *' },
])('with full cycles at $fullSchedule and others at $schedule the connection is tended once a day', (schedules) => {
  for (const lateMs of [0, 20_000]) {
    const days = tendedDays(schedules.schedule, schedules.fullSchedule, lateMs);
    expect([...days.values()]).toEqual(Array.from({ length: DAYS }, () => 1));
  }
});
