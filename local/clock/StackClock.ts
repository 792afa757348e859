import type { Clock } from '../../shared/model/Clock';

/** A clock that can also call back later: what the broker and the simulators live by. Times in ms. */
export interface StackClock extends Clock {
  /** @returns a function that cancels */
  after(ms: number, callback: () => void): () => void;
}

/** The longest delay that setTimeout takes; longer ones are waited for in steps. */
const MAX_TIMEOUT_MS = 2_147_483_647;

export const realClock: StackClock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  after(ms, callback) {
    const due = Date.now() + ms;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const left = due - Date.now();
      timer = setTimeout(left > MAX_TIMEOUT_MS ? arm : callback, Math.max(0, Math.min(left, MAX_TIMEOUT_MS)));
      timer.unref();
    };
    arm();
    return () => clearTimeout(timer);
  },
};
