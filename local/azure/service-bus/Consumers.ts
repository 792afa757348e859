/** The clients that receive, by their links. */
import type { Delivery, Sender } from 'rhea';
import type { StackClock } from '../../clock/StackClock';
import { Consumer, type Outcome } from './Consumer';
import type { QueueStore, SessionLock } from './QueueStore';

export class Consumers {
  /** Those that are served. */
  readonly #open = new Map<Sender, Consumer>();
  /** Also those whose link or session is gone: what they were given is still answered for. */
  readonly #known = new WeakMap<Sender, Consumer>();

  constructor(private readonly clock: StackClock) {}

  add(link: Sender, queue: QueueStore, session: SessionLock | undefined): void {
    const consumer = new Consumer(link, queue, session, this.clock);
    this.#open.set(link, consumer);
    this.#known.set(link, consumer);
    consumer.pump();
  }

  /** It has credit, or wants what there is. */
  pump(link: Sender): void {
    this.#open.get(link)?.pump();
  }

  /** Something may have become free in a queue. */
  serve(queue: QueueStore): void {
    for (const consumer of this.#open.values()) if (consumer.queue === queue) consumer.pump();
  }

  settle(link: Sender, delivery: Delivery, outcome: Outcome): void {
    this.#known.get(link)?.settle(delivery, outcome);
  }

  /** The lock of its session has expired. */
  lose(link: Sender): void {
    this.#take(link)?.lose();
  }

  /** Its link is gone. */
  drop(link: Sender): void {
    this.#take(link)?.giveBack();
  }

  get links(): readonly Sender[] {
    return [...this.#open.keys()];
  }

  #take(link: Sender): Consumer | undefined {
    const consumer = this.#open.get(link);
    this.#open.delete(link);
    return consumer;
  }
}
