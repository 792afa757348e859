import type { KnownPace, SharedPace } from '../../shared/goto/Pacing';

/** The shared pace of instances in one process. */
export class MemoryPace implements SharedPace {
  waitUntil = 0;
  guestsFrom = 0;
  guestsUntil = 0;
  #guestSlot = 0;

  read(): Promise<KnownPace> {
    const { waitUntil, guestsFrom, guestsUntil } = this;
    return Promise.resolve({ waitUntil, guestsFrom, guestsUntil });
  }

  raise(untilMs: number): Promise<number> {
    this.waitUntil = Math.max(this.waitUntil, untilMs);
    return Promise.resolve(this.waitUntil);
  }

  admitGuests(nowMs: number, fromMs: number, untilMs: number): Promise<KnownPace> {
    if (this.guestsUntil <= nowMs) this.guestsFrom = fromMs;
    this.guestsUntil = Math.max(this.guestsUntil, untilMs);
    return this.read();
  }

  takeGuestSlot(choose: (after: number) => number): Promise<number> {
    this.#guestSlot = choose(this.#guestSlot);
    return Promise.resolve(this.#guestSlot);
  }
}
