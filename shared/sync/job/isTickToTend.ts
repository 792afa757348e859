import { nextOccurrence } from '../../settings/nextOccurrence';
import type { WithClock, WithSettings } from '../Engine';

const DAY_MS = 86_400_000;
/** A timer, or this clock, may be a little early. */
const EARLY_MS = 30_000;

/**
 * Whether the usual timer has to tend the connection: with its first tick of a day (UTC) on which the timer of full cycles,
 * which tends it otherwise, does not come. A schedule of full cycles may leave more days out than a refresh token lives.
 */
export function isTickToTend({
  clock,
  schedule,
  fullSchedule,
}: Pick<WithClock, 'clock'> & Pick<WithSettings, 'schedule' | 'fullSchedule'>): boolean {
  const now = clock.now() + EARLY_MS;
  const midnight = Math.floor(now / DAY_MS) * DAY_MS;
  const [full, first] = [fullSchedule, schedule].map((one) => nextOccurrence(one, midnight - 1));
  if (first === undefined || now < first || (full !== undefined && full < midnight + DAY_MS)) return false;
  return now < (nextOccurrence(schedule, first) ?? Number.POSITIVE_INFINITY);
}
