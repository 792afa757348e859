/**
 * Handles the one kind of message that planner and closer know: "go on with this cycle". The head says where it stands.
 *
 * Upholds I13 and I14: whatever is thrown, the cycle goes on later or ends with a sentence that names the cause.
 */
import { FINAL_STATES, noCalls, noTally, type Cycle } from '../model/Cycle';
import { ConnectorError } from '../model/ConnectorError';
import type { JobMessage, Outgoing } from '../queue/messages';
import type { StoredCycle } from '../store/PlansTable';
import { countCallsInto } from '../telemetry/callCounter';
import { messageOf } from '../telemetry/Telemetry';
import { closeStage } from './close/closeStage';
import type { Engine } from './Engine';
import { planSlices } from './plan/planSlices';
import { stageMessages } from './cycle/chunkMessage';
import { CyclePlace, PlaceLost } from './cycle/CyclePlace';
import { failCycle } from './cycle/failCycle';
import { giveBirth } from './cycle/giveBirth';
import { isStoppedByAdmin } from './cycle/isStoppedByAdmin';
import { jobMessage } from './cycle/jobMessage';
import { startCycle } from './cycle/startCycle';
import { rejectStaged } from './plan/guard/rejectStaged';
import { resync } from './plan/resync';

/** Tries of one slice before the cycle fails, as long as they count. */
const MAX_ATTEMPTS = 5;
/** Deliveries after which an unexpected exception ends the cycle instead of being thrown to the host again. */
const MAX_DELIVERIES = 3;
/** A message that comes this early was not meant to: its twin is on the way. Clocks differ by less. */
const EARLY_MS = 5_000;

/** @param deliveryCount of the message, 1 at first. @returns what to send */
export async function advanceCycle(
  engine: Engine,
  message: JobMessage,
  deliveryCount: number,
): Promise<readonly Outgoing[]> {
  const { store, clock } = engine;
  const stored = await readHead(engine, message, deliveryCount);
  if (stored === 'unreadable') return [];
  if (stored === undefined) return birthOrNothing(engine, message);
  const { cycle } = stored;
  if (FINAL_STATES.has(cycle.state)) {
    await store.turn.free(cycle.id);
    return [];
  }
  if (message.n < cycle.sends) return [...(await unsentChunks(engine, cycle)), jobMessage(cycle)];
  if (clock.now() < cycle.dueAt - EARLY_MS) return [];

  const place = new CyclePlace(store.plans, cycle, stored.etag);
  const calls = noCalls();
  let outgoing: readonly Outgoing[];
  try {
    outgoing = await countCallsInto(calls, () =>
      step(engine, place, () => place.count({ ...noTally(), calls: taken(calls) })),
    );
  } catch (error) {
    place.count({ ...noTally(), calls: taken(calls) });
    outgoing = await onFault(engine, place, error, message, deliveryCount);
  }
  await goOn(engine, place.cycle);
  return outgoing;
}

/**
 * An admin stopped the cycle, and may have started the job again since; or the few people of an attempt have proven that GoTo
 * works again: what was left waits for no timer.
 */
async function goOn(engine: Engine, { state, error, isProbe }: Cycle): Promise<void> {
  if (!FINAL_STATES.has(state) || !(isStoppedByAdmin(error) || (isProbe && error === null))) return;
  await startCycle(engine, { mode: 'incremental', trigger: 'http' });
}

/** A head that no delivery can read: the message ends, and the next start gives the cycle up. */
async function readHead(
  { store, telemetry }: Engine,
  { cycleId }: JobMessage,
  deliveryCount: number,
): Promise<StoredCycle | 'unreadable' | undefined> {
  try {
    return await store.plans.cycle(cycleId);
  } catch (error) {
    if (error instanceof ConnectorError || deliveryCount < MAX_DELIVERIES) throw error;
    telemetry.error('cycle.exception', { cycleId, message: messageOf(error), deliveryCount });
    return 'unreadable';
  }
}

/** What was counted so far, and not yet stored. */
function taken(calls: ReturnType<typeof noCalls>): ReturnType<typeof noCalls> {
  const now = { ...calls };
  Object.assign(calls, noCalls());
  return now;
}

async function step(engine: Engine, place: CyclePlace, countCalls: () => void): Promise<readonly Outgoing[]> {
  switch (place.cycle.state) {
    case 'queued':
    case 'planning':
    case 'approving':
      return planSlices(engine, place, countCalls);
    case 'applying':
    case 'closing':
      return closeStage(engine, place, countCalls);
    case 'rejecting':
      return rejectStaged(engine, place);
    default:
      // A state of another release: not final, so the deadline ends it (docs/protocol.md 6).
      if (engine.clock.now() < place.cycle.deadlineAt)
        return later(place, engine.clock.now() + engine.timing.longestPollMs);
      return failCycle(engine, place, {
        code: 'CycleDeadline',
        message: 'The cycle is in a state that this release does not know.',
      });
  }
}

/** A cycle without head: its starter died, or it ended long ago. */
async function birthOrNothing(engine: Engine, message: JobMessage): Promise<readonly Outgoing[]> {
  const turn = await engine.store.turn.current();
  if (turn?.cycleId !== message.cycleId || turn.cycle === null) return [];
  const listed = await engine.store.cycles.get(message.cycleId);
  if (listed !== undefined && listed.final !== null) {
    await engine.store.turn.free(message.cycleId);
    return [];
  }
  await giveBirth(engine, turn.cycle);
  return [];
}

/** The holder before may have died between storing its number and sending: the chunks' ids drop what was sent. */
async function unsentChunks(engine: Engine, cycle: Cycle): Promise<readonly Outgoing[]> {
  if (cycle.state !== 'applying') return [];
  return stageMessages(engine, cycle.id, cycle.stage);
}

async function later(place: CyclePlace, dueAt: number): Promise<readonly Outgoing[]> {
  await place.save({ sends: place.cycle.sends + 1, dueAt });
  return [jobMessage(place.cycle)];
}

async function onFault(
  engine: Engine,
  place: CyclePlace,
  error: unknown,
  message: JobMessage,
  deliveryCount: number,
): Promise<readonly Outgoing[]> {
  const { clock, timing, telemetry } = engine;
  const { cycle } = place;
  if (error instanceof PlaceLost) {
    const now = await engine.store.plans.cycle(cycle.id);
    if (now === undefined || FINAL_STATES.has(now.cycle.state)) return [];
    // It may have been this holder, whose answer was lost and who asked again: then nobody else sends what was stored,
    // and a repeat under the present message's own id would be dropped (docs/protocol.md R27).
    const again = now.cycle.sends === message.n ? { again: `:l${deliveryCount}` } : {};
    return [...(await unsentChunks(engine, now.cycle)), { ...jobMessage(now.cycle), ...again }];
  }
  if (!(error instanceof ConnectorError)) {
    telemetry.error('cycle.exception', { cycleId: cycle.id, message: messageOf(error), deliveryCount });
    if (deliveryCount < MAX_DELIVERIES) throw error;
    return failCycle(engine, place, {
      code: 'InternalError',
      message: `An unexpected fault inside the connector ended the cycle: ${messageOf(error)}. The next cycle goes on; report it if it stays.`,
    });
  }
  if (error.code === 'ResyncRequired' && (cycle.state === 'queued' || cycle.state === 'planning'))
    return resync(engine, place);
  const isDemanded = error.code === 'TooManyRequests' && error.retryAfterMs !== undefined;
  const attempts = cycle.cursor.attempts + (isDemanded ? 0 : 1);
  if (error.repeatable && attempts < MAX_ATTEMPTS) {
    const wait = isDemanded ? (error.retryAfterMs ?? 0) : timing.retryMs * 2 ** cycle.cursor.attempts;
    telemetry.warn('cycle.waits', { cycleId: cycle.id, code: error.code, waitMs: Math.round(wait) });
    place.move({ cursor: { ...cycle.cursor, attempts } });
    return later(place, clock.now() + wait);
  }
  return failCycle(engine, place, { code: error.code, message: error.message });
}
