/** Errors → outcomes, in this one place. Attempts are bounded (I13). */
import { ConnectorError } from '../model/ConnectorError';
import { parked, retryAfter, stop, type Outcome } from '../model/Outcome';

/** Tries of one change in one cycle; after that the person waits in escrow for a later cycle. */
export const MAX_ATTEMPTS = 5;
/** Waits that the other side demands are no failed tries, but they end too: after this age of the cycle, in ms. */
const LONGEST_THROTTLED_MS = 6 * 3_600_000;

/**
 * @param error anything a handler threw
 * @param attempt tries made before this one
 * @param ageMs since the cycle began, in ms
 * @param retryMs the first wait, in ms
 * @throws the error itself when it is none of ours: a bug is redelivered and ends in the dead-letter queue
 */
export function outcomeOf(error: unknown, attempt: number, retryMs: number, ageMs: number): Outcome {
  if (!(error instanceof ConnectorError)) throw error;
  if (error.code === 'TooManyRequests' && error.retryAfterMs !== undefined) {
    return ageMs < LONGEST_THROTTLED_MS ? retryAfter(error.retryAfterMs, error.code, false) : parked(error.code);
  }
  if (error.repeatable && attempt < MAX_ATTEMPTS - 1) return retryAfter(retryMs * 2 ** attempt, error.code);
  return error.scope === 'job' && !error.repeatable ? stop(error.message) : parked(error.code);
}
