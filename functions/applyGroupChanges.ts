import { app } from '@azure/functions';
import { GROUP_CHANGES_QUEUE, readGroupMessage } from '../shared/queue/messages';
import { settle } from '../shared/queue/settle';
import { handleChunkMessage } from '../shared/sync/apply/handleChunkMessage';
import type { Engine } from '../shared/sync/Engine';
import { deliveryCountOf, readOrPark } from './readOrPark';
import { runAs } from './runAs';

/** Applies one chunk of user groups, before the people who move into them: a stage and a queue of its own. */
export function registerApplyGroupChanges(engine: Engine): void {
  app.serviceBusQueue('applyGroupChanges', {
    connection: 'ServiceBusConnection',
    queueName: GROUP_CHANGES_QUEUE,
    isSessionsEnabled: true,
    handler: (body, context) =>
      runAs(context, async () => {
        const message = await readOrPark(engine, context, GROUP_CHANGES_QUEUE, () => readGroupMessage(body));
        if (message === undefined) return;
        await settle(engine.sender, await handleChunkMessage(engine, message, deliveryCountOf(context)));
      }),
  });
}
