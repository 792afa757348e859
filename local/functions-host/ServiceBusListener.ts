/**
 * Feeds one queue-triggered function as the real host does: completes on return, abandons on throw (at once, no
 * back-off), one message of a session at a time, or a session's next batch with `cardinality: many`.
 */
import {
  ServiceBusClient,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
  type ServiceBusSessionReceiver,
} from '@azure/service-bus';
import type { HostJson } from './hostJson';
import type { Binding, TypedData } from './protocol';

/** Invokes the function; rejects when it failed. */
export type InvokeMessages = (data: TypedData, triggerMetadata: Readonly<Record<string, TypedData>>) => Promise<void>;

/** How long a session slot asks for the next session before it asks again, in ms. */
const ACCEPT_TIMEOUT_MS = 30_000;
const ERROR_WAIT_MS = 1_000;

export class ServiceBusListener {
  readonly #client: ServiceBusClient;
  readonly #slots: Promise<void>[] = [];
  #isStopping = false;

  constructor(
    connectionString: string,
    private readonly queue: string,
    private readonly binding: Binding,
    private readonly settings: HostJson['extensions']['serviceBus'],
    private readonly invoke: InvokeMessages,
    private readonly onError: (error: unknown) => void,
  ) {
    this.#client = new ServiceBusClient(connectionString, {
      retryOptions: { maxRetries: 1, timeoutInMs: ACCEPT_TIMEOUT_MS },
    });
    const isSession = binding['isSessionsEnabled'] === true;
    const slots = isSession ? settings.maxConcurrentSessions : this.#isMany ? 1 : settings.maxConcurrentCalls;
    for (let slot = 0; slot < slots; slot += 1)
      this.#slots.push(isSession ? this.#serveSessions() : this.#servePlain());
  }

  get #isMany(): boolean {
    return this.binding['cardinality'] === 'many';
  }

  get #batchSize(): number {
    return this.#isMany ? this.settings.maxMessageBatchSize : 1;
  }

  /** Renewal is for single messages only; a batch has to end within its lock (azure-functions.md 2.1). */
  get #renewal(): { maxAutoLockRenewalDurationInMs: number } {
    return { maxAutoLockRenewalDurationInMs: this.#isMany ? 0 : this.settings.maxAutoLockRenewalDuration };
  }

  /** Takes nothing new and waits until what runs has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const idle = Promise.all(this.#slots);
    // Slots that only wait are woken by closing the client; slots at work settle first.
    while (this.#working > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await this.#client.close();
    await idle;
  }

  #working = 0;

  async #serveSessions(): Promise<void> {
    while (!this.#isStopping) {
      let receiver: ServiceBusSessionReceiver;
      try {
        receiver = await this.#client.acceptNextSession(this.queue, { ...this.#renewal, skipParsingBodyAsJson: true });
      } catch (error) {
        await this.#afterError(error);
        continue;
      }
      try {
        await this.#drain(receiver, this.settings.sessionIdleTimeout);
      } catch (error) {
        await this.#afterError(error);
      } finally {
        await receiver.close().catch(() => undefined);
      }
    }
  }

  async #servePlain(): Promise<void> {
    const receiver = this.#client.createReceiver(this.queue, { ...this.#renewal, skipParsingBodyAsJson: true });
    while (!this.#isStopping) {
      try {
        await this.#drain(receiver, ACCEPT_TIMEOUT_MS);
      } catch (error) {
        await this.#afterError(error);
      }
    }
  }

  /** Handles messages until none came for `idleMs`. */
  async #drain(receiver: ServiceBusReceiver, idleMs: number): Promise<void> {
    while (!this.#isStopping) {
      const messages = await receiver.receiveMessages(this.#batchSize, { maxWaitTimeInMs: idleMs });
      if (messages.length === 0) return;
      this.#working += 1;
      try {
        await this.#handle(receiver, messages);
      } finally {
        this.#working -= 1;
      }
    }
  }

  async #handle(receiver: ServiceBusReceiver, messages: readonly ServiceBusReceivedMessage[]): Promise<void> {
    const texts = messages.map((message) => Buffer.from(message.body as Uint8Array).toString('utf8'));
    const data: TypedData = this.#isMany ? { collectionString: { string: texts } } : { string: texts[0] ?? '' };
    let isDone = true;
    try {
      await this.invoke(data, this.#isMany ? metadataOfMany(messages) : metadataOfOne(messages[0], texts[0] ?? ''));
    } catch (error) {
      isDone = false;
      this.onError(error);
    }
    // One after another: the client would merge neighbouring settlements of different outcomes (local-stack.md 2).
    for (const message of messages)
      await (isDone ? receiver.completeMessage(message) : receiver.abandonMessage(message));
  }

  async #afterError(error: unknown): Promise<void> {
    if (this.#isStopping) return;
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code === 'ServiceTimeout') return;
    this.onError(error);
    await new Promise((resolve) => setTimeout(resolve, ERROR_WAIT_MS));
  }
}

/** The real host's delivery count begins at 1, the SDK's at 0. */
function propertiesOf(message: ServiceBusReceivedMessage | undefined) {
  return {
    MessageId: String(message?.messageId ?? ''),
    SessionId: message?.sessionId ?? '',
    DeliveryCount: (message?.deliveryCount ?? 0) + 1,
    SequenceNumber: Number(message?.sequenceNumber?.toString() ?? 0),
    EnqueuedTimeUtc: message?.enqueuedTimeUtc?.toISOString() ?? '',
    ContentType: message?.contentType ?? '',
    ApplicationProperties: message?.applicationProperties ?? {},
  };
}

/** Top-level properties of a JSON body are merged in and win, as in the real host (local-stack.md 3). */
function metadataOfOne(message: ServiceBusReceivedMessage | undefined, text: string): Record<string, TypedData> {
  const merged = { ...propertiesOf(message), ...bodyProperties(text) };
  return Object.fromEntries(Object.entries(merged).map(([key, value]) => [key, typedData(value)]));
}

function metadataOfMany(messages: readonly ServiceBusReceivedMessage[]): Record<string, TypedData> {
  const all = messages.map(propertiesOf);
  const column = (key: keyof ReturnType<typeof propertiesOf>): TypedData => typedData(all.map((one) => one[key]));
  return {
    MessageIdArray: column('MessageId'),
    SessionIdArray: column('SessionId'),
    DeliveryCountArray: column('DeliveryCount'),
    SequenceNumberArray: column('SequenceNumber'),
    EnqueuedTimeUtcArray: column('EnqueuedTimeUtc'),
    ApplicationPropertiesArray: column('ApplicationProperties'),
  };
}

function bodyProperties(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
  } catch {
    return {};
  }
}

const typedData = (value: unknown): TypedData =>
  typeof value === 'string'
    ? { string: value }
    : typeof value === 'number' && Number.isInteger(value)
      ? { int: value }
      : { json: JSON.stringify(value) };
