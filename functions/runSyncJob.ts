import { app } from '@azure/functions';
import { readJobMessage, SYNC_JOBS_QUEUE } from '../shared/queue/messages';
import { settle } from '../shared/queue/settle';
import { handleJobMessage } from '../shared/sync/handleJobMessage';
import { logFirstConnection } from '../shared/sync/job/logFirstConnection';
import type { Engine } from '../shared/sync/Engine';
import { deliveryCountOf, readOrPark } from './readOrPark';
import { runAs } from './runAs';

/** Plans and closes cycles. All its messages share one session, so that one runs at a time. */
export function registerRunSyncJob(engine: Engine): void {
  app.serviceBusQueue('runSyncJob', {
    connection: 'ServiceBusConnection',
    queueName: SYNC_JOBS_QUEUE,
    isSessionsEnabled: true,
    handler: (body, context) =>
      runAs(context, async () => {
        const message = await readOrPark(engine, context, SYNC_JOBS_QUEUE, () => readJobMessage(body));
        if (message === undefined) return;
        const [outgoing] = await Promise.all([
          handleJobMessage(engine, message, deliveryCountOf(context)),
          message.kind === 'job' ? logFirstConnection(engine, message) : undefined,
        ]);
        await settle(engine.sender, outgoing);
      }),
  });
}
