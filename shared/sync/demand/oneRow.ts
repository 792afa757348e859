/**
 * A cycle of one row, without a turn: born, recorded and ended by the request itself. Whatever dies in between is ended
 * by the closer, whose message left before anything was stored.
 */
import { noTally, type Cycle, type Tally } from '../../model/Cycle';
import type { Chunk } from '../../model/Chunk';
import { ConnectorError } from '../../model/ConnectorError';
import type { PlanEntry } from '../../model/PlanEntry';
import { settle } from '../../queue/settle';
import type { PlanRow, StoredChunk } from '../../store/PlansTable';
import { messageOf } from '../../telemetry/Telemetry';
import { closeStage } from '../close/closeStage';
import { CyclePlace, PlaceLost } from '../cycle/CyclePlace';
import { jobMessage } from '../cycle/jobMessage';
import { newCycle } from '../cycle/newCycle';
import type { Engine } from '../Engine';

/** When the closer comes for what a request could not end, in ms; its deadline lies before. */
const CLOSER_MS = 60_000;
const DEADLINE_MS = 45_000;

const KEY = { stage: 2, lane: 0, chunk: 0 } as const;

/** The cycle of a request, not stored yet. */
export function demandCycle(engine: Engine, mappingVersion: string, dryRun: boolean): Cycle {
  const now = engine.clock.now();
  return newCycle(
    engine,
    { mode: 'onDemand', trigger: 'http', mappingVersion },
    {
      dryRun,
      state: 'applying',
      stage: KEY.stage,
      stageSince: now,
      lanes: 1,
      applyingSince: new Date(now).toISOString(),
      dueAt: now + CLOSER_MS,
      deadlineAt: now + DEADLINE_MS,
    },
  );
}

/** The closer's message first: a head that nobody comes for would never end. */
export async function bear({ store, sender }: Engine, cycle: Cycle): Promise<void> {
  await settle(sender, [jobMessage(cycle)]);
  await store.plans.begin(cycle);
  await store.cycles.begin(cycle);
}

/** The row that is about to be handled. @param attempts tries that failed before */
export const openRow = (entry: PlanEntry, attempts: number): PlanRow => ({
  ...KEY,
  entry,
  state: 'open',
  nextAttemptAt: 0,
  attempts,
  result: null,
});

/**
 * Stores the row before it is handled, the first time with its chunk; again, when the person was read again.
 * @throws PlaceLost when the closer came meanwhile
 */
export async function record({ store }: Engine, cycle: Cycle, row: PlanRow): Promise<StoredChunk> {
  const stored = await store.plans.cycle(cycle.id);
  if (stored?.cycle.state !== 'applying' || stored.cycle.stopping !== null) throw new PlaceLost();
  const known = await store.plans.chunk(cycle.id, KEY);
  const chunk: Chunk = { ...KEY, rows: 1, done: 0, tally: noTally(), sends: 1, dueAt: cycle.dueAt, movedAt: 0 };
  const chunks = known === undefined ? [chunk] : [];
  await new CyclePlace(store.plans, stored.cycle, stored.etag).record({ expected: 1 }, [row], chunks);
  const recorded = known ?? (await store.plans.chunk(cycle.id, KEY));
  if (recorded === undefined) throw new PlaceLost();
  return recorded;
}

/** Ends the row with its counts, and closes the cycle as far as that goes now; what is left the closer does. */
export async function end(
  engine: Engine,
  cycleId: string,
  { etag, ...chunk }: StoredChunk,
  row: PlanRow,
  tally: Tally,
): Promise<void> {
  const { store, clock, sender, telemetry } = engine;
  try {
    const ended: Chunk = { ...chunk, done: 1, tally, movedAt: clock.now() };
    if ((await store.plans.endChunk(cycleId, ended, etag, [row])) === undefined) return;
    const stored = await store.plans.cycle(cycleId);
    if (stored === undefined) return;
    const place = new CyclePlace(store.plans, stored.cycle, stored.etag);
    await settle(sender, await closeStage(engine, place, () => undefined));
  } catch (error) {
    // The person's row says what happened: the closer, when it comes, ends the cycle by that.
    if (!(error instanceof ConnectorError) && !(error instanceof PlaceLost)) throw error;
    telemetry.warn('demand.closesLater', { cycleId, message: messageOf(error) });
  }
}
