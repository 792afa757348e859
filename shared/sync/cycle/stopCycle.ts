import type { CycleState } from '../../model/Cycle';
import type { WithStore, WithTelemetry } from '../Engine';

const TRIES = 5;

/** An instance with other settings than the cycle's must not act on its plan. */
export const SETTINGS_CHANGED = {
  code: 'ConfigurationInvalid',
  message: 'The settings were changed while the cycle ran; the next one applies them.',
} as const;

/** An admin restarts the job: the next cycle begins anew. */
export const JOB_RESTARTED = {
  code: 'JobRestarted',
  message: 'The job was restarted while the cycle ran. The next one looks anew at whoever was not reached.',
} as const;

/** Nobody can judge, or write, by the plan of such a cycle any more. */
const AT_WORK: ReadonlySet<CycleState> = new Set(['queued', 'planning', 'approving', 'applying']);

/**
 * The connection is at fault, or an admin stops it: lanes see it within a second and end what is left
 * as not tried; a planner loses its place, and finds it.
 */
export async function stopCycle(
  { store, telemetry }: WithStore & WithTelemetry,
  cycleId: string,
  fault: { readonly code: string; readonly message: string },
): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const stored = await store.plans.cycle(cycleId);
    if (stored === undefined || stored.cycle.stopping !== null || !AT_WORK.has(stored.cycle.state)) return;
    const stopping = { code: fault.code, message: fault.message };
    if ((await store.plans.put({ ...stored.cycle, stopping }, stored.etag)) === undefined) continue;
    telemetry.error('cycle.stopping', { cycleId, ...stopping });
    return;
  }
}
