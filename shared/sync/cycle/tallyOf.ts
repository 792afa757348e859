import { countSkip, noTally, type Tally } from '../../model/Cycle';
import type { PlanEntry, PlanResult } from '../../model/PlanEntry';
import { isTargetFault } from '../../rules/quarantine';

/** Which count a write adds to. */
export const COUNTER = {
  create: 'created',
  link: 'linked',
  update: 'updated',
  disable: 'disabled',
  reenable: 'reenabled',
  delete: 'deleted',
  none: null,
} as const;

/** Accounts are what is counted: each write that was made, and how the row ended when none was. */
export function tallyOf(result: PlanResult, { reason, mark }: Pick<PlanEntry, 'reason' | 'mark'>): Tally {
  const tally = noTally();
  for (const entry of result.entries) {
    // Accounts are counted; groups have their entries in the log.
    const counter = entry.kind === 'group' ? null : COUNTER[entry.action];
    if (counter !== null && (entry.status === 'success' || entry.status === 'warning')) tally.counts[counter] += 1;
  }
  if (result.outcome === 'failed' || result.outcome === 'parked') {
    if (!isTargetFault(result.code)) tally.target.answered += result.outcome === 'failed' ? 1 : 0;
    else if ((mark?.attempts ?? 0) === 0) tally.target.faults += 1;
    else tally.target.repeated += 1;
  } else if (result.outcome === 'done') tally.target.answered += 1;
  switch (result.outcome) {
    case 'done':
      break;
    case 'failed':
      tally.counts.failed += 1;
      break;
    case 'parked':
      tally.counts.parked += 1;
      break;
    case 'held':
      tally.counts.held += 1;
      break;
    default:
      countSkip(tally, result.entries.at(-1)?.reason ?? reason);
  }
  return tally;
}
