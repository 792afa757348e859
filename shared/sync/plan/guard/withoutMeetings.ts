/**
 * Accounts that are due to be deleted: has any of them upcoming meetings? They would be lost with it (goto-api.md 2.8), so
 * it stays, and the log says why. Asked before an admin is, and once more right before the account goes.
 */
import { inParallel } from '../../../concurrency/inParallel';
import type { Caller } from '../../../goto/GotoClient';
import { isoTime } from '../../../model/Clock';
import { hash32 } from '../../../model/hash';
import { ConnectorError } from '../../../model/ConnectorError';
import { logEntry, type LogEntry } from '../../../model/LogEntry';
import type { PlanEntry, PlanResult } from '../../../model/PlanEntry';
import { meetingsInWords } from '../../../rules/meetingsInWords';
import type { PlanRow } from '../../../store/PlansTable';
import type { CyclePlace } from '../../cycle/CyclePlace';
import { readersPacer } from '../../cycle/readersPacer';
import type { Engine } from '../../Engine';
import { endInPlan } from './endInPlan';

/** Accounts that are looked at in one cycle: one call each. The others come with a later full cycle. */
const MOST_ASKED = 200;
const PARALLEL_READS = 4;

/** @param waiting people whose deletion stands in a plan that waits: they were asked about. @returns the rows that stay deletions */
export async function withoutMeetings(
  engine: Engine,
  place: CyclePlace,
  rows: readonly PlanRow[],
  waiting: ReadonlySet<string>,
): Promise<PlanRow[]> {
  // Another order each cycle: whoever always has meetings does not keep the others from their turn for ever.
  const turn = ({ entry }: PlanRow): number => hash32(`${place.cycle.id} ${entry.sourceId}`);
  const news = rows.filter(({ entry }) => !waiting.has(entry.sourceId)).sort((one, other) => turn(one) - turn(other));
  const kept = new Map<PlanRow, PlanResult>();
  const caller = { pacer: await readersPacer(engine, place.cycle.id) };
  for (const row of news.slice(MOST_ASKED)) kept.set(row, LATER);
  await inParallel(news.slice(0, MOST_ASKED), PARALLEL_READS, async (row) => {
    const why = await whyKept(engine, row.entry, { cycleId: place.cycle.id, caller });
    if (why !== null) kept.set(row, why);
  });
  await engine.store.people.putJudged(
    new Map(),
    [...kept.values()].flatMap(({ entries }) => entries),
  );
  await endInPlan(place, [...kept.keys()], (row) => kept.get(row) ?? LATER);
  return rows.filter((row) => !kept.has(row));
}

const LATER: PlanResult = { outcome: 'skip', code: null, message: null, entries: [] };

/** @throws ConnectorError of the connection: nobody can be asked about */
async function whyKept(
  engine: Engine,
  entry: PlanEntry,
  { cycleId, caller }: { readonly cycleId: string; readonly caller: Caller },
): Promise<PlanResult | null> {
  const at = isoTime(engine.clock.now());
  const own = (ending: Pick<LogEntry, 'status' | 'reason' | 'errorCode' | 'errorMessage'>): LogEntry =>
    logEntry({
      cycleId,
      sourceId: entry.sourceId,
      displayName: entry.displayName,
      targetId: entry.targetId,
      action: 'none',
      at,
      ...ending,
    });
  try {
    const meetings = await engine.accounts.upcomingMeetings(entry.targetId ?? '', caller);
    const message = meetingsInWords(meetings);
    if (message === null) return null;
    const said = own({
      status: 'skipped',
      reason: 'UpcomingMeetings',
      errorCode: 'UpcomingMeetings',
      errorMessage: message,
    });
    return { outcome: 'skip', code: null, message, entries: [said] };
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.scope !== 'object') throw error;
    const { code, message } = error;
    const said = own({ status: 'failure', reason: entry.reason, errorCode: code, errorMessage: message });
    return { outcome: 'failed', code, message, entries: [said] };
  }
}
