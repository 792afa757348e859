/**
 * Feeds one queue-triggered function as the real host does: completes on return, abandons on throw (at once, no
 * back-off). How many run at once is the real host's rule (azure-functions.md 2.4, azure-sdk-for-net ServiceBusListener):
 * - `many` with sessions: one loop a host. It holds one session until nothing came for `sessionIdleTimeout`, then takes
 *   the next; `maxConcurrentSessions` is not read, and the lock ends its time after the session was accepted.
 * - `one` with sessions: `maxConcurrentSessions` sessions at once, in each one message at a time. A session's lock is
 *   renewed for `maxAutoLockRenewalDuration` from accepting it, not from a message (azure-sdk-for-net #35267).
 * - without sessions: one loop for `many`, `maxConcurrentCalls` for `one`; only single messages are renewed.
 */
import { setTimeout } from 'node:timers/promises';
import type {
  ServiceBusClient,
  ServiceBusReceivedMessage,
  ServiceBusReceiver,
  ServiceBusSessionReceiver,
} from '@azure/service-bus';
import { realClock } from '../../clock/StackClock';
import { keepLock } from '../service-bus/keepLock';
import type { HostJson } from './hostJson';
import type { Binding, TypedData } from './protocol';
import type { OpenServiceBus } from './serviceBusConnection';
import { metadataOfMany, metadataOfOne } from './triggerMetadata';

/** Invokes the function; rejects when it failed. */
export type InvokeMessages = (data: TypedData, triggerMetadata: Readonly<Record<string, TypedData>>) => Promise<void>;

/** Renews every lock of a queue on behalf of its holders (QueueStore.keepLocks). */
export interface LockKeeper {
  keepLocks(maxMs: number): void;
}

/** How long a session slot asks for the next session before it asks again, in ms. */
const ACCEPT_TIMEOUT_MS = 30_000;
/** A connection that fails is tried again after so long, each time twice as long, up to so long (ms). */
const FIRST_ERROR_WAIT_MS = 1_000;
const LONGEST_ERROR_WAIT_MS = 16_000;
/** The client's own renewal lives by the wall clock; this host renews by its own. */
const RECEIVER_OPTIONS = { maxAutoLockRenewalDurationInMs: 0, skipParsingBodyAsJson: true } as const;

export class ServiceBusListener {
  readonly #client: ServiceBusClient;
  readonly #slots: Promise<void>[] = [];
  readonly #ending = new AbortController();
  #isStopping = false;
  #working = 0;
  /** Why the queue cannot be reached, told once: every slot meets it, each second. */
  #trouble: string | undefined;

  constructor(
    open: OpenServiceBus,
    private readonly queue: string,
    private readonly binding: Binding,
    private readonly settings: HostJson['extensions']['serviceBus'],
    private readonly invoke: InvokeMessages,
    private readonly onError: (error: unknown) => void,
    /**
     * For a broker on a virtual clock: it renews by itself what this listener would renew. A request on the wire would
     * come after the jump that ended the lock, and a session's lock can end while the answer to its accept is under way.
     */
    private readonly keeper?: LockKeeper,
  ) {
    this.#client = open({ retryOptions: { maxRetries: 1, timeoutInMs: ACCEPT_TIMEOUT_MS } });
    keeper?.keepLocks(this.#renewsForMs);
    const isSession = binding['isSessionsEnabled'] === true;
    const atOnce = isSession ? settings.maxConcurrentSessions : settings.maxConcurrentCalls;
    for (let slot = 0; slot < (this.#isMany ? 1 : atOnce); slot += 1)
      this.#slots.push(isSession ? this.#serveSessions() : this.#servePlain());
  }

  get #isMany(): boolean {
    return this.binding['cardinality'] === 'many';
  }

  /** Only single messages are renewed (azure-functions.md 2.1). */
  get #renewsForMs(): number {
    return this.#isMany ? 0 : this.settings.maxAutoLockRenewalDuration;
  }

  /** Takes nothing new and waits until what runs has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const idle = Promise.all(this.#slots);
    // Those that wait for a message or a session are woken first, or they took what the others give back; the close alone wakes
    // nobody whose link is not up yet.
    this.#ending.abort();
    while (this.#working > 0) await setTimeout(20);
    await this.#client.close();
    await idle;
  }

  async #serveSessions(): Promise<void> {
    for (let failures = 0; !this.#isStopping;) {
      let receiver: ServiceBusSessionReceiver;
      try {
        receiver = await this.#client.acceptNextSession(this.queue, {
          ...RECEIVER_OPTIONS,
          abortSignal: this.#ending.signal,
        });
      } catch (error) {
        failures = await this.#afterError(error, failures);
        continue;
      }
      [failures, this.#trouble] = [0, undefined];
      const release = this.#keep(receiver.sessionLockedUntilUtc, () => receiver.renewSessionLock());
      try {
        await this.#drain(receiver, this.settings.sessionIdleTimeout);
      } catch (error) {
        failures = await this.#afterError(error, failures);
      } finally {
        release();
        await receiver.close().catch(() => undefined);
      }
    }
  }

  async #servePlain(): Promise<void> {
    const receiver = this.#client.createReceiver(this.queue, RECEIVER_OPTIONS);
    for (let failures = 0; !this.#isStopping;) {
      try {
        await this.#drain(receiver, ACCEPT_TIMEOUT_MS);
        [failures, this.#trouble] = [0, undefined];
      } catch (error) {
        failures = await this.#afterError(error, failures);
      }
    }
  }

  /** Handles messages until none came for `idleMs`. @throws ServiceBusError when a message cannot be settled */
  async #drain(receiver: ServiceBusReceiver, idleMs: number): Promise<void> {
    const size = this.#isMany ? this.settings.maxMessageBatchSize : 1;
    while (!this.#isStopping) {
      const messages = await receiver.receiveMessages(size, {
        maxWaitTimeInMs: idleMs,
        abortSignal: this.#ending.signal,
      });
      const [first] = messages;
      // One that comes while the host stops is left to its lock: given back, it would only come again.
      if (first === undefined || this.#ending.signal.aborted) return;
      this.#working += 1;
      // A session's lock covers its messages, and says no time of their own.
      const release =
        this.binding['isSessionsEnabled'] === true
          ? () => undefined
          : this.#keep(first.lockedUntilUtc, () => receiver.renewMessageLock(first));
      try {
        await this.#handle(receiver, messages);
      } finally {
        release();
        this.#working -= 1;
      }
    }
  }

  async #handle(receiver: ServiceBusReceiver, messages: readonly ServiceBusReceivedMessage[]): Promise<void> {
    let isDone = true;
    try {
      // A body that is no bytes fails the invocation, as the real host's binding does.
      const texts = messages.map((message) => Buffer.from(message.body as Uint8Array).toString('utf8'));
      const data: TypedData = this.#isMany ? { collectionString: { string: texts } } : { string: texts[0] ?? '' };
      await this.invoke(data, this.#isMany ? metadataOfMany(messages) : metadataOfOne(messages[0], texts[0] ?? ''));
    } catch (error) {
      isDone = false;
      this.onError(error);
    }
    // One after another: the client would merge neighbouring settlements of different outcomes (local-stack.md 2).
    for (const message of messages)
      await (isDone ? receiver.completeMessage(message) : receiver.abandonMessage(message));
  }

  /** @returns a function that ends the renewal */
  #keep(lockedUntil: Date | undefined, renew: () => Promise<Date>): () => void {
    if (this.keeper !== undefined || lockedUntil === undefined) return () => undefined;
    return keepLock({
      clock: realClock,
      lockedUntil: lockedUntil.getTime(),
      maxMs: this.#renewsForMs,
      renew: () => renew().then((until) => until.getTime()),
      onError: this.onError,
    });
  }

  /**
   * Tells what went wrong, unless it has been told, and waits before the next try.
   * @param failures tries that failed in a row before this one. @returns how many it is now
   */
  async #afterError(error: unknown, failures: number): Promise<number> {
    if (this.#isStopping) return failures;
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code === 'ServiceTimeout') {
      this.#trouble = undefined;
      return 0;
    }
    // A lost lock is no fault of the connection: its message waits for the next holder already.
    if (code === 'SessionLockLost' || code === 'MessageLockLost') {
      this.onError(error);
      return 0;
    }
    const [trouble = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    if (trouble !== this.#trouble) this.onError(this.#unreachable(trouble));
    this.#trouble = trouble;
    const wait = Math.min(LONGEST_ERROR_WAIT_MS, FIRST_ERROR_WAIT_MS * 2 ** failures);
    await setTimeout(wait, undefined, { signal: this.#ending.signal }).catch(() => undefined);
    return failures + 1;
  }

  #unreachable(trouble: string): Error {
    const connection = String(this.binding['connection']);
    return new Error(
      `The queue ${this.queue} cannot be read: ${trouble.replace(/\.?$/, '.')} It is tried again. Check ${connection}, or ` +
        `${connection}__fullyQualifiedNamespace with an identity that may read and write there.`,
    );
  }
}
