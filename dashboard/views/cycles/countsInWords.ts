import type { CycleAnswer } from '../../../shared/api/answers/CycleAnswer';
import { number } from '../../data/words';

/** In the order in which they matter. */
const ORDER = [
  'failed',
  'created',
  'linked',
  'updated',
  'disabled',
  'reenabled',
  'deleted',
  'parked',
  'held',
  'staged',
];
const NAMES: Readonly<Record<string, string>> = {
  parked: 'waiting',
  reenabled: 're-enabled',
  // "Held" is who is left alone until an admin releases them.
  held: 'left for later',
};
/** Removals that were staged wait as long as nobody has decided, and no younger cycle has planned them anew. */
const stagedIn = (state: string): string => (state === 'superseded' ? 'left to a later cycle' : 'waiting for approval');

/** What a cycle did, each with how often; what did not happen is left out. */
const countsOf = ({ counts, state }: Pick<CycleAnswer, 'counts' | 'state'>): readonly (readonly [string, number])[] =>
  ORDER.flatMap((name) => {
    const count = counts[name] ?? 0;
    return count === 0 ? [] : [[name === 'staged' ? stagedIn(state) : (NAMES[name] ?? name), count] as const];
  });

/** "3 created, 1 failed"; null when nothing was done. */
export function countsInWords(cycle: Pick<CycleAnswer, 'counts' | 'state'>): string | null {
  const told = countsOf(cycle).map(([name, count]) => `${number(count)} ${name}`);
  return told.length === 0 ? null : told.join(', ');
}

/** Why nothing was done. */
export function nothingInWords({
  state,
  dryRun,
  endDateTime,
}: Pick<CycleAnswer, 'state' | 'dryRun' | 'endDateTime'>): string {
  if (endDateTime === null) return 'Nothing yet';
  if (state !== 'succeeded' && state !== 'planned') return 'Nothing';
  return dryRun ? 'Nothing: it is a plan' : 'Nothing to change';
}

/** Whether it did, or means to do, more than leave people to another cycle. */
export const hasChanges = ({ counts }: Pick<CycleAnswer, 'counts'>): boolean =>
  ORDER.some((name) => name !== 'held' && (counts[name] ?? 0) > 0);
