/** How the handling of one person ends, or why it goes on later. One function makes it from an error: `outcomeOf`. */
import type { PlanResult } from './PlanEntry';

export type Outcome =
  /** Ended, and the person's row says so. */
  | { readonly kind: 'ended'; readonly result: PlanResult }
  /** Tried again at this moment (ms). A wait that somebody else demands costs no attempt. */
  | {
      readonly kind: 'retryAfter';
      readonly at: number;
      readonly code: string;
      readonly message: string;
      readonly countsAsAttempt: boolean;
    }
  /** Final for this cycle: the person waits in escrow. */
  | { readonly kind: 'failed' | 'parked'; readonly code: string; readonly message: string }
  /** The connection is at fault: nobody else is tried in this cycle. */
  | { readonly kind: 'stop'; readonly code: string; readonly message: string };
