import { inParallel } from '../../concurrency/inParallel';
import { isoTime } from '../../model/Clock';
import { newCycleId } from '../../model/Cycle';
import type { WithClock, WithQueue, WithSettings, WithStore } from '../Engine';

const DAY_MS = 86_400_000;
/** Rows deleted together, and people whose log is deleted at once. */
const ROWS = 500;
const PARALLEL = 16;

/**
 * Deletes cycles, their plans and log entries, what was kept beside them, and dead letters, beyond LOG_RETENTION_DAYS. It
 * works for as long as a slice of the planner, whatever there is: the cycle that ends with it waits, and so does every other.
 * The rest goes with the next nights.
 */
export async function forgetOldCycles(engine: WithStore & WithClock & WithSettings & WithQueue): Promise<void> {
  const { store, clock, logRetentionDays, deadLetters, timing } = engine;
  const now = clock.now();
  const before = now - logRetentionDays * DAY_MS;
  for await (const cycleId of store.cycles.olderThan(newCycleId(before, ''))) {
    if (!(await forgetCycle(engine, cycleId, now + timing.sliceMs))) break;
  }
  await store.unreadable.forgetBefore(isoTime(before));
  await store.idempotency.forgetBefore(isoTime(before));
  await deadLetters.forgetBefore(before);
}

/** @param until when (ms) it stops. @returns false when something is left: a row goes when nothing is left of what it names */
async function forgetCycle({ store, clock }: WithStore & WithClock, cycleId: string, until: number): Promise<boolean> {
  for (;;) {
    if (clock.now() >= until) return false;
    // By their keys: a row that nobody can read any more must not keep the history for ever.
    const rows = await store.plans.firstRows(cycleId, ROWS);
    if (rows.length === 0) break;
    await inParallel(rows, PARALLEL, ({ sourceId }) => store.people.forgetLog(sourceId, cycleId));
    await store.plans.deleteRows(cycleId, rows);
  }
  await store.listed.forget(cycleId);
  await store.plans.delete(cycleId);
  await store.cycles.delete(cycleId);
  return true;
}
