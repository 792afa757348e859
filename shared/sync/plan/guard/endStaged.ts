import { noTally, type Tally } from '../../../model/Cycle';
import type { PlanResult } from '../../../model/PlanEntry';
import { RECORD_SIZE, type PlanRow } from '../../../store/PlansTable';
import type { CyclePlace } from '../../cycle/CyclePlace';

/**
 * Ends removals that no lane gets, as many at once as one transaction takes.
 * @param count adds one such row to the cycle's counts, in place
 * @throws PlaceLost
 */
export async function endStaged(
  place: CyclePlace,
  rows: readonly PlanRow[],
  resultOf: (row: PlanRow) => PlanResult,
  count: (tally: Tally) => void,
): Promise<void> {
  for (let start = 0; start < rows.length; start += RECORD_SIZE) {
    const part = rows.slice(start, start + RECORD_SIZE);
    const tally = noTally();
    part.forEach(() => count(tally));
    place.count(tally);
    await place.advance(
      {},
      part.map((row): PlanRow => ({ ...row, state: 'ended', result: resultOf(row) })),
      [],
    );
  }
}
