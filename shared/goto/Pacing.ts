/**
 * Keeps the connector under GoTo's rate over all instances without shared state (I11).
 *
 * Time is cut into slots of 1/rate seconds, counted from the Unix epoch, so that every instance sees the same ones.
 * Slot k belongs to lane k mod L; the broker lets one receiver in the world hold a lane, so no two requests share a
 * slot. The planner reads GoTo only while no lane has work (before the first message leaves and after the last one
 * ended) and may use every slot.
 *
 * GoTo documents 10 requests a second per API, 429 beyond (developer.goto.com/guides/References/Ref-Rate-Limits).
 */
import { LONGEST_DEMANDED_WAIT_MS } from '../http/parseRetryAfter';
import type { Clock } from '../model/Clock';
import { ConnectorError } from '../model/ConnectorError';

/** A demanded wait up to this many ms is slept through; a longer one goes back to the queue, where waiting is free. */
const LONGEST_SLEEP_MS = 5_000;
/** How long a read of the shared wait is trusted, in ms: the time another instance may go on after a 429 met here. */
const SHARED_WAIT_AGE_MS = 1_000;
/** Waits after a 429 that names none: 1, 2, 4 … seconds (goto-api.md 4, guidance). */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** What the clocks of two instances may differ by, in ms. */
const CLOCK_SKEW_MS = 60_000;

/** The wait GoTo demanded, known to every instance. Moments in ms since the epoch. */
export interface SharedWait {
  /** The moment until which nobody sends; 0 or a past one when there is no wait. */
  read(): Promise<number>;
  /**
   * Prolongs the wait; never shortens it, whoever else does the same at the same time.
   * @returns the moment that holds now
   */
  raise(untilMs: number): Promise<number>;
}

/** A share of the rate. */
export interface Pacer {
  /**
   * Resolves when a request may leave.
   * @throws ConnectorError TooManyRequests (not sent) when GoTo demanded a wait longer than worth sleeping
   */
  acquire(): Promise<void>;

  /**
   * The same, but resolves `leadMs` before the request may leave: for what has to be done right before it.
   * @returns waits for the rest
   */
  reserve(leadMs: number): Promise<() => Promise<void>>;
}

/** What is stored right before a write takes about this long, in ms: the slot is met, not missed by it. */
const LEAD_MS = 60;

/**
 * Waits for a slot now and spends it on the next request: so that what has to be stored right before a write is stored
 * after the wait, and a process that dies while waiting leaves no doubt about a write.
 */
export async function prepay(pacer: Pacer): Promise<Pacer> {
  const rest = await pacer.reserve(LEAD_MS);
  let isPaid = true;
  return {
    acquire: () => {
      if (!isPaid) return pacer.acquire();
      isPaid = false;
      return rest();
    },
    reserve: (leadMs) => pacer.reserve(leadMs),
  };
}

/** Hands out slots; one for each process. */
export class Pacing {
  readonly #lastSlot = new Map<number | 'planner', number>();
  #until = 0;
  #readAt = Number.NEGATIVE_INFINITY;
  #throttledInARow = 0;

  /** @param ratePerSecond requests a second over all instances */
  constructor(
    private readonly ratePerSecond: number,
    private readonly clock: Clock,
    private readonly shared: SharedWait,
  ) {}

  /**
   * The share of one lane.
   * @param index 0 … lanes - 1
   * @param lanes the count its cycle was started with, not today's setting: two counts at once would share slots
   */
  lane(index: number, lanes: number): Pacer {
    return this.#pacer(index, lanes, index);
  }

  /** Every slot: for the planner, while no lane has work. */
  get planner(): Pacer {
    return this.#pacer('planner', 1, 0);
  }

  /**
   * A 429 was met: nobody sends before the demanded wait is over.
   * @param retryAfterMs what GoTo demanded in ms; without it the wait doubles with each 429 in a row
   * @returns the wait in ms
   */
  async throttled(retryAfterMs: number | undefined): Promise<number> {
    this.#throttledInARow += 1;
    const demanded = retryAfterMs ?? Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.#throttledInARow - 1));
    const wait = Math.min(LONGEST_DEMANDED_WAIT_MS, demanded);
    this.#until = Math.max(this.#until, this.clock.now() + wait);
    try {
      this.#learn(await this.shared.raise(this.#until));
    } catch {
      // This instance keeps to it all the same; another one meets its own 429. The refusal itself must not be hidden.
    }
    return wait;
  }

  /** The moment until which nobody sends, in ms since the epoch; a past one or 0 when there is no wait. Reads anew. */
  async waitingUntil(): Promise<number> {
    this.#readAt = this.clock.now();
    this.#learn(await this.shared.read());
    return this.#until;
  }

  /** A moment further away than any wait can be demanded is a broken row or clock: it must not stop the job for good. */
  #learn(untilMs: number): void {
    const isPossible = untilMs <= this.clock.now() + LONGEST_DEMANDED_WAIT_MS + CLOCK_SKEW_MS;
    if (isPossible) this.#until = Math.max(this.#until, untilMs);
  }

  /** A request went through: the next 429 begins with the shortest wait again. */
  succeeded(): void {
    this.#throttledInARow = 0;
  }

  #pacer(owner: number | 'planner', lanes: number, remainder: number): Pacer {
    const sleepUntil = async (atMs: number): Promise<void> => {
      const wait = atMs - this.clock.now();
      if (wait > 0) await this.clock.sleep(wait);
    };
    const reserve = async (leadMs: number): Promise<() => Promise<void>> => {
      await this.#waitOutDemand();
      const at = this.#nextSlot(owner, lanes, remainder);
      await sleepUntil(at - leadMs);
      // A 429 met while this request waited for its slot counts for it too.
      return this.#until > this.clock.now() ? reserve(leadMs) : () => sleepUntil(at);
    };
    return { acquire: async () => (await reserve(0))(), reserve };
  }

  /** @returns the moment (ms) of the owner's next slot, which is taken by asking */
  #nextSlot(owner: number | 'planner', lanes: number, remainder: number): number {
    const slotMs = 1_000 / this.ratePerSecond;
    const now = this.clock.now();
    const earliest = Math.max(Math.ceil(now / slotMs), (this.#lastSlot.get(owner) ?? -1) + 1);
    const slot = earliest + ((((remainder - earliest) % lanes) + lanes) % lanes);
    this.#lastSlot.set(owner, slot);
    return slot * slotMs;
  }

  async #waitOutDemand(): Promise<void> {
    const now = this.clock.now();
    if (now - this.#readAt > SHARED_WAIT_AGE_MS) await this.waitingUntil();
    const wait = this.#until - this.clock.now();
    if (wait <= 0) return;
    if (wait > LONGEST_SLEEP_MS) {
      throw new ConnectorError('GoTo demanded a wait; the change is tried again after it.', {
        code: 'TooManyRequests',
        sent: false,
        repeatable: true,
        retryAfterMs: Math.min(wait, LONGEST_DEMANDED_WAIT_MS),
        scope: 'job',
      });
    }
    await this.clock.sleep(wait);
  }
}
