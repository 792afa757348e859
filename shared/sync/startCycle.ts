/**
 * Starts a cycle: one at a time (the second gets the id of the first), and one that died between its messages is
 * taken up again. The record is durable before the message leaves: a crash between the two is healed by the next timer.
 */
import { randomUUID } from 'node:crypto';
import { isoTime } from '../model/Clock';
import { FINAL_STATES, newCycleId, startOfCycle, type Cycle, type CycleMode } from '../model/Cycle';
import type { Engine } from './Engine';
import { firstCursor, lastSignOfLife } from './PlanCursor';

export type Started =
  { readonly started: true; readonly cycle: Cycle } | { readonly started: false; readonly activeCycleId: string };

export interface StartRequest {
  readonly mode: 'incremental' | 'full';
  readonly trigger: 'timer' | 'http';
  /** Same key, same cycle: a repeated HTTP request or a timer that fired twice starts nothing new. */
  readonly idempotencyKey?: string | undefined;
  /** When another cycle runs, make the next one full instead of dropping the wish: the nightly one must not get lost. */
  readonly orNext?: boolean;
}

const MAPPING_CHANGED =
  'The mapping was changed, so everybody is evaluated anew. Who falls out of scope is disabled only after the next cycle agrees.';

export async function startCycle(engine: Engine, request: StartRequest): Promise<Started> {
  const { clock, cycles, queue, state, telemetry } = engine;
  if (request.idempotencyKey !== undefined) {
    const known = await state.idempotent(request.idempotencyKey);
    const cycle = known === undefined ? undefined : (await cycles.get(known))?.cycle;
    if (cycle !== undefined) return { started: true, cycle };
  }
  const id = newCycleId(clock.now(), randomUUID().slice(0, 8));
  let running = await state.begin(id);
  if (running !== undefined && (await freeOrResume(engine, running)) === 'freed') running = await state.begin(id);
  if (running !== undefined) {
    if (request.orNext === true && request.mode === 'full') await state.wantFull();
    telemetry.info('cycle.refused', { cycleId: running, trigger: request.trigger });
    return { started: false, activeCycleId: running };
  }
  const [watermark, mappingVersion] = [await state.watermark(), await engine.schemas.activeVersion()];
  // What was read for another mapping lacks attributes of this one, and everybody has to be looked at again.
  const isMappingNew = watermark !== undefined && watermark.mappingVersion !== mappingVersion;
  const isFull = (await state.takeFullWish()) || request.mode === 'full' || isMappingNew;
  const mode: CycleMode = watermark === undefined ? 'initial' : isFull ? 'full' : 'incremental';
  const cycle: Cycle = {
    id,
    mode,
    trigger: request.trigger,
    dryRun: false,
    state: 'queued',
    startedAt: isoTime(clock.now()),
    endedAt: null,
    expected: 0,
    applyingSince: null,
    warnings: isMappingNew ? [MAPPING_CHANGED] : [],
    error: null,
  };
  await cycles.put(cycle, firstCursor(mode, clock.now(), mappingVersion));
  if (request.idempotencyKey !== undefined) await state.rememberIdempotent(request.idempotencyKey, id);
  await queue.sendJob({ kind: 'plan', cycleId: id, step: 0 });
  telemetry.info('cycle.started', { cycleId: id, mode, trigger: request.trigger });
  return { started: true, cycle };
}

/**
 * A cycle whose messages were lost, or that died before its first one left, would hold its turn for ever. Sending its
 * message again is harmless: planner and closer continue from the stored cursor.
 */
async function freeOrResume(engine: Engine, cycleId: string): Promise<'freed' | 'running'> {
  const { clock, cycles, queue, state, telemetry, timing } = engine;
  const stored = await cycles.get(cycleId);
  if (stored === undefined || FINAL_STATES.has(stored.cycle.state)) {
    // It has ended, or it died before its first record: nothing runs under this id.
    if (stored === undefined && clock.now() - startOfCycle(cycleId) < timing.resumeAfterMs) return 'running';
    await state.end(cycleId);
    return 'freed';
  }
  if (clock.now() - lastSignOfLife(stored.cursor) < timing.resumeAfterMs) return 'running';
  const kind = stored.cycle.state === 'applying' || stored.cycle.state === 'closing' ? 'close' : 'plan';
  telemetry.warn('cycle.resumed', { cycleId, kind });
  await queue.sendJob({ kind, cycleId, step: 0 }, 0, `:resumed-${clock.now()}`);
  return 'running';
}
