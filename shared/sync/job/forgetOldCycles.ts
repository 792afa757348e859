import { isoTime } from '../../model/Clock';
import { newCycleId } from '../../model/Cycle';
import type { WithClock, WithQueue, WithSettings, WithStore } from '../Engine';

const DAY_MS = 86_400_000;
/** Cycles deleted at once: the rest goes with the next nights. */
const MAX_CYCLES = 2_000;

/** Deletes cycles, their plans and log entries, what was kept beside them, and dead letters, beyond LOG_RETENTION_DAYS. */
export async function forgetOldCycles(engine: WithStore & WithClock & WithSettings & WithQueue): Promise<void> {
  const { store, clock, logRetentionDays, deadLetters } = engine;
  const before = clock.now() - logRetentionDays * DAY_MS;
  let count = 0;
  for await (const cycleId of store.cycles.olderThan(newCycleId(before, ''))) {
    if ((count += 1) > MAX_CYCLES) break;
    // By their keys: a row that nobody can read any more must not keep the history for ever.
    for (const id of await store.plans.recorded(cycleId)) await store.people.forgetLog(id, cycleId);
    await store.listed.forget(cycleId);
    await store.plans.delete(cycleId);
    await store.cycles.delete(cycleId);
  }
  await store.unreadable.forgetBefore(isoTime(before));
  await store.idempotency.forgetBefore(isoTime(before));
  await deadLetters.forgetBefore(before);
}
