import type { Cycle } from '../../model/Cycle';
import type { WithQueue, WithStore } from '../Engine';
import { jobMessage } from './jobMessage';

/** Head, list entry and first message of a cycle whose turn is taken; whoever finds the turn may repeat it (R25). */
export async function giveBirth(engine: WithStore & WithQueue, cycle: Cycle): Promise<void> {
  await engine.store.cycles.put(cycle, null);
  await engine.store.plans.begin(cycle);
  await engine.sender.send([jobMessage(cycle)]);
}
