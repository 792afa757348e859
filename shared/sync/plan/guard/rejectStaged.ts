/**
 * Ends a rejected plan: everybody it would have removed keeps what they have until they are wanted again, or an admin
 * releases them. Holds first, then the final state, so that a crash repeats it (docs/protocol.md 3.6).
 */
import { isoTime } from '../../../model/Clock';
import { noTally } from '../../../model/Cycle';
import type { Outgoing } from '../../../queue/messages';
import type { CyclePlace } from '../../cycle/CyclePlace';
import { jobMessage } from '../../cycle/jobMessage';
import type { Engine } from '../../Engine';
import { stagedChunks } from './stagedChunks';

const LOST_ROW_WAIT_MS = 1_000;

/** @returns what to send: nothing, or the next try where somebody's row was being changed */
export async function rejectStaged(engine: Engine, place: CyclePlace): Promise<readonly Outgoing[]> {
  const { store, clock, telemetry } = engine;
  const { cycle } = place;
  for await (const rows of stagedChunks(engine, cycle)) {
    for (const { entry } of rows) {
      const { person, etag } = await store.people.get(entry.sourceId);
      if (person.hold !== null) continue;
      if ((await store.people.change(entry.sourceId, { ...person, hold: 'rejected' }, etag)) !== undefined) continue;
      await place.save({ sends: cycle.sends + 1, dueAt: clock.now() + LOST_ROW_WAIT_MS });
      return [jobMessage(place.cycle)];
    }
  }
  const listed = await store.cycles.get(cycle.id);
  const own = noTally();
  own.counts.staged = -cycle.staged;
  place.count(own);
  const ended = { ...place.cycle, state: 'rejected', staged: 0, endedAt: isoTime(clock.now()) } as const;
  if (listed !== undefined && listed.final !== null) {
    const { done, tally } = listed.final;
    await store.cycles.put(ended, { done, tally: { ...tally, counts: { ...tally.counts, staged: 0 } } });
  }
  await store.awaited.clear(cycle.id);
  await place.save(ended);
  telemetry.warn('removals.rejected', { cycleId: cycle.id, staged: cycle.staged });
  return [];
}
