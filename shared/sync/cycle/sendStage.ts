import type { Cycle } from '../../model/Cycle';
import type { Outgoing } from '../../queue/messages';
import { stageMessages } from './chunkMessage';
import type { CyclePlace } from './CyclePlace';
import { jobMessage } from './jobMessage';
import type { WithClock, WithStore } from '../Engine';

/** Gives a stage to the lanes: stored first, then sent; who dies in between is followed by the next message of the job. */
export async function sendStage(
  { store, clock, timing }: WithStore & WithClock,
  place: CyclePlace,
  stage: number,
  change: Partial<Cycle> = {},
): Promise<readonly Outgoing[]> {
  await place.save({
    ...change,
    state: 'applying',
    stage,
    stageSince: clock.now(),
    sends: place.cycle.sends + 1,
    dueAt: clock.now() + timing.closePollMs,
  });
  return [...(await stageMessages({ store }, place.cycle.id, stage)), jobMessage(place.cycle)];
}
