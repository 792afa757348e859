/**
 * One chunk of a lane: up to 25 people, each ending in exactly one outcome; one failing person delays nobody else (I16).
 *
 * Upholds I14: rows end together with their chunk's counts, under the chunk's etag (docs/protocol.md 3.3, R6).
 */
import { inParallel } from '../../concurrency/inParallel';
import { addTallies, FINAL_STATES, noCalls, noTally, type Tally } from '../../model/Cycle';
import type { Chunk } from '../../model/Chunk';
import type { Outcome } from '../../model/Outcome';
import type { ChunkMessage, Outgoing } from '../../queue/messages';
import type { PlanRow } from '../../store/PlansTable';
import { countCallsInto } from '../../telemetry/callCounter';
import { messageOf } from '../../telemetry/Telemetry';
import { chunkMessage } from '../cycle/chunkMessage';
import { peopleAtOnce } from '../cycle/slots';
import { stopCycle } from '../cycle/stopCycle';
import type { Engine } from '../Engine';
import { ApplyContext } from './ApplyContext';
import { batchesOf } from '../cycle/batchesOf';
import { createTogether } from './createTogether';
import { endFailed } from './endFailed';
import { handlePerson } from './handlePerson';
import { lastWord } from './lastWord';
import { outcomeOf } from './outcomeOf';
import { tallyOf } from './tallyOf';
import { wakeCloser } from './wakeCloser';

/** Deliveries after which an exception that nobody expected stops the cycle instead of being thrown again. */
const MAX_DELIVERIES = 3;

/** @param deliveryCount of the message, 1 at first. @returns what to send */
export async function applyChunk(
  engine: Engine,
  message: ChunkMessage,
  deliveryCount: number,
): Promise<readonly Outgoing[]> {
  try {
    return await applyRows(engine, message);
  } catch (error) {
    engine.telemetry.error('chunk.exception', {
      cycleId: message.cycleId,
      lane: message.lane,
      message: messageOf(error),
      deliveryCount,
    });
    if (deliveryCount < MAX_DELIVERIES) throw error;
    // The closer ends what this lane cannot (docs/protocol.md 5).
    await stopCycle(engine, message.cycleId, {
      code: 'InternalError',
      message: `An unexpected fault inside the connector stopped the cycle: ${messageOf(error)}. The next cycle goes on.`,
    });
    return [];
  }
}

async function applyRows(engine: Engine, message: ChunkMessage): Promise<readonly Outgoing[]> {
  const { store, clock, pacing } = engine;
  const { cycleId, stage, lane, n } = message;
  const [stored, chunk, rows] = await Promise.all([
    store.plans.cycle(cycleId),
    store.plans.chunk(cycleId, message),
    store.plans.rowsOf(cycleId, message),
  ]);
  if (stored === undefined || chunk === undefined || chunk.done >= chunk.rows) return [];
  if (FINAL_STATES.has(stored.cycle.state)) return [];
  if (n < chunk.sends) return [chunkMessage(cycleId, chunk)];

  const context = new ApplyContext(engine, stored.cycle, { pacer: pacing.lane(lane, stored.cycle.lanes) });
  const due = rows.filter((row) => row.state === 'open' && row.nextAttemptAt <= clock.now());
  const handled: Handled[] = [];
  await inParallel(batchesOf(due, engine.createBatchSize), peopleAtOnce(engine, stored.cycle.lanes), async (batch) => {
    handled.push(...(await handleRows(context, batch)));
  });

  const next = new Map(handled.map((one) => [one.row.entry.sourceId, one.row]));
  const after = rows.map((row) => next.get(row.entry.sourceId) ?? row);
  const open = after.filter((row) => row.state === 'open');
  const ended: Chunk = {
    stage,
    lane,
    chunk: chunk.chunk,
    rows: chunk.rows,
    done: chunk.done + handled.filter((one) => one.row.state === 'ended').length,
    tally: handled.reduce((sum, one) => addTallies(sum, one.tally), chunk.tally),
    sends: open.length > 0 ? chunk.sends + 1 : chunk.sends,
    dueAt: open.length > 0 ? Math.min(...open.map((row) => row.nextAttemptAt)) : chunk.dueAt,
    movedAt: clock.now(),
  };
  const etag = await store.plans.endChunk(
    cycleId,
    ended,
    chunk.etag,
    handled.map((one) => one.row),
  );
  if (etag === undefined) {
    // Another holder was faster; what happened to the people stands on their rows.
    const now = await store.plans.chunk(cycleId, message);
    return now === undefined || now.done >= now.rows ? [] : [chunkMessage(cycleId, now)];
  }
  if (open.length > 0) return [chunkMessage(cycleId, ended)];
  return wakeCloser(engine, stored.cycle, ended);
}

interface Handled {
  readonly row: PlanRow;
  readonly tally: Tally;
}

/** People whose accounts are created with one request, or one alone. */
async function handleRows(context: ApplyContext, rows: readonly PlanRow[]): Promise<readonly Handled[]> {
  const startedAt = context.engine.clock.now();
  const calls = noCalls();
  const handled = await countCallsInto(calls, async () => {
    const targets = rows.map(({ entry, attempts }) => ({ entry, attempts }));
    const [only] = targets;
    const settled =
      only !== undefined && targets.length === 1
        ? await Promise.allSettled([handlePerson(context, only)])
        : await createTogether(context, targets);
    return Promise.all(
      rows.map(async (row, index) => {
        const one = settled[index];
        const outcome = one?.status === 'fulfilled' ? one.value : outcomeOfError(context, one?.reason, row.attempts);
        return endRow(context, row, await failFor(context, row, outcome, startedAt), startedAt);
      }),
    );
  });
  // What they asked for together is counted once.
  return handled.map((one, index) =>
    index === 0 ? { ...one, tally: addTallies(one.tally, { ...noTally(), calls }) } : one,
  );
}

const outcomeOfError = ({ engine }: ApplyContext, error: unknown, attempts: number): Outcome =>
  outcomeOf(error, attempts, engine.clock.now(), engine.timing.retryMs);

/** Writes the end of whoever cannot go on. */
async function failFor(context: ApplyContext, row: PlanRow, outcome: Outcome, startedAt: number): Promise<Outcome> {
  const failure = await lastWord(context, outcome, row.attempts);
  if (failure.kind === 'ended' || failure.kind === 'retryAfter') return failure;
  if (failure.kind === 'stop') await stopCycle(context.engine, context.cycleId, failure);
  return endFailed(context, row.entry, failure, startedAt);
}

/** What becomes of a row, and what it counts for. */
function endRow({ engine, cycleId }: ApplyContext, row: PlanRow, outcome: Outcome, startedAt: number): Handled {
  const { clock, telemetry, timing } = engine;
  const { entry } = row;
  const tally = noTally();
  const fields = { cycleId, sourceId: entry.sourceId, attempt: row.attempts };
  if (outcome.kind !== 'ended') {
    if (outcome.kind !== 'retryAfter') return { row: { ...row, nextAttemptAt: clock.now() + timing.retryMs }, tally };
    telemetry.info('change.retried', {
      ...fields,
      waitMs: Math.round(outcome.at - clock.now()),
      reason: outcome.code,
    });
    const attempts = row.attempts + (outcome.countsAsAttempt ? 1 : 0);
    return { row: { ...row, attempts, nextAttemptAt: outcome.at }, tally };
  }
  const { result } = outcome;
  for (const one of result.entries)
    telemetry.info('change.applied', {
      ...fields,
      action: one.action,
      status: one.status,
      reason: one.reason,
      ms: clock.now() - startedAt,
    });
  if (result.outcome === 'failed' || result.outcome === 'parked')
    telemetry.error('change.failed', { ...fields, code: result.code, message: result.message });
  return {
    row: { ...row, state: 'ended', result },
    tally: addTallies(tally, tallyOf(result, entry.reason)),
  };
}
