import { app } from '@azure/functions';
import { readChunkMessage, USER_CHANGES_QUEUE } from '../shared/queue/messages';
import { settle } from '../shared/queue/settle';
import { handleChunkMessage } from '../shared/sync/apply/handleChunkMessage';
import type { Engine } from '../shared/sync/Engine';
import { deliveryCountOf, readOrPark } from './readOrPark';
import { runAs } from './runAs';

/**
 * Applies one chunk of a lane. Sessions are the lanes, and messages are dispatched singly: only then does the host serve
 * several sessions an instance and renew their locks (azure-functions.md 2.1).
 */
export function registerApplyUserChanges(engine: Engine): void {
  app.serviceBusQueue('applyUserChanges', {
    connection: 'ServiceBusConnection',
    queueName: USER_CHANGES_QUEUE,
    isSessionsEnabled: true,
    handler: (body, context) =>
      runAs(context, async () => {
        const message = await readOrPark(engine, context, USER_CHANGES_QUEUE, () => readChunkMessage(body));
        if (message === undefined) return;
        await settle(engine.sender, await handleChunkMessage(engine, message, deliveryCountOf(context)));
      }),
  });
}
