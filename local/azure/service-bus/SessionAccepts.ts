/**
 * Clients that accept a session. Where none is free the answer to the attach is held back until one is, the client's time is
 * over, or it gave up.
 */
import { types, type Sender } from 'rhea';
import type { StackClock } from '../../clock/StackClock';
import type { Consumers } from './Consumers';
import type { QueueStore } from './QueueStore';
import { refuse } from './refuse';
import { holdAttach, localAttach, remoteAttach } from './rheaInternals';
import { sessionFilter } from './sessionFilter';
import { wallTime } from './wallTime';
import { ticks } from './wireMessage';

/** The accept of a next session waits this long by default, in ms. */
const ACCEPT_TIMEOUT_MS = 60_000;

interface Waiting {
  readonly accept: () => boolean;
  /** Lets the answer to the attach go. */
  readonly release: () => void;
  readonly timer: NodeJS.Timeout;
}

export class SessionAccepts {
  readonly #waiting = new Map<Sender, Waiting>();

  constructor(
    private readonly consumers: Consumers,
    private readonly clock: StackClock,
  ) {}

  /** @param wanted the session's id; undefined for the next one with messages */
  accept(link: Sender, queue: QueueStore, address: string, wanted: string | undefined): void {
    const attempt = (): boolean => this.#attempt(link, queue, address, wanted);
    if (attempt()) return;
    const { properties } = remoteAttach(link);
    const timeoutMs = Number(properties?.['com.microsoft:timeout'] ?? ACCEPT_TIMEOUT_MS);
    const timer = setTimeout(
      () => {
        this.abandon(link);
        refuse(link, 'com.microsoft:timeout', 'No session with messages became free in time.');
      },
      Math.max(10, timeoutMs - 50),
    );
    timer.unref();
    this.#waiting.set(link, { accept: attempt, release: holdAttach(link), timer });
  }

  /** A session may have become free. */
  retry(): void {
    // One may be served, or give up, while another is.
    for (const [link, waiting] of [...this.#waiting]) if (this.#waiting.has(link)) waiting.accept();
  }

  /** Waits no longer; the attach is answered, before any detach. */
  abandon(link: Sender): void {
    const waiting = this.#waiting.get(link);
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(link);
    waiting.release();
  }

  get links(): readonly Sender[] {
    return [...this.#waiting.keys()];
  }

  /** @returns false when no session is free */
  #attempt(link: Sender, queue: QueueStore, address: string, wanted: string | undefined): boolean {
    const session = queue.acceptSession(wanted, () => this.consumers.lose(link));
    if (session === 'none') return false;
    if (session === 'locked') {
      this.abandon(link);
      refuse(link, 'com.microsoft:session-cannot-be-locked', 'The requested session is held by another receiver.');
      return true;
    }
    link.set_source({ address, filter: sessionFilter(session.sessionId) });
    localAttach(link).properties = {
      'com.microsoft:locked-until-utc': types.wrap_long(ticks(wallTime(this.clock, session.until))),
    };
    this.abandon(link);
    this.consumers.add(link, queue, session);
    return true;
  }
}
