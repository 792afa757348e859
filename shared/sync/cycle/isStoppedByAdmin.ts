import type { Cycle } from '../../model/Cycle';
import { JOB_RESTARTED } from './stopCycle';
import { JOB_PAUSED } from './stopOfJob';

/** Whether an admin's pause or restart ended a cycle: no failure, the next cycle takes up what is left. */
export const isStoppedByAdmin = (error: Cycle['error']): boolean =>
  error !== null && (error.code === JOB_PAUSED.code || error.code === JOB_RESTARTED.code);
