import { nextOccurrence } from '../../settings/nextOccurrence';
import type { WithSettings } from '../Engine';
import type { JobState } from './jobState';

/**
 * When a timer next starts a cycle: whichever of the two comes first, or the nightly one alone.
 * @param afterMs the answer lies behind this moment, in ms
 * @returns ms; undefined while no timer starts any: the job is paused, or was given up
 */
export function nextCycleAt(
  { schedule, fullSchedule }: Pick<WithSettings, 'schedule' | 'fullSchedule'>,
  state: JobState,
  afterMs: number,
  mode: 'any' | 'full' = 'any',
): number | undefined {
  if (state.code === 'Paused' || state.code === 'Disabled') return undefined;
  // In quarantine a tick before the next attempt starts nothing.
  const after = state.code === 'Quarantine' ? Math.max(afterMs, state.quarantine.nextAttempt - 1) : afterMs;
  const schedules = mode === 'full' ? [fullSchedule] : [schedule, fullSchedule];
  const times = schedules.flatMap((expression) => nextOccurrence(expression, after) ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}
