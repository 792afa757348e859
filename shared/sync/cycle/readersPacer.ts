import type { Pacer } from '../../goto/Pacing';
import { FINAL_STATES } from '../../model/Cycle';
import { AwaitedApproval } from '../../store/state/AwaitedApproval';
import { Turn } from '../../store/state/Turn';
import type { WithStore, WithTarget } from '../Engine';
import { readCycle } from './readCycle';

/**
 * The pace at which a cycle's planner or closer reads GoTo. None of its own lanes has work then, so that every slot is free,
 * unless removals that an admin has approved are made beside another cycle: then it reads as a guest of the other's lanes (I11).
 * @param cycleId of the cycle that reads
 */
export async function readersPacer({ store, pacing }: WithStore & WithTarget, cycleId: string): Promise<Pacer> {
  const rows = await store.job.read();
  const others = [Turn.of(rows)?.cycleId, AwaitedApproval.of(rows)?.cycleId].filter((id) => id !== cycleId);
  for (const id of others) {
    const other = id === undefined ? undefined : await readCycle({ store }, id);
    const mayWrite = other !== undefined && ('unreadable' in other || !FINAL_STATES.has(other.cycle.state));
    if (mayWrite) return pacing.guest;
  }
  return pacing.planner;
}
