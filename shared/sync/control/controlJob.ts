/** What an admin does about the job as a whole (entra-provisioning.md 1.11). */
import type { Engine, WithClock, WithStore, WithTelemetry } from '../Engine';
import { startCycle } from '../cycle/startCycle';

/**
 * Nobody else is written to, and no cycle begins but a dry run. What lanes have in hand comes to its end, the rest stays
 * marked. Repeating it changes nothing.
 */
export async function pauseJob({ store, clock, telemetry }: WithStore & WithClock & WithTelemetry): Promise<void> {
  if (await store.pause.begin(clock.now())) telemetry.warn('job.paused', {});
}

/** The job works again, at once, unless the last cycle is still at its end: then right after that. */
export async function startJob(engine: Engine): Promise<void> {
  await engine.store.pause.end();
  engine.telemetry.info('job.started', {});
  await startCycle(engine, { mode: 'incremental', trigger: 'http' });
}
