/**
 * Sends messages with what the output binding cannot set: session (lane), message id and schedule
 * (azure-functions.md 2.3).
 */
import {
  isServiceBusError,
  type ServiceBusError,
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
    /** A client that tries once: the usual one takes a missing role for something that passes, and waits for minutes. */
    private readonly connectOnce: () => ServiceBusClient,
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

  /** Opens a new link to each queue, and sends nothing. @throws ConnectorError QueueUnreachable */
  async check(): Promise<void> {
    const client = this.connectOnce();
    try {
      for (const queue of QUEUES) await checkQueue(client, queue);
    } finally {
      await client.close();
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

async function checkQueue(client: ServiceBusClient, queue: string): Promise<void> {
  try {
    await client.createSender(queue).createMessageBatch();
  } catch (error) {
    throw isServiceBusError(error) ? unreachable(error, queue) : error;
  }
}

/** @param queue the one that was asked, where that is known */
const unreachable = (cause: ServiceBusError, queue?: string): ConnectorError =>
  new ConnectorError(whyUnreachable(cause.code, queue), {
    code: 'QueueUnreachable',
    sent: true,
    repeatable: true,
    scope: 'job',
    cause,
  });

function whyUnreachable(code: string, queue: string | undefined): string {
  switch (code) {
    case 'MessagingEntityNotFound':
      return `Service Bus lacks ${queue === undefined ? 'a queue' : `the queue ${queue}`}. Deploy the template again, or correct ServiceBusConnection.`;
    case 'UnauthorizedAccess':
      return 'Service Bus refuses the identity. Give it the role Azure Service Bus Data Owner on each queue; a new role can take minutes to count.';
    default:
      return 'Service Bus does not take messages. Check ServiceBusConnection, its network, and the role Azure Service Bus Data Owner.';
  }
}
