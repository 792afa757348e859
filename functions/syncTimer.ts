import { app } from '@azure/functions';
import type { Engine } from '../shared/sync/Engine';
import { startCycle } from '../shared/sync/cycle/startCycle';
import { logConnection } from '../shared/sync/job/testConnection';
import { runAs } from './runAs';

/** Starts an incremental cycle. A timer may fire twice or late: one cycle at a time makes both harmless. */
export function registerSyncTimer(engine: Engine): void {
  app.timer('syncTimer', {
    schedule: '%SYNC_SCHEDULE%',
    handler: (_timer, context) =>
      runAs(context, async () => {
        const started = await startCycle(engine, { mode: 'incremental', trigger: 'timer' });
        if (started.started && started.cycle.mode === 'initial') await logConnection(engine);
      }),
  });
}
