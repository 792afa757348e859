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
  staged: 'waiting for approval',
};

/** What a cycle did, each with how often; what did not happen is left out. */
export const countsOf = ({ counts }: Pick<CycleAnswer, 'counts'>): readonly (readonly [string, number])[] =>
  ORDER.flatMap((name) => {
    const count = counts[name] ?? 0;
    return count === 0 ? [] : [[NAMES[name] ?? name, count] as const];
  });

/** "3 created, 1 failed"; null when there was nothing to do. */
export function countsInWords(cycle: Pick<CycleAnswer, 'counts'>): string | null {
  const told = countsOf(cycle).map(([name, count]) => `${number(count)} ${name}`);
  return told.length === 0 ? null : told.join(', ');
}
