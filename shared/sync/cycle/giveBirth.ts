import type { Cycle } from '../../model/Cycle';
import type { WithQueue, WithStore } from '../Engine';
import { jobMessage } from './jobMessage';

/** Head, list entry and first message of a cycle whose turn is taken; whoever finds the turn may repeat it (R25). */
export async function giveBirth(engine: WithStore & WithQueue, cycle: Cycle): Promise<void> {
  // Inserted, not replaced: a starter that stalled must not call into life again what came to its end meanwhile.
  if (!(await engine.store.cycles.begin(cycle))) {
    const listed = await engine.store.cycles.get(cycle.id);
    if (listed !== undefined && listed.final !== null) return;
  }
  await engine.store.plans.begin(cycle);
  await engine.sender.send([jobMessage(cycle)]);
}
