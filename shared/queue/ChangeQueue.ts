/**
 * Sends messages with what the output binding cannot set: session (lane), message id and schedule
 * (azure-functions.md 2.3). Message ids are made from what the message stands for, so that the broker's duplicate
 * detection drops a repeat; a clone carries its attempt in the id, or it would be dropped too (2.2).
 */
import type { TokenCredential } from '@azure/core-auth';
import { ServiceBusClient, type ServiceBusMessage, type ServiceBusSender } from '@azure/service-bus';
import type { Clock } from '../model/Clock';
import { laneOf } from '../model/hash';
import type { Settings } from '../settings/Settings';
import {
  jobBody,
  SYNC_JOBS_QUEUE,
  USER_CHANGES_QUEUE,
  userChangeBody,
  type JobMessage,
  type UserChangeMessage,
} from './messages';

/** The planner and the closer share one session: two of them never run at once. */
const JOB_SESSION = 'gotomeeting';

export const laneSession = (lane: number): string => `lane-${lane}`;

export class ChangeQueue {
  readonly #client: ServiceBusClient;
  readonly #senders = new Map<string, ServiceBusSender>();

  constructor(
    settings: Settings,
    credentialFor: (clientId: string | undefined) => TokenCredential,
    private readonly clock: Clock,
    readonly lanes: number,
  ) {
    this.#client =
      settings.ServiceBusConnection !== undefined
        ? new ServiceBusClient(settings.ServiceBusConnection)
        : new ServiceBusClient(
            settings.ServiceBusConnection__fullyQualifiedNamespace ?? '',
            credentialFor(settings.ServiceBusConnection__clientId ?? settings.AZURE_CLIENT_ID),
          );
  }

  laneOf(sourceId: string): number {
    return laneOf(sourceId, this.lanes);
  }

  /**
   * @param delayMs how long the message stays invisible
   * @param again tells a repeat that must arrive from a duplicate that must not
   */
  async sendJob(message: JobMessage, delayMs = 0, again = ''): Promise<void> {
    await this.#sender(SYNC_JOBS_QUEUE).sendMessages(
      this.#message(
        jobBody(message),
        JOB_SESSION,
        `${message.cycleId}:${message.kind}:${message.step}${again}`,
        delayMs,
      ),
    );
  }

  async sendUserChanges(messages: readonly UserChangeMessage[], delayMs = 0, again = ''): Promise<void> {
    const sender = this.#sender(USER_CHANGES_QUEUE);
    let batch = await sender.createMessageBatch();
    for (const message of messages) {
      const out = this.#message(
        userChangeBody(message),
        laneSession(this.laneOf(message.sourceId)),
        `${message.cycleId}:${message.sourceId}:${message.attempt}${again}`,
        delayMs,
      );
      if (batch.tryAddMessage(out)) continue;
      await sender.sendMessages(batch);
      batch = await sender.createMessageBatch();
      if (!batch.tryAddMessage(out)) throw new RangeError('A message is larger than Service Bus takes.');
    }
    if (batch.count > 0) await sender.sendMessages(batch);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  #message(body: object, sessionId: string, messageId: string, delayMs: number): ServiceBusMessage {
    return {
      body,
      sessionId,
      messageId,
      contentType: 'application/json',
      ...(delayMs > 0 ? { scheduledEnqueueTimeUtc: new Date(this.clock.now() + delayMs) } : {}),
    };
  }

  #sender(queue: string): ServiceBusSender {
    const sender = this.#senders.get(queue) ?? this.#client.createSender(queue);
    this.#senders.set(queue, sender);
    return sender;
  }
}
