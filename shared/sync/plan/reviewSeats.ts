import { messageOf } from '../../telemetry/Telemetry';
import { STAGE } from '../../model/Chunk';
import type { Cycle } from '../../model/Cycle';
import type { PlanEntry } from '../../model/PlanEntry';
import { addDemand, allotSeats, judgeSeats, type SeatDemand } from '../../rules/seats';
import type { CyclePlace } from '../cycle/CyclePlace';
import { readersPacer } from '../cycle/readersPacer';
import type { WithClock, WithSettings, WithStore, WithTarget, WithTelemetry } from '../Engine';
import { removalsInDay } from '../job/removalsInDay';

/** How old (ms) counts of seats may be: a plan that waited for an approval counts anew. */
const SEATS_AGE_MS = 15 * 60_000;

/**
 * Before the lanes begin: are there seats for everybody the cycle gives a licence? One request, and only if it gives any.
 * They are given in turn; who cannot get one is parked without asking GoTo for each, and the admin is told. Where none is
 * left at all, a full cycle lets the lanes ask once all the same: the count is a reading of GoTo's fields, and must not
 * keep people waiting for ever if it is wrong.
 */
export async function reviewSeats(
  engine: WithTarget & WithStore & WithClock & WithSettings & WithTelemetry,
  place: CyclePlace,
): Promise<void> {
  const { cycle } = place;
  if (!Object.values(cycle.cursor.seats).some(({ asked }) => asked > 0)) return;
  const demand = await withoutWaiting(engine, cycle);
  let judged;
  try {
    // What a full cycle read when it began is good: nothing was written since.
    const since = Math.max(Date.parse(cycle.startedAt), engine.clock.now() - SEATS_AGE_MS);
    const licenses = await engine.accounts.licenses({ pacer: await readersPacer(engine, cycle.id) }, since);
    judged = judgeSeats(licenses, demand, engine.seatsWarning);
  } catch (error) {
    // Not known is not "none": the lanes find out.
    engine.telemetry.warn('seats.unknown', { cycleId: cycle.id, message: messageOf(error) });
    return;
  }
  for (const warning of judged.warnings) place.warn(warning);
  if (judged.warnings.length > 0) engine.telemetry.warn('seats.short', { cycleId: cycle.id, waiting: judged.waiting });
  const free = new Map([...judged.short].filter(([, seats]) => seats > 0 || cycle.mode === 'incremental'));
  if (cycle.dryRun || free.size === 0) return;
  const entries: PlanEntry[] = [];
  for await (const { state, entry } of engine.store.plans.rows(cycle.id, STAGE.changes))
    if (state === 'open') entries.push(entry);
  for (const [licenseKeys, upTo] of allotSeats(entries, free))
    await engine.store.plans.noteShortage(cycle.id, licenseKeys, upTo);
}

/** What the rows recorded ask for and set free, without the seats of removals that wait, or would, or are not made. */
async function withoutWaiting(
  engine: WithStore & WithClock & WithSettings,
  { id, cursor, dryRun }: Cycle,
): Promise<Record<string, SeatDemand>> {
  const demand = { ...cursor.seats };
  const kept = dryRun ? await wouldWait(engine, id) : await notLetGo(engine, id, cursor);
  for (const entry of kept) {
    for (const [key, { freed }] of Object.entries(addDemand({}, [entry]))) {
      const sum = demand[key];
      if (sum !== undefined) demand[key] = { ...sum, freed: sum.freed - freed };
    }
  }
  return demand;
}

async function notLetGo({ store }: WithStore, id: string, { chunks }: Cycle['cursor']): Promise<PlanEntry[]> {
  const entries: PlanEntry[] = [];
  if (!Object.keys(chunks).some((key) => key.startsWith(`${STAGE.removals}-`))) return entries;
  for await (const { state, entry } of store.plans.rows(id, STAGE.removals)) if (state !== 'open') entries.push(entry);
  return entries;
}

/** Removals of a dry run that somebody would be asked about first. */
async function wouldWait(engine: WithStore & WithClock & WithSettings, id: string): Promise<readonly PlanEntry[]> {
  const removals: PlanEntry[] = [];
  for await (const { entry } of engine.store.plans.rows(id))
    if (entry.removal && entry.action !== 'delete') removals.push(entry);
  const { wanted, allowed } = await removalsInDay(
    engine,
    removals.map((entry) => entry.sourceId),
  );
  return wanted > allowed ? removals : [];
}
