/** What stops a cycle from outside of it: an admin's pause, or a GoTo that fails. Each process looks by itself. */
import type { Cycle, Tally } from '../../model/Cycle';
import { isFailing } from '../../rules/quarantine';
import type { WithStore } from '../Engine';
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

/**
 * @param target how GoTo has fared in the cycle, where that is known
 * @returns why the cycle must not go on, as far as the job as a whole is concerned; null when it may
 */
export async function stopOfJob(
  { store }: WithStore,
  cycle: Pick<Cycle, 'isProbe' | 'dryRun'>,
  target?: Tally['target'],
): Promise<{ readonly code: string; readonly message: string } | null> {
  if (cycle.dryRun) return null;
  if (target !== undefined && isFailing(target)) return targetFailing(target);
  const [pause, quarantine] = await Promise.all([store.pause.read(), store.quarantine.read()]);
  if (pause !== undefined) return JOB_PAUSED;
  return quarantine === undefined || cycle.isProbe ? null : JOB_QUARANTINED;
}
