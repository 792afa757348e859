/** What stops a cycle from outside of it: an admin's pause, or a GoTo that fails. Each process looks by itself. */
import type { Cycle, Tally } from '../../model/Cycle';
import { isFailing } from '../../rules/quarantine';
import { Pause } from '../../store/state/Pause';
import { Quarantine } from '../../store/state/Quarantine';
import type { StoredRow } from '../../store/Table';
import { targetFailing } from '../job/quarantine';

/** An admin has paused the job: nobody else is written to. */
export const JOB_PAUSED = {
  code: 'JobPaused',
  message:
    'The job was paused while the cycle ran. Whoever was not reached is looked at anew when it is started again.',
} as const;

/** GoTo fails, as another cycle or a request has found out. */
const JOB_QUARANTINED = {
  code: 'JobQuarantined',
  message:
    'The job was put into quarantine while the cycle ran; whoever was not reached is looked at anew when it leaves it.',
} as const;

/** How long such a stop may go unnoticed by a process, in ms. */
export const STOP_AGE_MS = 1_000;

/**
 * @param rows of the job
 * @param target how GoTo has fared in the cycle, where that is known
 * @returns why the cycle must not go on, as far as the job as a whole is concerned; null when it may
 */
export function stopOfJob(
  rows: ReadonlyMap<string, StoredRow>,
  cycle: Pick<Cycle, 'isProbe' | 'dryRun'>,
  target?: Tally['target'],
): { readonly code: string; readonly message: string } | null {
  if (cycle.dryRun) return null;
  if (target !== undefined && isFailing(target)) return targetFailing(target);
  if (Pause.of(rows) !== undefined) return JOB_PAUSED;
  return Quarantine.of(rows) === undefined || cycle.isProbe ? null : JOB_QUARANTINED;
}
