/**
 * One person at once, in the request that asks for it, with the same prepare → commit as the lanes and serial with them by
 * the person's row. It needs no turn, and deletes no mark (docs/protocol.md 3.7, R16, R17).
 */
import type { Caller } from '../../goto/GotoClient';
import { addTallies, noCalls, noTally, type Cycle } from '../../model/Cycle';
import type { LogEntry } from '../../model/LogEntry';
import type { PlanResult } from '../../model/PlanEntry';
import { countCallsInto } from '../../telemetry/callCounter';
import { ApplyContext } from '../apply/ApplyContext';
import { handleRow } from '../apply/handleRow';
import type { Engine } from '../Engine';
import { reserveRemovals } from '../job/reserveRemovals';
import { PlanContext } from '../plan/PlanContext';
import { judgedOf } from '../plan/record/recordPeople';
import { judgeNow, type Judged } from './judgeNow';
import { bear, demandCycle, end, openRow, record } from './oneRow';

/** A request is answered by then, in ms: gateways and people wait no longer. */
const BUDGET_MS = 25_000;
/** How long somebody else's write is waited for, and how often it is looked at, in ms. */
const PATIENCE_MS = 8_000;
const LOOK_MS = 1_000;

/** What became of a request. */
export interface Provisioned {
  /** Null for a dry run, which stores nothing. */
  readonly cycleId: string | null;
  readonly judged: Judged;
  readonly context: PlanContext;
  /** How it ended; null for a dry run, and while it goes on. */
  readonly result: PlanResult | null;
  /** What was written for the person, though the row has not ended. */
  readonly written: readonly LogEntry[];
  /** Why it goes on behind the answer: the next cycle ends it. */
  readonly waits: { readonly code: string; readonly message: string } | null;
}

/** Neither Entra nor the connector knows the person. */
export class UnknownPerson extends Error {}

/** Somebody else is at work on the person: nothing was done. */
export class BeingChanged extends Error {}

/** A deletion always waits for an admin's approval (I06): nothing was done. */
export class DeletionDue extends Error {}

/** The removal would pass the limit (I06): nothing was done. */
export class NeedsApproval extends Error {
  constructor(readonly limit: { readonly wanted: number; readonly allowed: number }) {
    super(`${limit.wanted} people would lose access within 24 hours, ${limit.allowed} may.`);
  }
}

/**
 * @param dryRun judge, and do nothing else
 * @throws UnknownPerson; BeingChanged; NeedsApproval; DeletionDue; ConnectorError of Graph, GoTo or the tables before anything was written
 */
export async function provisionOnDemand(engine: Engine, sourceId: string, dryRun: boolean): Promise<Provisioned> {
  const until = engine.clock.now() + BUDGET_MS;
  const cycle = demandCycle(engine, await engine.store.schemas.activeVersion(), dryRun);
  const context = await PlanContext.open(dryRun ? { ...engine, store: engine.store.dry() } : engine, cycle);
  context.checkAccount();
  const caller: Caller = { pacer: engine.pacing.guest };
  const who = { sourceId, cycleId: cycle.id };
  if (dryRun) {
    const judged = known(await judgeNow(context, who, caller));
    return { cycleId: null, judged, context, result: null, written: [], waits: null };
  }
  await waitForOthers(engine, sourceId);
  const calls = noCalls();
  return countCallsInto(calls, async () => {
    const judged = known(await judgeNow(context, who, caller));
    await reserve(engine, cycle.id, judged);
    await context.keepAccount();
    await bear(engine, cycle);
    return handle({ context, cycle, caller, calls, until }, judged);
  });
}

/** @throws UnknownPerson */
function known(judged: Judged): Judged {
  const { someone, read } = judged.read;
  const isStored = someone.hasFacts || someone.managed === 'unreadable' || someone.managed.etag !== null;
  if (read.deleted === 'hard' && !isStored) throw new UnknownPerson();
  return judged;
}

/** An intent that lives is the lease of whoever holds it. @throws BeingChanged */
async function waitForOthers({ store, clock }: Engine, sourceId: string): Promise<void> {
  const until = clock.now() + PATIENCE_MS;
  for (;;) {
    const { managed } = await store.people.someone(sourceId);
    if (managed === 'unreadable' || managed.person.pending === null) return;
    const { deadAt, kind } = managed.person.pending;
    if (kind === 'transfer' || clock.now() >= deadAt) return;
    if (clock.now() + LOOK_MS > until) throw new BeingChanged();
    await clock.sleep(Math.min(LOOK_MS, deadAt - clock.now()));
  }
}

interface Work {
  readonly context: PlanContext;
  readonly cycle: Cycle;
  readonly caller: Caller;
  /** Of the whole request, counted in place. */
  readonly calls: ReturnType<typeof noCalls>;
  readonly until: number;
}

/** Marked, recorded, handled: until it has ended, or the request has to be answered. @throws BeingChanged */
async function handle({ context, cycle, caller, calls, until }: Work, first: Judged): Promise<Provisioned> {
  const { engine } = context;
  const { clock } = engine;
  let judged = first;
  let row = openRow(first.entry, 0);
  let tally = noTally();
  for (;;) {
    await mark(engine, judged);
    const chunk = await record(engine, cycle, row);
    const handled = await handleRow(new ApplyContext(engine, cycle, caller), row);
    tally = addTallies(tally, handled.tally);
    const { result } = handled.row;
    const answer = { cycleId: cycle.id, judged: first, context, result, written: [], waits: handled.waits };
    if (result !== null) {
      await end(engine, cycle.id, chunk, handled.row, { ...tally, calls });
      return answer;
    }
    const { nextAttemptAt, attempts } = handled.row;
    if (nextAttemptAt + LOOK_MS >= until) {
      return { ...answer, written: await writtenSoFar(engine, row.entry.sourceId, cycle.id) };
    }
    await clock.sleep(Math.max(0, nextAttemptAt - clock.now()));
    // What was read lives as long as a look: it is read again.
    judged = await judgeNow(context, { sourceId: row.entry.sourceId, cycleId: cycle.id }, caller);
    await reserve(engine, cycle.id, judged);
    row = openRow(judged.entry, attempts);
  }
}

/** Removals count against the limit through whichever door they come (docs/protocol.md R14). @throws NeedsApproval; DeletionDue */
async function reserve(engine: Engine, cycleId: string, { entry }: Judged): Promise<void> {
  if (entry.action === 'delete') throw new DeletionDue();
  if (!entry.removal) return;
  const reservation = await reserveRemovals(engine, cycleId, [entry.sourceId]);
  if (reservation.kind === 'over') throw new NeedsApproval(reservation);
}

/** Before anything is written, so that an intent without its end is some cycle's duty (docs/protocol.md R17). */
async function mark({ store }: Engine, { entry, isOpen, read }: Judged): Promise<void> {
  const { sourceId, absentSince } = entry;
  await store.dirty.mark([sourceId], entry.factsAt, 'on demand');
  await store.people.putRead(new Map([[sourceId, read.read]]));
  const via = read.grants.map((grant) => grant.via).filter((one) => one !== 'directory');
  const now = { via, within: read.within };
  await store.people.putJudged(new Map([[sourceId, judgedOf(entry, isOpen, now, read.someone)]]), []);
  if (absentSince === null || read.mark?.absentSince === absentSince) return;
  // An absence seen here is the first of the two reads that must agree (I05).
  const stored = await store.dirty.get(sourceId);
  if (stored === undefined) return;
  const { id, etag, ...plain } = stored;
  await store.dirty.keep([{ id, etag, mark: { ...plain, absentSince } }]);
}

/** Writes of this request. @throws BeingChanged when there are none, and another one's intent stands in the way */
async function writtenSoFar({ store }: Engine, sourceId: string, cycleId: string): Promise<readonly LogEntry[]> {
  const { pending, part } = (await store.people.get(sourceId)).person;
  if (part?.cycleId === cycleId) return part.entries;
  if (pending !== null && pending.cycleId !== cycleId) throw new BeingChanged();
  return [];
}
