/** Ends a cycle: final state, statistics, and the turn goes to the next one. Doing it twice changes nothing. */
import { isoTime } from '../model/Clock';
import type { Cycle } from '../model/Cycle';
import type { Engine } from './Engine';
import type { PlanCursor } from './PlanCursor';

export async function finishCycle(engine: Engine, cycle: Cycle, cursor: PlanCursor): Promise<void> {
  const { clock, cycles, log, state, telemetry } = engine;
  const total = await log.total(cycle.id);
  const error = cycle.error ?? (await state.stopReason(cycle.id)) ?? null;
  const escrowed = total.counts.failed + total.counts.parked;
  const endedAt = isoTime(clock.now());
  const finished: Cycle = {
    ...cycle,
    state: error !== null ? 'failed' : escrowed > 0 ? 'succeededWithErrors' : 'succeeded',
    endedAt,
    error,
  };
  await cycles.put(finished, { ...cursor, seenAt: endedAt });
  await state.putExecution({
    cycleId: cycle.id,
    mode: cycle.mode,
    state: error !== null ? 'Failed' : escrowed > 0 ? 'EntryLevelErrors' : 'Succeeded',
    timeBegan: cycle.startedAt,
    timeEnded: endedAt,
    countExported: total.done - escrowed,
    countEscrowed: escrowed,
    error,
  });
  await state.deleteAccounts(cycle.id);
  await state.deleteAffected(cycle.id);
  await state.clearStop(cycle.id);
  await state.end(cycle.id);
  const fields = {
    cycleId: cycle.id,
    mode: cycle.mode,
    state: finished.state,
    ms: clock.now() - Date.parse(cycle.startedAt),
    ...total.counts,
    graphCalls: total.calls.graph,
    gotoReads: total.calls.gotoReads,
    gotoWrites: total.calls.gotoWrites,
    throttled: total.calls.throttled,
    error,
  };
  if (error === null) telemetry.info('cycle.finished', fields);
  else telemetry.error('cycle.failed', fields);
}
