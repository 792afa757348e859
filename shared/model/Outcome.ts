/** How the handling of one message ends: exactly one of four (design.md). `shared/queue` maps them to the broker. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'retryAfter'; readonly ms: number; readonly reason: string; readonly countsAsAttempt: boolean }
  | { readonly kind: 'parked'; readonly reason: string }
  | { readonly kind: 'stop'; readonly reason: string };

export const done: Outcome = { kind: 'done' };
/** @param countsAsAttempt false for a wait the other side demanded: it is no failed try */
export const retryAfter = (ms: number, reason: string, countsAsAttempt = true): Outcome => ({
  kind: 'retryAfter',
  ms,
  reason,
  countsAsAttempt,
});
export const parked = (reason: string): Outcome => ({ kind: 'parked', reason });
export const stop = (reason: string): Outcome => ({ kind: 'stop', reason });
