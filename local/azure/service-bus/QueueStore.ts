/**
 * One queue with its dead-letter queue: messages, locks, sessions, schedules and duplicate detection, without any
 * AMQP. The rules are Service Bus's (local-stack.md 2, "Semantics").
 */
import { randomUUID } from 'node:crypto';
import type { StackClock } from '../../clock/StackClock';
import { keepLock } from './keepLock';
import type { QueueConfig } from './QueueConfig';
import type { NewMessage, QueuedMessage } from './QueuedMessage';
import type { KeptQueue, QueueJournal, QueueLog } from './QueueJournal';

export interface Lock {
  readonly token: string;
  readonly message: QueuedMessage;
  until: number;
  /** The holder of the session, in a session queue. */
  readonly session: SessionLock | undefined;
  cancelExpiry: () => void;
  stopRenewal: () => void;
}

export interface SessionLock {
  readonly sessionId: string;
  until: number;
  readonly onLost: () => void;
  cancelExpiry: () => void;
  stopRenewal: () => void;
  state: Buffer | undefined;
}

export class QueueStore {
  /** Sessions, or '' for all, to messages in order of sequence number. */
  readonly #active = new Map<string, QueuedMessage[]>();
  readonly #scheduled = new Map<number, { message: QueuedMessage; cancel: () => void }>();
  readonly #locks = new Map<string, Lock>();
  readonly #sessions = new Map<string, SessionLock>();
  readonly #sessionStates = new Map<string, Buffer>();
  readonly #seen = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #sequence = 0;
  #taken = 0;
  #keepsForMs = 0;
  readonly #log: QueueLog | undefined;
  readonly deadLetters: QueueStore | undefined;

  constructor(
    readonly name: string,
    readonly config: QueueConfig,
    private readonly clock: StackClock,
    /** Where it is kept beyond this process. */
    journal?: QueueJournal,
    isDeadLetterQueue = false,
  ) {
    this.#log = journal?.logOf(name);
    if (journal !== undefined) this.#restore(journal.queue(name));
    if (!isDeadLetterQueue) {
      const config_ = {
        ...config,
        requiresSession: false,
        requiresDuplicateDetection: false,
        maxDeliveryCount: Number.MAX_SAFE_INTEGER,
      };
      this.deadLetters = new QueueStore(`${name}/$deadletterqueue`, config_, clock, journal, true);
    }
  }

  /** What was locked when the process ended is free again, and its delivery not counted. */
  #restore(kept: KeptQueue): void {
    this.#sequence = kept.lastSequence;
    for (const [id, until] of kept.seen) this.#seen.set(id, until);
    for (const [id, state] of kept.sessionStates) this.#sessionStates.set(id, state);
    for (const message of kept.messages.values())
      if (message.scheduledFor === undefined) this.#activate(message);
      else this.#schedule(message, message.scheduledFor);
  }

  /** Called whenever a message or a session may have become free. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Messages it ever took; dropped duplicates are not among them. */
  get taken(): number {
    return this.#taken;
  }

  /** @returns the sequence number; a duplicate is dropped though the send succeeds */
  send(input: NewMessage): number {
    const now = this.clock.now();
    const { ttlMs, ...message } = input;
    if (this.config.requiresDuplicateDetection) {
      this.#forgetOldIds(now);
      if (this.#seen.has(message.messageId)) return 0;
      this.#seen.set(message.messageId, now + this.config.duplicateDetectionHistoryTimeWindow);
    }
    this.#taken += 1;
    const life = Math.min(ttlMs ?? Number.POSITIVE_INFINITY, this.config.defaultMessageTimeToLive);
    const start = Math.max(now, message.scheduledFor ?? 0);
    const queued: QueuedMessage = {
      ...message,
      sequence: ++this.#sequence,
      deliveryCount: 0,
      enqueuedAt: start,
      expiresAt: start + life,
      deadLetter: undefined,
    };
    if (message.scheduledFor !== undefined && message.scheduledFor > now) {
      this.#keep(queued);
      this.#schedule(queued, message.scheduledFor);
    } else {
      const active = { ...queued, scheduledFor: undefined };
      this.#keep(active);
      this.#activate(active);
      this.#changed();
    }
    return queued.sequence;
  }

  /** In one piece: an id that is known without its message would have the sender's next attempt dropped. */
  #keep(message: QueuedMessage): void {
    const until = this.#seen.get(message.messageId);
    this.#log?.write({ put: message }, ...(until === undefined ? [] : [{ seen: message.messageId, until }]));
  }

  #schedule(message: QueuedMessage, dueAt: number): void {
    const cancel = this.clock.after(Math.max(0, dueAt - this.clock.now()), () => {
      this.#scheduled.delete(message.sequence);
      // A scheduled message gets a new number when it becomes active.
      const active = { ...message, sequence: ++this.#sequence, scheduledFor: undefined };
      this.#log?.write({ put: active }, { gone: message.sequence });
      this.#activate(active);
      this.#changed();
    });
    this.#scheduled.set(message.sequence, { message, cancel });
  }

  #forgetOldIds(now: number): void {
    for (const [id, until] of this.#seen) {
      if (until > now) return;
      this.#seen.delete(id);
    }
  }

  /** @returns false when there is no such scheduled message */
  cancelScheduled(sequence: number): boolean {
    const scheduled = this.#scheduled.get(sequence);
    if (scheduled === undefined) return false;
    scheduled.cancel();
    this.#log?.write({ gone: sequence });
    return this.#scheduled.delete(sequence);
  }

  #activate(message: QueuedMessage): void {
    const key = this.config.requiresSession ? (message.sessionId ?? '') : '';
    const list = this.#active.get(key);
    if (list === undefined) this.#active.set(key, [message]);
    else if ((list.at(-1)?.sequence ?? 0) < message.sequence) list.push(message);
    else
      list.splice(
        list.findIndex((other) => other.sequence > message.sequence),
        0,
        message,
      );
  }

  /** The next message for a receiver, locked; with `settled` it is gone at once (receiveAndDelete). */
  take(session: SessionLock | undefined, settled: boolean): Lock | undefined {
    const key = session?.sessionId ?? '';
    if (session !== undefined && this.#sessions.get(session.sessionId) !== session) return undefined;
    const list = this.#active.get(key);
    for (let message = list?.shift(); message !== undefined; message = list?.shift()) {
      if (list?.length === 0) this.#active.delete(key);
      if (this.#expire(message)) continue;
      const lock: Lock = {
        token: randomUUID(),
        message,
        until: session?.until ?? this.clock.now() + this.config.lockDuration,
        session,
        cancelExpiry: () => undefined,
        stopRenewal: () => undefined,
      };
      if (settled) {
        this.#log?.write({ gone: message.sequence });
        return lock;
      }
      this.#locks.set(lock.token, lock);
      // In a session queue the session's lock covers its messages.
      if (session === undefined) {
        this.#armMessageLock(lock);
        lock.stopRenewal = this.#keepLock(lock.until, () => this.renewLock(lock.token));
      }
      return lock;
    }
    return undefined;
  }

  #armMessageLock(lock: Lock): void {
    lock.cancelExpiry();
    lock.cancelExpiry = this.clock.after(lock.until - this.clock.now(), () => this.abandon(lock.token));
  }

  #expire(message: QueuedMessage): boolean {
    if (this.deadLetters === undefined || message.expiresAt > this.clock.now()) return false;
    if (this.config.deadLetteringOnMessageExpiration) {
      this.#bury(message, {
        DeadLetterReason: 'TTLExpiredException',
        DeadLetterErrorDescription: 'The message expired and was dead lettered.',
      });
    } else this.#log?.write({ gone: message.sequence });
    return true;
  }

  /** @returns false when the lock is gone */
  complete(token: string): boolean {
    const lock = this.#release(token);
    if (lock !== undefined) this.#log?.write({ gone: lock.message.sequence });
    return lock !== undefined;
  }

  abandon(token: string, properties: Readonly<Record<string, unknown>> = {}): boolean {
    const lock = this.#release(token);
    if (lock === undefined) return false;
    this.#comeBack(lock.message, properties);
    this.#changed();
    return true;
  }

  deadLetter(token: string, properties: Readonly<Record<string, unknown>>): boolean {
    const lock = this.#release(token);
    if (lock === undefined) return false;
    this.#bury(lock.message, properties);
    this.#changed();
    return true;
  }

  #release(token: string): Lock | undefined {
    const lock = this.#locks.get(token);
    lock?.cancelExpiry();
    lock?.stopRenewal();
    this.#locks.delete(token);
    return lock;
  }

  #comeBack(message: QueuedMessage, properties: Readonly<Record<string, unknown>> = {}): void {
    message.deliveryCount += 1;
    this.#log?.write({ count: message.sequence, deliveries: message.deliveryCount });
    if (message.deliveryCount >= this.config.maxDeliveryCount) {
      this.#bury(message, {
        ...properties,
        DeadLetterReason: 'MaxDeliveryCountExceeded',
        DeadLetterErrorDescription: 'Message could not be consumed after maximum delivery attempts.',
      });
    } else if (!this.#expire(message)) this.#activate(message);
  }

  #bury(message: QueuedMessage, properties: Readonly<Record<string, unknown>>): void {
    const { deadLetters } = this;
    if (deadLetters === undefined) return;
    const dead: QueuedMessage = {
      ...message,
      sequence: ++deadLetters.#sequence,
      deliveryCount: 0,
      expiresAt: Number.POSITIVE_INFINITY,
      deadLetter: { source: this.name, properties },
    };
    // In this order: a process that dies in between leaves it in both, and not in neither.
    deadLetters.#log?.write({ put: dead });
    this.#log?.write({ gone: message.sequence });
    deadLetters.#activate(dead);
    deadLetters.#changed();
  }

  /**
   * From now on every lock that is taken is renewed for so long, as its holder would do: for holders on a virtual clock,
   * whose requests cannot come in time. 0 ends it.
   */
  keepLocks(maxMs: number): void {
    this.#keepsForMs = maxMs;
  }

  #keepLock(lockedUntil: number, renew: () => number | undefined): () => void {
    return keepLock({ clock: this.clock, lockedUntil, maxMs: this.#keepsForMs, renew, onError: () => undefined });
  }

  renewLock(token: string): number | undefined {
    const lock = this.#locks.get(token);
    if (lock === undefined) return undefined;
    lock.until = this.clock.now() + this.config.lockDuration;
    this.#armMessageLock(lock);
    return lock.until;
  }

  /**
   * Locks a session: the named one, or the next with messages that nobody holds.
   * @returns 'locked' when another holds the named one, 'none' when there is no free one now
   */
  acceptSession(wanted: string | undefined, onLost: () => void): SessionLock | 'locked' | 'none' {
    const sessionId = wanted ?? this.#nextFreeSession();
    if (sessionId === undefined) return 'none';
    if (this.#sessions.has(sessionId)) return 'locked';
    const session: SessionLock = {
      sessionId,
      until: 0,
      onLost,
      cancelExpiry: () => undefined,
      stopRenewal: () => undefined,
      state: undefined,
    };
    this.#sessions.set(sessionId, session);
    this.#armSessionLock(session);
    session.stopRenewal = this.#keepLock(session.until, () => this.renewSession(sessionId));
    return session;
  }

  #nextFreeSession(): string | undefined {
    let best: { id: string; sequence: number } | undefined;
    for (const [id, list] of this.#active) {
      const [first] = list;
      if (first === undefined || this.#sessions.has(id)) continue;
      if (best === undefined || first.sequence < best.sequence) best = { id, sequence: first.sequence };
    }
    return best?.id;
  }

  #armSessionLock(session: SessionLock): void {
    session.cancelExpiry();
    session.until = this.clock.now() + this.config.lockDuration;
    session.cancelExpiry = this.clock.after(this.config.lockDuration, () => {
      this.#endSession(session, true);
      session.onLost();
    });
  }

  renewSession(sessionId: string): number | undefined {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return undefined;
    this.#armSessionLock(session);
    return session.until;
  }

  /** A closed receiver gives its messages back without counting a delivery; a lost lock counts. */
  releaseSession(session: SessionLock): void {
    this.#endSession(session, false);
  }

  #endSession(session: SessionLock, counts: boolean): void {
    if (this.#sessions.get(session.sessionId) !== session) return;
    session.cancelExpiry();
    session.stopRenewal();
    this.#sessions.delete(session.sessionId);
    for (const lock of [...this.#locks.values()].filter((one) => one.session === session)) {
      this.#locks.delete(lock.token);
      if (counts) this.#comeBack(lock.message);
      else this.#activate(lock.message);
    }
    this.#changed();
  }

  sessionState(sessionId: string): Buffer | undefined {
    return this.#sessionStates.get(sessionId);
  }

  setSessionState(sessionId: string, state: Buffer | undefined): void {
    if (state === undefined) this.#sessionStates.delete(sessionId);
    else this.#sessionStates.set(sessionId, state);
    this.#log?.write({ session: sessionId, state });
  }

  /** Without locking, from a sequence number on. */
  peek(from: number, count: number, sessionId: string | undefined): QueuedMessage[] {
    return [
      ...[...this.#active.values()].flat(),
      ...[...this.#locks.values()].map((lock) => lock.message),
      ...[...this.#scheduled.values()].map((entry) => entry.message),
    ]
      .filter((message) => message.sequence >= from && (sessionId === undefined || message.sessionId === sessionId))
      .sort((a, b) => a.sequence - b.sequence)
      .slice(0, count);
  }

  get counts(): {
    readonly active: number;
    readonly locked: number;
    readonly scheduled: number;
    readonly deadLettered: number;
  } {
    let active = 0;
    for (const list of this.#active.values()) active += list.length;
    return {
      active,
      locked: this.#locks.size,
      scheduled: this.#scheduled.size,
      deadLettered: this.deadLetters?.counts.active ?? 0,
    };
  }
}
