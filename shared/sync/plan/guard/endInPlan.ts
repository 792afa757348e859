import { noTally, addTallies } from '../../../model/Cycle';
import type { PlanResult } from '../../../model/PlanEntry';
import { RECORD_SIZE, type PlanRow } from '../../../store/PlansTable';
import { tallyOf } from '../../cycle/tallyOf';
import type { CyclePlace } from '../../cycle/CyclePlace';

/** Ends recorded rows that no lane gets to see, and counts them. @throws PlaceLost */
export async function endInPlan(
  place: CyclePlace,
  rows: readonly PlanRow[],
  resultOf: (row: PlanRow) => PlanResult,
): Promise<void> {
  for (let start = 0; start < rows.length; start += RECORD_SIZE) {
    const ended = rows
      .slice(start, start + RECORD_SIZE)
      .map((row) => ({ ...row, state: 'ended', result: resultOf(row) }) as const);
    place.count(ended.reduce((sum, { result, entry }) => addTallies(sum, tallyOf(result, entry)), noTally()));
    await place.advance({}, ended, []);
  }
}
