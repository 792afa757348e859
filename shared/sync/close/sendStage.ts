import type { Cycle } from '../../model/Cycle';
import type { Outgoing } from '../../queue/messages';
import { chunkMessage } from '../apply/applyChunk';
import type { CyclePlace } from '../cycle/CyclePlace';
import { jobMessage } from '../cycle/jobMessage';
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
    sends: place.cycle.sends + 1,
    dueAt: clock.now() + timing.closePollMs,
  });
  const chunks = await store.plans.chunks(place.cycle.id, stage);
  return [
    ...chunks.filter((chunk) => chunk.done < chunk.rows).map((chunk) => chunkMessage(place.cycle.id, chunk)),
    jobMessage(place.cycle),
  ];
}
