import { app } from '@azure/functions';
import type { Engine } from '../shared/sync/Engine';
import { startCycle } from '../shared/sync/cycle/startCycle';
import { runAs } from './runAs';

/** Starts a full cycle: the safety net that finds drift and whatever a delta missed. */
export function registerFullSyncTimer(engine: Engine): void {
  app.timer('fullSyncTimer', {
    schedule: '%FULL_SYNC_SCHEDULE%',
    handler: (_timer, context) =>
      runAs(context, async () => {
        await startCycle(engine, { mode: 'full', trigger: 'timer', orNext: true });
      }),
  });
}
