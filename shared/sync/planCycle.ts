/**
 * The planner: reads the source, writes what should be, queues what to change. One bounded slice a message; it goes on
 * by sending itself a continuation, so ten people and a hundred thousand take the same way.
 *
 * Upholds I04: the watermark's links are taken before the reads and stored after every change found is durable and
 * every message was accepted. Upholds I05: lists are used only when complete.
 */
import { isoTime } from '../model/Clock';
import { ConnectorError } from '../model/ConnectorError';
import { FINAL_STATES, noTally, type Cycle, type Tally } from '../model/Cycle';
import { done, parked, type Outcome } from '../model/Outcome';
import type { JobMessage } from '../queue/messages';
import type { Engine } from './Engine';
import { finishCycle } from './finishCycle';
import { dispatch } from './plan/dispatch';
import { readChanges } from './plan/readChanges';
import { evaluateAffected, evaluateEverybody } from './plan/evaluate';
import { readDirectUsers, readGroups, readSource } from './plan/readSource';
import { readTarget } from './plan/readTarget';
import { outcomeOf } from './outcomeOf';
import { firstCursor, readCursor, type PlanCursor } from './PlanCursor';
import { withMapping } from './withMapping';

/** What a slice leaves behind: its place, its counts, and what it adds to the cycle's record. */
export interface SliceResult {
  readonly cursor: Partial<PlanCursor>;
  readonly tally?: Tally;
  readonly warnings?: readonly string[];
  /** All was planned and sent: the closer takes over. */
  readonly finished?: { readonly expected: number };
}

export type Slice = (engine: Engine, cycle: Cycle, cursor: PlanCursor) => Promise<SliceResult>;

const SLICES: Readonly<Partial<Record<PlanCursor['phase'], Slice>>> = {
  source: readSource,
  groups: readGroups,
  direct: readDirectUsers,
  target: readTarget,
  people: evaluateEverybody,
  changes: readChanges,
  affected: evaluateAffected,
  dispatch,
};

export async function planCycle(engine: Engine, message: JobMessage): Promise<Outcome> {
  const { clock, cycles, queue, telemetry, timing } = engine;
  const stored = await cycles.get(message.cycleId);
  if (stored === undefined) return parked('UnknownCycle');
  const cycle = stored.cycle;
  const cursor = readCursor(stored.cursor);
  const slice = SLICES[cursor.phase];
  if (FINAL_STATES.has(cycle.state)) return done;
  if (slice === undefined) {
    // The planner died between its last record and its last message. The broker drops the second of two.
    await queue.sendJob({ kind: 'close', cycleId: cycle.id, step: 0 }, timing.closePollMs);
    return done;
  }

  const requestsBefore = engine.entra.graph.requests;
  try {
    const result = await slice(await withMapping(engine, cursor.mappingVersion), cycle, cursor);
    const tally = result.tally ?? noTally();
    tally.calls.graph += engine.entra.graph.requests - requestsBefore;
    await engine.log.putTally(cycle.id, `plan-${String(cursor.step).padStart(5, '0')}`, tally);
    telemetry.info('cycle.sliceDone', {
      cycleId: cycle.id,
      phase: cursor.phase,
      index: cursor.index,
      graphCalls: tally.calls.graph,
    });
    const next: PlanCursor = {
      ...cursor,
      attempts: 0,
      ...result.cursor,
      step: cursor.step + 1,
      seenAt: isoTime(clock.now()),
    };
    const planned: Cycle = { ...cycle, state: 'planning', warnings: [...cycle.warnings, ...(result.warnings ?? [])] };
    if (result.finished === undefined) {
      await cycles.put(planned, next);
      await queue.sendJob({ kind: 'plan', cycleId: cycle.id, step: next.step });
    } else if (result.finished.expected === 0) {
      await finishCycle(engine, { ...planned, expected: 0 }, next);
    } else {
      const applyingSince = isoTime(clock.now());
      telemetry.info('cycle.planned', { cycleId: cycle.id, changes: result.finished.expected });
      await cycles.put(
        { ...planned, state: 'applying', expected: result.finished.expected, applyingSince },
        { ...next, phase: 'close', doneSince: applyingSince },
      );
      await queue.sendJob({ kind: 'close', cycleId: cycle.id, step: 0 }, timing.closePollMs);
    }
    return done;
  } catch (error) {
    return onFault(engine, cycle, cursor, error);
  }
}

async function onFault(engine: Engine, cycle: Cycle, cursor: PlanCursor, error: unknown): Promise<Outcome> {
  const { clock, cycles, queue, telemetry, timing } = engine;
  if (error instanceof ConnectorError && error.code === 'ResyncRequired') {
    // Graph forgot the delta link: a full read follows by itself, in the same cycle (S6).
    telemetry.warn('graph.watermarkLost', { cycleId: cycle.id });
    const next = { ...firstCursor('full', clock.now(), cursor.mappingVersion), step: cursor.step + 1 };
    await cycles.put({ ...cycle, mode: 'full', state: 'planning' }, next);
    await queue.sendJob({ kind: 'plan', cycleId: cycle.id, step: next.step });
    return done;
  }
  const outcome = outcomeOf(error, cursor.attempts, timing.retryMs, clock.now() - Date.parse(cycle.startedAt));
  if (outcome.kind === 'retryAfter') {
    await cycles.put(cycle, { ...cursor, attempts: cursor.attempts + 1, seenAt: isoTime(clock.now()) });
    await queue.sendJob({ kind: 'plan', cycleId: cycle.id, step: cursor.step }, outcome.ms, `:r${cursor.attempts + 1}`);
    return done;
  }
  const text = error instanceof Error ? error.message : String(error);
  await finishCycle(engine, { ...cycle, error: text }, cursor);
  return outcome;
}
