/**
 * Messages that no process could end: the host put them aside after the last delivery. Their cycles went on without them
 * (docs/protocol.md R22), so they are evidence, not work: kept as long as the log, because Service Bus keeps them for ever
 * (azure-functions.md 2.2).
 */
import type { ServiceBusClient } from '@azure/service-bus';
import { QUEUES } from './messages';

/** Messages of one request; the rest goes with the next ones. */
const BATCH = 100;
/** Only asked where something old is known to wait. */
const WAIT_MS = 2_000;

export class DeadLetters {
  constructor(private readonly client: ServiceBusClient) {}

  /** Deletes those that came before. @throws Error of Service Bus */
  async forgetBefore(beforeMs: number): Promise<void> {
    for (const queue of QUEUES) await this.#forget(queue, beforeMs);
  }

  async #forget(queue: string, beforeMs: number): Promise<void> {
    const receiver = this.client.createReceiver(queue, { subQueueType: 'deadLetter' });
    const isOld = ({ enqueuedTimeUtc }: { readonly enqueuedTimeUtc?: Date }): boolean =>
      enqueuedTimeUtc !== undefined && enqueuedTimeUtc.getTime() < beforeMs;
    try {
      // The oldest comes first. To look costs one request; to receive from an empty queue, the whole wait.
      const [oldest] = await receiver.peekMessages(1);
      let goesOn = oldest !== undefined && isOld(oldest);
      while (goesOn) {
        const messages = await receiver.receiveMessages(BATCH, { maxWaitTimeInMs: WAIT_MS });
        const old = messages.filter(isOld);
        await Promise.all(old.map((message) => receiver.completeMessage(message)));
        await Promise.all(
          messages.filter((message) => !isOld(message)).map((message) => receiver.abandonMessage(message)),
        );
        goesOn = messages.length > 0 && old.length === messages.length;
      }
    } finally {
      await receiver.close();
    }
  }
}
