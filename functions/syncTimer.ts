import { app } from '@azure/functions';
import type { Engine } from '../shared/sync/Engine';
import { startCycle } from '../shared/sync/startCycle';
import { inInvocation } from './inInvocation';

/** Starts an incremental cycle. A timer may fire twice or late: one cycle at a time makes both harmless. */
export function registerSyncTimer(engine: Engine): void {
  app.timer('syncTimer', {
    schedule: '%SYNC_SCHEDULE%',
    handler: async (_timer, context) => {
      await startCycle(inInvocation(engine, context), { mode: 'incremental', trigger: 'timer' });
    },
  });
}
