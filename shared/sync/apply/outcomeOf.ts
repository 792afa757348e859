/** Errors → outcomes, in this one place. Attempts are bounded (I13); a wait that somebody demands is none. */
import { ConnectorError } from '../../model/ConnectorError';
import type { Outcome } from '../../model/Outcome';
import { messageOf } from '../../telemetry/Telemetry';

/** Tries of one change in one cycle; after that the person waits in escrow for a later cycle. */
export const MAX_ATTEMPTS = 5;
/** Tries after an exception that nobody expected. */
const MAX_EXCEPTIONS = 3;

/**
 * @param error anything the handling of a person threw
 * @param attempts tries that failed before this one
 * @param retryMs the first wait, in ms
 */
export function outcomeOf(error: unknown, attempts: number, nowMs: number, retryMs: number): Outcome {
  const again = (at: number, countsAsAttempt: boolean, code: string, message: string): Outcome => ({
    kind: 'retryAfter',
    at,
    code,
    message,
    countsAsAttempt,
  });
  const backOff = nowMs + retryMs * 2 ** attempts;
  if (!(error instanceof ConnectorError)) {
    const message = `An unexpected fault inside the connector: ${messageOf(error)}`;
    return attempts + 1 < MAX_EXCEPTIONS
      ? again(backOff, true, 'InternalError', message)
      : { kind: 'failed', code: 'InternalError', message };
  }
  const { code, message } = error;
  if (code === 'TooManyRequests' && error.retryAfterMs !== undefined)
    return again(nowMs + error.retryAfterMs, false, code, message);
  if (error.repeatable && attempts + 1 < MAX_ATTEMPTS) return again(backOff, true, code, message);
  if (error.scope === 'job') return { kind: 'stop', code, message };
  // Who waits for a seat, or for something that passes, is parked; the rest needs somebody to mend it.
  return { kind: error.repeatable || code === 'LicenseLimitExceeded' ? 'parked' : 'failed', code, message };
}
