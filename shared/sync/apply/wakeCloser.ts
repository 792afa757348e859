import type { Chunk } from '../../model/Chunk';
import type { Cycle } from '../../model/Cycle';
import type { Outgoing } from '../../queue/messages';
import { jobMessage } from '../cycle/jobMessage';
import type { WithClock, WithStore } from '../Engine';

/**
 * The lane that ends a stage's last chunk wakes the closer at once, under a new number; the message that was on its way
 * becomes an old one (docs/protocol.md R24). Losing the race to somebody else is harmless: the closer comes by itself.
 */
export async function wakeCloser(
  { store, clock }: WithStore & WithClock,
  cycle: Cycle,
  ended: Chunk,
): Promise<readonly Outgoing[]> {
  const chunksOfLane = cycle.cursor.chunks[`${ended.stage}-${ended.lane}`] ?? 0;
  // One that had to wait may end after those behind it.
  if (ended.sends === 1 && ended.chunk + 1 < chunksOfLane) return [];
  const chunks = await store.plans.chunks(cycle.id, ended.stage);
  if (chunks.some((chunk) => chunk.done < chunk.rows)) return [];
  const stored = await store.plans.cycle(cycle.id);
  if (stored?.cycle.state !== 'applying' || stored.cycle.stage !== ended.stage) return [];
  const next = { ...stored.cycle, sends: stored.cycle.sends + 1, dueAt: clock.now() };
  return (await store.plans.put(next, stored.etag)) === undefined ? [] : [jobMessage(next)];
}
