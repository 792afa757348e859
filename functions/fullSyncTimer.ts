import { app } from '@azure/functions';
import type { Engine } from '../shared/sync/Engine';
import { startCycle } from '../shared/sync/startCycle';
import { inInvocation } from './inInvocation';

/** Starts a full cycle: the safety net that finds drift and whatever a delta missed. */
export function registerFullSyncTimer(engine: Engine): void {
  app.timer('fullSyncTimer', {
    schedule: '%FULL_SYNC_SCHEDULE%',
    handler: async (_timer, context) => {
      await startCycle(inInvocation(engine, context), { mode: 'full', trigger: 'timer', orNext: true });
    },
  });
}
