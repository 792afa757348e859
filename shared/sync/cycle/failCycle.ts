import { FINAL_STATES } from '../../model/Cycle';
import type { Outgoing } from '../../queue/messages';
import type { Engine } from '../Engine';
import { jobMessage } from './jobMessage';
import type { CyclePlace } from './CyclePlace';
import { finishCycle } from './finishCycle';

/**
 * Ends a cycle that cannot go on. Failing means doing nothing: what did not come to its end is still marked. While it
 * planned, it ends at once; rows that lanes hold are ended first, as not tried.
 */
export async function failCycle(
  engine: Engine,
  place: CyclePlace,
  error: { readonly code: string; readonly message: string },
): Promise<readonly Outgoing[]> {
  const { cycle } = place;
  if (FINAL_STATES.has(cycle.state)) return [];
  // Part of what was approved may be the lanes' already, also where somebody has stopped the cycle.
  if (cycle.state === 'approving' || (cycle.state === 'applying' && cycle.stopping === null)) {
    const dueAt = engine.clock.now();
    await place.save({
      state: 'applying',
      stage: cycle.state === 'approving' ? cycle.stagedStage : cycle.stage,
      stopping: cycle.stopping ?? error,
      sends: cycle.sends + 1,
      dueAt,
      cursor: { ...cycle.cursor, attempts: 0 },
    });
    return [jobMessage(place.cycle)];
  }
  // Rows of a plan that never went to a lane are nobody's work; whom they name is still marked.
  place.move(cycle.state === 'queued' || cycle.state === 'planning' ? { error, expected: 0 } : { error });
  await finishCycle(engine, place);
  return [];
}
