import type { Delivery } from 'rhea';
import { BATCH_FORMAT, splitBatch } from './codec';
import type { QueueStore } from './QueueStore';
import { formatOf } from './rheaInternals';
import { newMessage } from './wireMessage';

/** Of a message or a batch, in bytes: the service's Standard tier. */
export const MAX_MESSAGE_SIZE = 262_144;

/** Puts what a client has sent, one message or a batch, into the queue, or refuses it as a whole. */
export function takeDelivery(queue: QueueStore, delivery: Delivery, bytes: Buffer): void {
  if (bytes.length > MAX_MESSAGE_SIZE) {
    delivery.reject({
      condition: 'amqp:link:message-size-exceeded',
      description: `The message has ${bytes.length} bytes; the queue takes ${MAX_MESSAGE_SIZE}.`,
    });
    return;
  }
  const parts = (formatOf(delivery) === BATCH_FORMAT ? splitBatch(bytes) : [bytes]).map((part) => newMessage(part));
  if (queue.config.requiresSession && parts.some((part) => part.sessionId === undefined)) {
    delivery.reject({ condition: 'amqp:not-allowed', description: 'The queue needs a session id on each message.' });
    return;
  }
  for (const part of parts) queue.send(part);
  delivery.accept();
}
