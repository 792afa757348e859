import type { Outcome } from '../../model/Outcome';
import type { PlanResult } from '../../model/PlanEntry';
import type { CommitInput } from './commit';
import { notVisibleUntil } from './notVisibleUntil';

/** What a round comes to before anything is written: an end, a lost row, or the one write to make. */
export type Decided =
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  | { readonly kind: 'again' }
  | { readonly kind: 'write'; readonly input: CommitInput };

/** The person's row has to be read again. */
export const AGAIN = { kind: 'again' } as const;

export const ended = (result: PlanResult): Decided => ({ kind: 'outcome', outcome: { kind: 'ended', result } });

/** GoTo does not show yet what was written. @param at in ms */
export const wait = (at: number): Decided => ({ kind: 'outcome', outcome: notVisibleUntil(at) });

/** What was read of the person is too old to be written. @param now in ms */
export const readAgain = (now: number): Decided => ({
  kind: 'outcome',
  outcome: {
    kind: 'retryAfter',
    at: now,
    code: 'Timeout',
    message: 'What was read of the person grew too old before it could be written; it is read again.',
    countsAsAttempt: false,
  },
});
