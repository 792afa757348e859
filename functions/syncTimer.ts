import { app } from '@azure/functions';
import type { Engine } from '../shared/sync/Engine';
import { startCycle } from '../shared/sync/cycle/startCycle';
import { isTickToTend } from '../shared/sync/job/isTickToTend';
import { tendConnection } from '../shared/sync/job/tendConnection';
import { runAs } from './runAs';
import { scheduleOf } from './scheduleOf';

/** Starts an incremental cycle. A timer may fire twice or late: one cycle at a time makes both harmless. */
export function registerSyncTimer(engine: Engine): void {
  app.timer('syncTimer', {
    schedule: scheduleOf('SYNC_SCHEDULE', engine.schedule),
    handler: (_timer, context) =>
      runAs(context, async () => {
        if (isTickToTend(engine)) await tendConnection(engine);
        await startCycle(engine, { mode: 'incremental', trigger: 'timer' });
      }),
  });
}
