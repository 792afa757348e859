import type { Clock } from '../model/Clock';

/**
 * How long a process sleeps because Graph asks for it. Waiting in the queue is free, and one invocation must end long before
 * the function's time-out, however many of its requests are told to wait.
 */
export class Patience {
  #windowEnds = -Infinity;
  #sleepsUntil = -Infinity;
  #slept = 0;

  /** @param limitMs so much sleep within any window of `windowMs`. Waits side by side count once */
  constructor(
    private readonly clock: Clock,
    private readonly limitMs: number,
    private readonly windowMs: number,
  ) {}

  /** @returns false when there is none left for a wait of so many ms: then it is handed up */
  has(waitMs: number): boolean {
    const now = this.clock.now();
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + this.windowMs;
      this.#slept = 0;
    }
    const more = Math.max(0, now + waitMs - Math.max(now, this.#sleepsUntil));
    if (this.#slept + more > this.limitMs) return false;
    this.#slept += more;
    this.#sleepsUntil = Math.max(this.#sleepsUntil, now + waitMs);
    return true;
  }
}
