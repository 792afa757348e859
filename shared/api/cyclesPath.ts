import { JOB_ID } from './jobOf';

/** Where the cycles of the job lie. */
export const CYCLES_PATH = `/api/synchronization/jobs/${JOB_ID}/cycles`;
