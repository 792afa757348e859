/**
 * Keeps the connector under GoTo's rate over all instances without shared state (I11).
 *
 * Time is cut into slots of 1/rate seconds, counted from the Unix epoch, so that every instance sees the same ones.
 * Slot k belongs to lane k mod L; the broker lets one receiver in the world hold a lane, so no two requests share a
 * slot. The planner reads GoTo only while no lane has work (before the first message leaves and after the last one
 * ended) and may use every slot; beside the lanes of another cycle it is a guest (shared/sync/cycle/readersPacer.ts).
 *
 * Guests are requests beside the cycles: one person on demand, a person's story, the test of the connection. While any is
 * about, every other slot or so is theirs, which all instances know before the first of them sends; else they cost nothing.
 *
 * GoTo documents 10 requests a second per API, 429 beyond (developer.goto.com/guides/References/Ref-Rate-Limits).
 */
import { LONGEST_DEMANDED_WAIT_MS } from '../http/parseRetryAfter';
import type { Clock } from '../model/Clock';
import { ConnectorError } from '../model/ConnectorError';

/** A demanded wait up to this many ms is slept through; a longer one goes back to the queue, where waiting is free. */
const LONGEST_SLEEP_MS = 5_000;
/** How long a read of the shared wait is trusted, in ms: the time another instance may go on after a 429 met here. */
const SHARED_WAIT_AGE_MS = 500;
/** Waits after a 429 that names none: 1, 2, 4 … seconds (goto-api.md 4, guidance). */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** How long guests stay about after one asked, and from how little time left on the next one asks for more, in ms. */
const GUESTS_STAY_MS = 15_000;
const GUESTS_LOW_MS = 5_000;
/** From being announced on, all instances know of guests: they read what is shared so often, and the read takes its time. */
const GUESTS_KNOWN_MS = SHARED_WAIT_AGE_MS + 300;

/** No queue of guests is longer, in ms. */
const LONGEST_QUEUE_MS = 600_000;

/** Half of the slots, by no rule that a lane's could follow, so that each lane keeps half of its own. */
const isGuestSlot = (slot: number): boolean => ((Math.imul(slot, 0x9e3779b1) >>> 15) & 1) === 1;

/** What the clocks of two instances may differ by, in ms. */
const CLOCK_SKEW_MS = 60_000;

/** What every instance knows. Moments in ms since the epoch; 0 or a past one when there is none. */
export interface KnownPace {
  /** Until then nobody sends: GoTo demanded it. */
  readonly waitUntil: number;
  /** Between these, guests have slots of their own. */
  readonly guestsFrom: number;
  readonly guestsUntil: number;
}

/** The pace that all instances share. */
export interface SharedPace {
  read(): Promise<KnownPace>;
  /**
   * Prolongs the wait; never shortens it, whoever else does the same at the same time.
   * @returns the moment that holds now
   */
  raise(untilMs: number): Promise<number>;
  /** Guests are about. @returns what holds now: those who were about before keep the moment they began at */
  admitGuests(nowMs: number, fromMs: number, untilMs: number): Promise<KnownPace>;
  /** @param choose the slot behind the last one that a guest took. @returns one that no other guest has */
  takeGuestSlot(choose: (after: number) => number): Promise<number>;
}

/** A share of the rate. */
export interface Pacer {
  /**
   * Resolves when a request may leave.
   * @throws ConnectorError TooManyRequests (not sent) when GoTo demanded a wait longer than worth sleeping
   */
  acquire(): Promise<void>;

  /**
   * The same, but resolves a little before the request may leave: for what has to be stored right before it, so that
   * the slot is met, not missed by that.
   * @returns waits for the rest
   */
  reserve(): Promise<() => Promise<void>>;
}

/** How long before its slot a reservation resolves, in ms: what storing took of late, and half as much again. */
const SHORTEST_LEAD_MS = 60;
const LONGEST_LEAD_MS = 1_000;
const LEAD_SHARE = 1.5;
/** A slow moment is forgotten with the requests that follow. */
const LEAD_DECAY = 0.95;
/** A request later than this (ms, or this share of a slot) would crowd those behind it: it takes another slot. */
const LATE_MS = 25;
const LATE_SHARE = 0.4;
/** Slots that may be missed; on a machine that is always late work goes on all the same. */
const MISSED_SLOTS = 3;

/**
 * Waits for a slot now and spends it on the next request: so that what has to be stored right before a write is stored
 * after the wait, and a process that dies while waiting leaves no doubt about a write.
 */
export async function prepay(pacer: Pacer): Promise<Pacer> {
  const rest = await pacer.reserve();
  let isPaid = true;
  return {
    acquire: () => {
      if (!isPaid) return pacer.acquire();
      isPaid = false;
      return rest();
    },
    reserve: () => pacer.reserve(),
  };
}

/** Hands out slots; one for each process. */
export class Pacing {
  readonly #lastSlot = new Map<number | 'planner', number>();
  #until = 0;
  #guestsFrom = 0;
  #guestsUntil = 0;
  #readAt = Number.NEGATIVE_INFINITY;
  #throttledInARow = 0;
  #leadMs = SHORTEST_LEAD_MS;

  /** @param ratePerSecond requests a second over all instances */
  constructor(
    private readonly ratePerSecond: number,
    private readonly clock: Clock,
    private readonly shared: SharedPace,
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

  /** For requests beside the cycles, whatever else is at work. */
  get guest(): Pacer {
    const slotBefore = async (leadMs: number): Promise<number> => {
      await this.#waitOutDemand();
      await this.#comeAsGuest();
      const slotMs = 1_000 / this.ratePerSecond;
      const slot = await this.shared.takeGuestSlot((after) => {
        const now = this.clock.now();
        // At another rate slots had other numbers: what was taken before the setting was lowered lies years away.
        const isOfThisRate = after * slotMs <= now + LONGEST_QUEUE_MS;
        const first = Math.ceil(Math.max(now + leadMs, this.#guestsFrom) / slotMs);
        let next = isOfThisRate ? Math.max(after + 1, first) : first;
        while (!isGuestSlot(next)) next += 1;
        return next;
      });
      await this.#sleepUntil(slot * slotMs - leadMs);
      return this.#until > this.clock.now() ? slotBefore(leadMs) : slot * slotMs;
    };
    return this.#pacerOf(slotBefore);
  }

  async #comeAsGuest(): Promise<void> {
    const now = this.clock.now();
    if (this.#guestsUntil >= now + GUESTS_LOW_MS) return;
    this.#learn(await this.shared.admitGuests(now, now + GUESTS_KNOWN_MS, now + GUESTS_STAY_MS));
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
      this.#learnWait(await this.shared.raise(this.#until));
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
  #learn({ waitUntil, guestsFrom, guestsUntil }: KnownPace): void {
    this.#learnWait(waitUntil);
    this.#guestsFrom = guestsFrom;
    this.#guestsUntil = Math.min(guestsUntil, this.clock.now() + GUESTS_STAY_MS + CLOCK_SKEW_MS);
  }

  #learnWait(untilMs: number): void {
    const isPossible = untilMs <= this.clock.now() + LONGEST_DEMANDED_WAIT_MS + CLOCK_SKEW_MS;
    if (isPossible) this.#until = Math.max(this.#until, untilMs);
  }

  /** A request went through: the next 429 begins with the shortest wait again. */
  succeeded(): void {
    this.#throttledInARow = 0;
  }

  #pacer(owner: number | 'planner', lanes: number, remainder: number): Pacer {
    const slotBefore = async (leadMs: number): Promise<number> => {
      await this.#waitOutDemand();
      const at = this.#nextSlot(owner, lanes, remainder);
      await this.#sleepUntil(at - leadMs);
      await this.#stayInformed();
      // A 429 met, or a guest who came, while this request waited for its slot counts for it too.
      return this.#until > this.clock.now() || this.#isGuests(at) ? slotBefore(leadMs) : at;
    };
    return this.#pacerOf(slotBefore);
  }

  async #sleepUntil(atMs: number): Promise<void> {
    const wait = atMs - this.clock.now();
    if (wait > 0) await this.clock.sleep(wait);
  }

  /** @param slotBefore sleeps until so many ms before the owner's next slot, and says when (ms) that is */
  #pacerOf(slotBefore: (leadMs: number) => Promise<number>): Pacer {
    const meet = async (slot: number): Promise<void> => {
      let at = slot;
      await this.#sleepUntil(at);
      for (let missed = 0; missed < MISSED_SLOTS && this.#isLate(at); missed += 1) at = await slotBefore(0);
    };
    return {
      acquire: async () => meet(await slotBefore(0)),
      reserve: async () => {
        const at = await slotBefore(this.#leadMs);
        const from = this.clock.now();
        return () => {
          const took = (this.clock.now() - from) * LEAD_SHARE;
          this.#leadMs = Math.min(LONGEST_LEAD_MS, Math.max(SHORTEST_LEAD_MS, took, this.#leadMs * LEAD_DECAY));
          return meet(at);
        };
      },
    };
  }

  #isLate(slotAt: number): boolean {
    return this.clock.now() > slotAt + Math.max(LATE_MS, (LATE_SHARE * 1_000) / this.ratePerSecond);
  }

  /** @returns the moment (ms) of the owner's next slot, which is taken by asking */
  #nextSlot(owner: number | 'planner', lanes: number, remainder: number): number {
    const slotMs = 1_000 / this.ratePerSecond;
    const now = this.clock.now();
    const earliest = Math.max(Math.ceil(now / slotMs), (this.#lastSlot.get(owner) ?? -1) + 1);
    let slot = earliest + ((((remainder - earliest) % lanes) + lanes) % lanes);
    while (this.#isGuests(slot * slotMs)) slot += lanes;
    this.#lastSlot.set(owner, slot);
    return slot * slotMs;
  }

  #isGuests(slotAt: number): boolean {
    const isTime = slotAt >= this.#guestsFrom && slotAt < this.#guestsUntil;
    return isTime && isGuestSlot(Math.round((slotAt * this.ratePerSecond) / 1_000));
  }

  async #stayInformed(): Promise<void> {
    if (this.clock.now() - this.#readAt > SHARED_WAIT_AGE_MS) await this.waitingUntil();
  }

  async #waitOutDemand(): Promise<void> {
    await this.#stayInformed();
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
