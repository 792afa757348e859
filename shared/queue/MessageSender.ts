/**
 * Sends messages with what the output binding cannot set: session (lane), message id and schedule
 * (azure-functions.md 2.3).
 */
import {
  isServiceBusError,
  type ServiceBusClient,
  type ServiceBusMessage,
  type ServiceBusSender,
} from '@azure/service-bus';
import type { Clock } from '../model/Clock';
import { ConnectorError } from '../model/ConnectorError';
import { bodyOf, messageIdOf, sessionOf, queueOf, QUEUES, type Outgoing } from './messages';

export class MessageSender {
  readonly #senders = new Map<string, ServiceBusSender>();

  constructor(
    private readonly client: ServiceBusClient,
    private readonly clock: Clock,
  ) {}

  /** @throws ConnectorError QueueUnreachable */
  async send(outgoing: readonly Outgoing[]): Promise<void> {
    try {
      for (const queue of QUEUES)
        await this.#send(
          queue,
          outgoing.filter((one) => queueOf(one.message) === queue),
        );
    } catch (error) {
      throw isServiceBusError(error) ? unreachable(error) : error;
    }
  }

  /** Opens a link to each queue, and sends nothing. @throws ConnectorError QueueUnreachable */
  async check(): Promise<void> {
    try {
      for (const queue of QUEUES) await this.#sender(queue).createMessageBatch();
    } catch (error) {
      throw isServiceBusError(error) ? unreachable(error) : error;
    }
  }

  async #send(queue: string, outgoing: readonly Outgoing[]): Promise<void> {
    if (outgoing.length === 0) return;
    const sender = this.#sender(queue);
    let batch = await sender.createMessageBatch();
    for (const one of outgoing) {
      const message = this.#messageOf(one);
      if (batch.tryAddMessage(message)) continue;
      await sender.sendMessages(batch);
      batch = await sender.createMessageBatch();
      if (!batch.tryAddMessage(message)) throw new RangeError('A message is larger than Service Bus takes.');
    }
    await sender.sendMessages(batch);
  }

  /** Ends the connections; nothing can be sent after it. */
  async close(): Promise<void> {
    await this.client.close();
  }

  #messageOf(one: Outgoing): ServiceBusMessage {
    return {
      body: bodyOf(one.message),
      sessionId: sessionOf(one.message),
      messageId: messageIdOf(one),
      contentType: 'application/json',
      ...(one.dueAt > this.clock.now() ? { scheduledEnqueueTimeUtc: new Date(one.dueAt) } : {}),
    };
  }

  #sender(queue: string): ServiceBusSender {
    const sender = this.#senders.get(queue) ?? this.client.createSender(queue);
    this.#senders.set(queue, sender);
    return sender;
  }
}

const unreachable = (cause: unknown): ConnectorError =>
  new ConnectorError(
    'Service Bus does not take messages. Check ServiceBusConnection, its network, and the role Azure Service Bus Data Owner.',
    { code: 'QueueUnreachable', sent: true, repeatable: true, scope: 'job', cause },
  );
