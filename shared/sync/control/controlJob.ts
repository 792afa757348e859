/** What an admin does about the job as a whole (entra-provisioning.md 1.11, docs/protocol.md 3.8). */
import type { Engine, WithClock, WithStore, WithTelemetry } from '../Engine';
import { readCycle } from '../cycle/readCycle';
import { startCycle } from '../cycle/startCycle';
import { JOB_RESTARTED, stopCycle } from '../cycle/stopCycle';
import { jobStateOf } from '../job/jobState';
import { leaveQuarantine } from '../job/quarantine';
import type { ResetScope } from '../job/ResetScope';
import { AwaitedApproval } from '../../store/state/AwaitedApproval';
import { Turn } from '../../store/state/Turn';

/**
 * Nobody else is written to, and no cycle begins but a dry run. What lanes have in hand comes to its end, the rest stays
 * marked. Repeating it changes nothing.
 */
export async function pauseJob({ store, clock, telemetry }: WithStore & WithClock & WithTelemetry): Promise<void> {
  if (await store.pause.begin(clock.now())) telemetry.warn('job.paused', {});
}

/** The job works again, whatever kept it from working, at once, unless the last cycle is still at its end: then right after that. */
export async function startJob(engine: Engine): Promise<void> {
  await engine.store.pause.end();
  await leaveQuarantine(engine);
  engine.telemetry.info('job.started', {});
  await startCycle(engine, { mode: 'incremental', trigger: 'http' });
}

/**
 * Forgets what the scopes name, and starts: at once, or when the cycle that was running has ended, which is stopped here.
 * Nobody's mark is lost. Every step may be repeated.
 */
export async function restartJob(engine: Engine, scopes: ReadonlySet<ResetScope>): Promise<void> {
  const { store, telemetry } = engine;
  await stopRunning(engine);
  // Each wish outlives a cycle that fails, and a planner that stores its watermark at its last moment.
  if (scopes.has('ConnectorDataStore')) await store.linksReset.make();
  if (scopes.has('ConnectorDataStore') || scopes.has('Watermark')) {
    await store.wish.make('restart');
    await store.watermark.forget();
  }
  if (scopes.has('Escrows')) await store.dirty.forgetWaits();
  await store.pause.end();
  // Graph's restart brings back a job that was given up, whatever its scope.
  const { code } = jobStateOf(await store.job.read());
  if (scopes.has('QuarantineState') || code === 'Disabled') await leaveQuarantine(engine);
  telemetry.warn('job.restarted', { scope: [...scopes].join() });
  await startCycle(engine, { mode: 'incremental', trigger: 'http' });
}

/** A dry run is nobody's work in GoTo: it goes on. */
async function stopRunning(engine: Engine): Promise<void> {
  const { store } = engine;
  const rows = await store.job.read();
  for (const id of [Turn.of(rows)?.cycleId, AwaitedApproval.of(rows)?.cycleId]) {
    const stored = id === undefined ? undefined : await readCycle(engine, id);
    if (stored !== undefined && 'cycle' in stored && !stored.cycle.dryRun)
      await stopCycle(engine, stored.cycle.id, JOB_RESTARTED);
  }
}
