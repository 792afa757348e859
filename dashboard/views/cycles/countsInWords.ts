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
const NAMES: Readonly<Record<string, string>> = { parked: 'waiting', reenabled: 're-enabled' };

/** "3 created, 1 failed", or that nothing was to do. */
export function countsInWords({ counts }: Pick<CycleAnswer, 'counts'>): string {
  const told = ORDER.flatMap((name) => {
    const count = counts[name] ?? 0;
    return count === 0 ? [] : [`${number(count)} ${NAMES[name] ?? name}`];
  });
  return told.length === 0 ? 'Nothing to change' : told.join(', ');
}
