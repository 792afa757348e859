/** One client that receives from a queue: what it is sent, and what becomes of it. */
import type { Delivery, Sender } from 'rhea';
import type { StackClock } from '../../clock/StackClock';
import { NO_DEAD_DEAD_LETTER, NO_DEFERRAL } from './manage';
import type { Lock, QueueStore, SessionLock } from './QueueStore';
import { acceptedState, creditOf, rejectedState, remoteAttach, settleDelivery, unsentOf } from './rheaInternals';
import { wallTime } from './wallTime';
import { encodeMessage, tagOf } from './wireMessage';

export type Outcome = 'accepted' | 'modified' | 'rejected' | 'released';

interface RemoteState {
  readonly message_annotations?: Record<string, unknown>;
  readonly undeliverable_here?: boolean;
  readonly error?: { readonly info?: Record<string, unknown> };
}

export class Consumer {
  /** What was delivered and whose outcome the client has not told yet. */
  readonly #locks = new Map<Delivery, Lock>();
  /** The client wants its messages settled as they are sent (receiveAndDelete). */
  readonly #isSettled: boolean;
  #isLost = false;

  constructor(
    private readonly link: Sender,
    readonly queue: QueueStore,
    private readonly session: SessionLock | undefined,
    private readonly clock: StackClock,
  ) {
    this.#isSettled = remoteAttach(link).snd_settle_mode === 1;
  }

  /** Sends what there is, as far as the client gives credit. */
  pump(): void {
    const { link, queue, session } = this;
    // rhea takes credit only when it writes a transfer; what waits to be written counts already.
    for (let free = creditOf(link) - unsentOf(link); free > 0 && link.is_open() && link.sendable(); free -= 1) {
      const lock = queue.take(session, this.#isSettled);
      if (lock === undefined) return;
      const bytes = encodeMessage(lock.message, wallTime(this.clock, lock.until));
      const delivery = link.send(bytes, tagOf(lock.token), 0);
      if (!this.#isSettled) this.#locks.set(delivery, lock);
    }
  }

  /** The client has told what became of a delivery. */
  settle(delivery: Delivery, outcome: Outcome): void {
    const lock = this.#locks.get(delivery);
    if (lock === undefined) return;
    this.#locks.delete(delivery);
    settleDelivery(delivery, this.#answerTo(lock, delivery.remote_state, outcome));
    this.#closeIfLost();
  }

  /** The session's lock has expired. */
  lose(): void {
    this.#isLost = true;
    this.#closeIfLost();
  }

  /** The link is gone. Without sessions a lock outlives it and runs out by itself; a session is given back at once. */
  giveBack(): void {
    if (this.session !== undefined) this.queue.releaseSession(this.session);
  }

  #answerTo(lock: Lock, state: RemoteState | undefined, outcome: Outcome): unknown {
    const { queue } = this;
    // rhea tells of "modified" as "released" first: the state says which it was.
    const defers = state?.undeliverable_here === true;
    // The lock stays: the client may settle the message in another way, through $management.
    if (defers) return rejectedState('amqp:not-implemented', NO_DEFERRAL);
    if (outcome === 'rejected' && queue.deadLetters === undefined)
      return rejectedState('amqp:not-implemented', NO_DEAD_DEAD_LETTER);
    const isDone =
      outcome === 'accepted'
        ? queue.complete(lock.token)
        : outcome === 'rejected'
          ? queue.deadLetter(lock.token, state?.error?.info ?? {})
          : queue.abandon(lock.token, state?.message_annotations ?? {});
    if (isDone) return acceptedState();
    const lost = lock.session === undefined ? 'com.microsoft:message-lock-lost' : 'com.microsoft:session-lock-lost';
    return rejectedState(lost, 'The lock supplied is invalid: it expired, or the message was settled.');
  }

  /** Closing before the last answer would leave the client waiting for it until its operation times out. */
  #closeIfLost(): void {
    if (this.#isLost && this.#locks.size === 0)
      this.link.close({ condition: 'com.microsoft:session-lock-lost', description: 'The session lock has expired.' });
  }
}
