import type { Outcome } from '../../model/Outcome';

/** Our own last write may still show up, or land: the person is looked at again. @param at in ms */
export const notVisibleUntil = (at: number): Outcome & { readonly kind: 'retryAfter' } => ({
  kind: 'retryAfter',
  at,
  code: 'WriteNotVisible',
  message: 'GoTo does not show the last write yet; it is looked for again.',
  countsAsAttempt: false,
});
