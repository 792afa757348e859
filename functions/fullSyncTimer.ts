import { app } from '@azure/functions';
import type { Engine } from '../shared/sync/Engine';
import { startCycle } from '../shared/sync/cycle/startCycle';
import { tendConnection } from '../shared/sync/job/tendConnection';
import { runAs } from './runAs';
import { scheduleOf } from './scheduleOf';

/** Starts a full cycle: the safety net that finds drift and whatever a delta missed. */
export function registerFullSyncTimer(engine: Engine): void {
  app.timer('fullSyncTimer', {
    schedule: scheduleOf('FULL_SYNC_SCHEDULE', engine.fullSchedule),
    handler: (_timer, context) =>
      runAs(context, async () => {
        await tendConnection(engine);
        await startCycle(engine, { mode: 'full', trigger: 'timer', orNext: true });
      }),
  });
}
