/**
 * More removals than may go: are they true? Each person whom only the lists show without access is asked about by another
 * question (R18). Whom Entra shows with access keeps it, told by name, and is looked at again; the others are counted anew.
 */
import { inParallel } from '../../../concurrency/inParallel';
import { isoTime } from '../../../model/Clock';
import { logEntry, type LogEntry } from '../../../model/LogEntry';
import type { PlanEntry } from '../../../model/PlanEntry';
import type { PlanRow } from '../../../store/PlansTable';
import { OF_LISTS } from '../../../rules/absences';
import type { CyclePlace } from '../../cycle/CyclePlace';
import { contradictsAbsence } from '../../job/contradictsAbsence';
import type { PlanContext } from '../PlanContext';
import { endInPlan } from './endInPlan';

/** People who are asked about in one cycle. Of more than that a list that lied about one of them is believed about none. */
const MOST_ASKED = 500;
const PARALLEL_CHECKS = 8;

/** @param waiting people whose removal stands in a plan that waits: they were asked about. @returns the rows that stay removals */
export async function withoutRefuted(
  context: PlanContext,
  place: CyclePlace,
  rows: readonly PlanRow[],
  waiting: ReadonlySet<string>,
): Promise<PlanRow[]> {
  const { engine } = context;
  const app = Promise.resolve({ id: context.app.id, entitlements: context.entitlements });
  const asker = { engine, app: () => app, mapping: () => Promise.resolve(context.policy.mapping) };
  const ofLists = rows.filter(({ entry }) => isOfLists(entry) && !waiting.has(entry.sourceId));
  const asked = ofLists.slice(0, MOST_ASKED);
  const refuted = new Set<string>();
  await inParallel(asked, PARALLEL_CHECKS, async ({ entry }) => {
    if (await contradictsAbsence(asker, entry)) refuted.add(entry.sourceId);
  });
  if (refuted.size > 0) for (const { entry } of ofLists.slice(MOST_ASKED)) refuted.add(entry.sourceId);
  const doubted = rows.filter((row) => refuted.has(row.entry.sourceId));
  const news = doubted.map(({ entry }) => newsOf(entry, place.cycle.id, isoTime(engine.clock.now())));
  await engine.store.people.putJudged(new Map(), news);
  const said = new Map(news.map((entry) => [entry.sourceId, entry]));
  await endInPlan(place, doubted, ({ entry }) => ({
    outcome: 'doubt',
    code: null,
    message: null,
    entries: [said.get(entry.sourceId) ?? []].flat(),
  }));
  if (doubted.length > 0)
    engine.telemetry.warn('removals.refuted', { cycleId: place.cycle.id, people: doubted.length });
  return rows.filter((row) => !refuted.has(row.entry.sourceId));
}

const isOfLists = ({ desired }: PlanEntry): boolean => desired.kind === 'inactive' && OF_LISTS.has(desired.reason);

const newsOf = (entry: PlanEntry, cycleId: string, at: string): LogEntry =>
  logEntry({
    cycleId,
    sourceId: entry.sourceId,
    displayName: entry.displayName,
    targetId: entry.targetId,
    at,
    status: 'skipped',
    action: 'none',
    reason: 'AbsenceDoubted',
  });
