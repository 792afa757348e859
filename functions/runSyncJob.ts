import { app } from '@azure/functions';
import { readJobMessage, SYNC_JOBS_QUEUE } from '../shared/queue/messages';
import { closeCycle } from '../shared/sync/closeCycle';
import type { Engine } from '../shared/sync/Engine';
import { planCycle } from '../shared/sync/planCycle';
import { inInvocation } from './inInvocation';
import { messageIdOf, readOrPark } from './readOrPark';

/** Plans and closes cycles. All its messages share one session, so that one runs at a time. */
export function registerRunSyncJob(engine: Engine): void {
  app.serviceBusQueue('runSyncJob', {
    connection: 'ServiceBusConnection',
    queueName: SYNC_JOBS_QUEUE,
    isSessionsEnabled: true,
    handler: async (body, context) => {
      const own = inInvocation(engine, context);
      const message = await readOrPark(own, context, SYNC_JOBS_QUEUE, messageIdOf(context), () => readJobMessage(body));
      if (message === undefined) return;
      await (message.kind === 'plan' ? planCycle(own, message) : closeCycle(own, message));
    },
  });
}
