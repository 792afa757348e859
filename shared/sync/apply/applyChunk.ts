/**
 * One chunk of a lane: up to 25 people, each ending in exactly one outcome; one failing person delays nobody else (I16).
 *
 * Upholds I14: rows end together with their chunk's counts, under the chunk's etag (docs/protocol.md 3.3, R6).
 */
import { inParallel } from '../../concurrency/inParallel';
import { addTallies, FINAL_STATES } from '../../model/Cycle';
import type { Chunk } from '../../model/Chunk';
import type { ChunkMessage, Outgoing } from '../../queue/messages';
import { messageOf } from '../../telemetry/Telemetry';
import { chunkMessage } from '../cycle/chunkMessage';
import { peopleAtOnce } from '../cycle/slots';
import { stopCycle } from '../cycle/stopCycle';
import type { Engine } from '../Engine';
import { ApplyContext } from './ApplyContext';
import { handleRow, handleTogether, type Handled } from './handleRow';
import { batchesOf } from '../cycle/batchesOf';
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
    const [row] = batch;
    if (row !== undefined && batch.length === 1) handled.push(await handleRow(context, row));
    else handled.push(...(await handleTogether(context, batch)));
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
