import type { Cycle } from '../../../model/Cycle';
import type { PlanRow } from '../../../store/PlansTable';
import type { WithStore } from '../../Engine';

/** Removals of a plan that nobody has let go yet, a chunk at a time. @param stage those that are asked about */
export async function* stagedChunks(
  { store }: WithStore,
  { id, stagedStage: stage }: Pick<Cycle, 'id' | 'stagedStage'>,
): AsyncGenerator<PlanRow[]> {
  let chunk: PlanRow[] = [];
  for await (const row of store.plans.rows(id, stage)) {
    if (row.state !== 'staged') continue;
    const [first] = chunk;
    if (first !== undefined && (first.lane !== row.lane || first.chunk !== row.chunk)) {
      yield chunk;
      chunk = [];
    }
    chunk.push(row);
  }
  if (chunk.length > 0) yield chunk;
}
