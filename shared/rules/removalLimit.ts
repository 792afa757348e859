/**
 * How many people may lose access within 24 hours before somebody is asked (I06). A removal is a disabled or deleted
 * account, or the loss of the last managed licence; a person counts once however often it is tried.
 */

/** What an admin set: REMOVAL_LIMIT_COUNT and REMOVAL_LIMIT_PERCENT. */
export interface RemovalLimit {
  readonly count: number;
  /** Of the people who are managed, those of the window included. */
  readonly percent: number;
}

/** So many may go in a company where the share alone would be less than that, as long as they are not half of it. */
const SMALL_COMPANY = 3;

/**
 * The smaller of count and share. Ten per cent of twelve people is one, and two leavers on one day are no disaster, so the
 * share never asks below three people or, in the smallest companies, below what leaves more than half; one person may
 * always go. Zero, as count or share, asks for every removal.
 *
 * @param managed people with an account that is active, or was within the window
 */
export function removalsAllowed({ count, percent }: RemovalLimit, managed: number): number {
  if (percent === 0) return 0;
  const ofShare = Math.ceil((managed * percent) / 100);
  const ofSmall = Math.min(SMALL_COMPANY, Math.floor((managed - 1) / 2));
  return Math.min(count, Math.max(1, ofShare, ofSmall));
}
