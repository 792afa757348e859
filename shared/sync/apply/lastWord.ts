import type { Outcome } from '../../model/Outcome';
import type { ApplyContext } from './ApplyContext';
import { MAX_ATTEMPTS } from './outcomeOf';

/**
 * Attempts are bounded, whatever they end in (I13). Whom GoTo fails to the last attempt while it does not answer /me
 * either is not at fault: the connection is, and nobody waits longer than that lasts.
 */
export async function lastWord({ engine, caller }: ApplyContext, outcome: Outcome, attempts: number): Promise<Outcome> {
  const isUsedUp = outcome.kind === 'retryAfter' && outcome.countsAsAttempt && attempts + 1 >= MAX_ATTEMPTS;
  if (outcome.kind !== 'parked' && !isUsedUp) return outcome;
  const { code, message } = outcome;
  if (code !== 'InternalServerError' && code !== 'Timeout') return { kind: 'parked', code, message };
  const answers = await engine.accounts.check(caller).then(
    () => true,
    () => false,
  );
  return { kind: answers ? 'parked' : 'stop', code, message };
}
