import { isoTime } from '../../model/Clock';
import type { CycleState } from '../../model/Cycle';
import type { WithClock, WithStore, WithTelemetry } from '../Engine';
import { readCycle } from './readCycle';

/**
 * A plan that waits for approval comes to its end. Approve, reject and supersede race on one etag: exactly one wins
 * (docs/protocol.md R19).
 * @returns false when it does not wait any more
 */
export async function endWaiting(
  { store, telemetry, clock }: WithStore & WithTelemetry & WithClock,
  cycleId: string,
  state: Extract<CycleState, 'superseded'>,
): Promise<boolean> {
  const stored = await readCycle({ store }, cycleId);
  if (stored !== undefined && 'unreadable' in stored) {
    const message = `The plan that waited for approval cannot be read by this release; a younger one takes its place: ${stored.unreadable}`;
    telemetry.error('cycle.givenUp', { cycleId, code: 'UnreadableRow', message });
    await store.awaited.clear(cycleId);
    return true;
  }
  if (stored?.cycle.state !== 'awaitingApproval') {
    // The history went before the decision came, or a crash left the row behind.
    if (stored === undefined || stored.cycle.state === state) await store.awaited.clear(cycleId);
    return stored === undefined || stored.cycle.state === state;
  }
  const ended = { ...stored.cycle, state, endedAt: isoTime(clock.now()) };
  if ((await store.plans.put(ended, stored.etag)) === undefined) return false;
  const listed = await store.cycles.get(cycleId);
  if (listed !== undefined && listed.final !== null) await store.cycles.put(ended, listed.final);
  await store.awaited.clear(cycleId);
  telemetry.warn('removals.superseded', { cycleId, staged: ended.staged });
  return true;
}
