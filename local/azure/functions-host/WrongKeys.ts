/** Wrong function keys, counted by address: whoever guesses waits longer and longer. A right key is never kept waiting. */

/** A key that was pasted wrong a few times costs nothing. */
const FREE = 5;
/** In ms, for each one beyond. */
const STEP_MS = 200;
/** Whoever would wait longer than this, in ms, is not listened to. */
const LONGEST_MS = 5_000;
/** After so long without one, in ms, an address is as good as new. */
const FORGET_MS = 60_000;
/** Addresses that are remembered; the oldest go first. */
const MOST = 1_000;

export class WrongKeys {
  readonly #met = new Map<string, { readonly count: number; readonly answeredAt: number }>();

  /**
   * Counts a wrong key.
   * @returns how long its answer waits, in ms, behind those to the same address; undefined when it is refused at once
   */
  delayOf(address: string, nowMs: number): number | undefined {
    const known = this.#met.get(address);
    const before =
      known === undefined || nowMs - known.answeredAt > FORGET_MS ? { count: 0, answeredAt: nowMs } : known;
    const count = before.count + 1;
    const answeredAt = count <= FREE ? nowMs : Math.max(nowMs, before.answeredAt) + STEP_MS;
    if (answeredAt - nowMs > LONGEST_MS) return undefined;
    this.#met.delete(address);
    this.#met.set(address, { count, answeredAt });
    const [oldest] = this.#met.keys();
    if (this.#met.size > MOST && oldest !== undefined) this.#met.delete(oldest);
    return answeredAt - nowMs;
  }
}
