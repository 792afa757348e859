import type { StackClock } from '../../clock/StackClock';

/** The .NET client renews this long before a lock ends, or when half of the rest has passed (ReceiverManager.CalculateRenewDelay). In ms. */
const RENEW_BUFFER_MS = 10_000;

export interface LockToKeep {
  readonly clock: StackClock;
  /** When the lock ends, on that clock. */
  readonly lockedUntil: number;
  /** For how long from now it is renewed; then it runs out. In ms. */
  readonly maxMs: number;
  /** @returns the lock's new end on the clock; undefined when it is lost */
  readonly renew: () => Promise<number> | number | undefined;
  readonly onError: (error: unknown) => void;
}

/**
 * Renews a lock before it ends, again and again, as the .NET processor does. A `renew` that answers at once arms the
 * next timer within the callback of the last one: a virtual clock that jumps over many locks meets every renewal
 * before the expiry that it puts off, because timers run in the order in which they are due.
 * @returns a function that stops it
 */
export function keepLock({ clock, lockedUntil, maxMs, renew, onError }: LockToKeep): () => void {
  const end = clock.now() + maxMs;
  let isStopped = false;
  let cancel: () => void = () => undefined;
  const arm = (until: number): void => {
    const left = Math.max(0, until - clock.now());
    const delay = left - Math.min(left / 2, RENEW_BUFFER_MS);
    if (isStopped || clock.now() + delay >= end) return;
    cancel = clock.after(delay, () => {
      const renewed = renew();
      if (typeof renewed === 'number') arm(renewed);
      else
        renewed?.then(arm, (error: unknown) => {
          if (!isStopped) onError(error);
        });
    });
  };
  arm(lockedUntil);
  return () => {
    isStopped = true;
    cancel();
  };
}
