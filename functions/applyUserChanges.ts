import { app } from '@azure/functions';
import { readUserChangeMessage, USER_CHANGES_QUEUE, type UserChangeMessage } from '../shared/queue/messages';
import { applyUserChanges } from '../shared/sync/applyUserChanges';
import type { Engine } from '../shared/sync/Engine';
import { inInvocation } from './inInvocation';
import { messageIdOf, readOrPark } from './readOrPark';

/** Applies a lane's next batch of user changes. Sessions are the lanes: one holder each, in order. */
export function registerApplyUserChanges(engine: Engine): void {
  app.serviceBusQueue('applyUserChanges', {
    connection: 'ServiceBusConnection',
    queueName: USER_CHANGES_QUEUE,
    isSessionsEnabled: true,
    cardinality: 'many',
    handler: async (bodies, context) => {
      const own = inInvocation(engine, context);
      const messages: UserChangeMessage[] = [];
      for (const [index, body] of (bodies as unknown[]).entries()) {
        const message = await readOrPark(own, context, USER_CHANGES_QUEUE, messageIdOf(context, index), () =>
          readUserChangeMessage(body),
        );
        if (message !== undefined) messages.push(message);
      }
      await applyUserChanges(own, messages);
    },
  });
}
