/**
 * The door of a stored plan: whom it names is read and judged anew, and only what still holds is done; the rest is refused
 * one by one with the reason (docs/protocol.md 3.7). The plan's own rows are never changed.
 */
import { inParallel } from '../../../concurrency/inParallel';
import { isoTime } from '../../../model/Clock';
import { ConnectorError } from '../../../model/ConnectorError';
import { logEntry } from '../../../model/LogEntry';
import { planEntry, type PlanEntry } from '../../../model/PlanEntry';
import { REASONS } from '../../../model/Reason';
import { rowKeyOf } from '../../../store/PlansTable';
import type { StoredMark } from '../../../store/DirtyTable';
import type { Someone, SourceJudged } from '../../../store/PeopleTable';
import type { CyclePlace } from '../../cycle/CyclePlace';
import type { Engine } from '../../Engine';
import type { PlanContext } from '../PlanContext';
import type { Slice } from '../Slice';
import { gather } from './gather';
import { judgeUndo } from './judgeLog';
import { recallLinks } from './recallLinks';
import { judgeOne, recordJudged, remember, unrecorded, type Judged } from './recordPeople';

const PARALLEL_READS = 32;

/** @throws ConnectorError PlanTaken when another cycle applies the plan */
export const judgeStored: Slice = async (context, place) => {
  const { store, timing } = context.engine;
  const { cursor, from, id } = place.cycle;
  if (from === null) return 'next';
  await takePlan(context.engine, from.cycleId, id);
  const page = await store.plans.rowsPage(from.cycleId, timing.peoplePerSlice, cursor.link ?? undefined);
  const planned = new Map(
    page.rows
      .filter((row) => row.state === 'planned' && row.entry.kind === 'user')
      .map(({ entry }) => [entry.sourceId, entry] as const),
  );
  const judged =
    from.mode === 'revert' ? await undone(context, place, from.of, planned) : await again(context, place, planned);
  const checked = judged.map((one) =>
    checkedBy(planned.get(one.entry.sourceId), one, id, isoTime(context.engine.clock.now())),
  );
  // Said before it is recorded, like every skip.
  await store.people.putJudged(
    from.mode === 'revert' ? wantedBack(checked) : new Map(),
    checked.flatMap((one) => one.news ?? []),
  );
  await recordJudged(context, place, checked);
  const last = page.isLast ? undefined : page.rows.at(-1);
  place.move({ cursor: { ...place.cycle.cursor, link: last === undefined ? null : rowKeyOf(last), isPartial: false } });
  return last === undefined ? 'next' : 'stay';
};

/** From here on the plan is this cycle's, whatever becomes of it: nobody applies it twice. */
async function takePlan({ store }: Engine, planId: string, cycleId: string): Promise<void> {
  const stored = await store.plans.cycle(planId);
  const isFree = stored?.cycle.state === 'planned' && stored.cycle.appliedBy === null;
  const isOurs =
    stored?.cycle.appliedBy === cycleId ||
    (isFree && (await store.plans.put({ ...stored.cycle, appliedBy: cycleId }, stored.etag)) !== undefined);
  const listed = await store.cycles.get(planId);
  if (isOurs && listed !== undefined && listed.final !== null && listed.cycle.appliedBy !== cycleId)
    await store.cycles.put({ ...listed.cycle, appliedBy: cycleId }, listed.final);
  if (isOurs) return;
  throw new ConnectorError('Another cycle applies this plan, or it is gone. Make a new plan.', {
    code: 'PlanTaken',
    sent: false,
    repeatable: false,
    scope: 'job',
  });
}

async function again(
  context: PlanContext,
  place: CyclePlace,
  planned: ReadonlyMap<string, PlanEntry>,
): Promise<readonly Judged[]> {
  const { store } = context.engine;
  const marks = new Map<string, StoredMark>();
  const people: Someone[] = [];
  await inParallel([...planned.keys()], PARALLEL_READS, async (id) => {
    // The mark is read before the facts that answer it (docs/protocol.md R3).
    const mark = await store.dirty.get(id);
    if (mark !== undefined) marks.set(id, mark);
    people.push(await store.people.someone(id));
  });
  const hasList = place.cycle.from?.mode === 'initial' || place.cycle.from?.mode === 'full';
  const gathered = await gather(
    context,
    {
      cycleId: place.cycle.id,
      sourceAt: place.cycle.cursor.sourceAt,
      accounts: hasList ? await context.accounts() : undefined,
      isOfPlan: true,
    },
    people,
    marks,
  );
  const known = await recallLinks(context, place, await unrecorded(context, place, gathered));
  const judged = known.map((one) => judgeOne(context, place.cycle, one));
  await remember(
    context,
    place,
    judged.map((one) => ({ ...one, news: null })),
  );
  return judged;
}

async function undone(
  context: PlanContext,
  place: CyclePlace,
  undoneCycleId: string | null,
  planned: ReadonlyMap<string, PlanEntry>,
): Promise<readonly Judged[]> {
  if (undoneCycleId === null) return [];
  return unrecorded(context, place, await judgeUndo(context, place, undoneCycleId, [...planned.keys()]));
}

/** To which addresses an undo brings people back: who exchanges theirs with whom is seen from it. */
function wantedBack(judged: readonly Judged[]): ReadonlyMap<string, SourceJudged> {
  const wanted = new Map<string, SourceJudged>();
  for (const { entry, isOpen, someone } of judged) {
    if (!isOpen || entry.desired.kind !== 'active') continue;
    const { via, within, inUseAt, skipLogged } = someone.facts;
    const { email } = entry.desired.attributes;
    wanted.set(entry.sourceId, { via, within, inUseAt, skipLogged, wants: 'active', wantedEmail: email });
  }
  return wanted;
}

/** The same action, target and values as planned; else refused, saying what is to be done today instead. */
function checkedBy(plan: PlanEntry | undefined, one: Judged, cycleId: string, at: string): Judged {
  if (plan === undefined || (one.isOpen && one.entry.hash === plan.hash)) return { ...one, news: null };
  const today = one.isOpen
    ? `it would be ${one.entry.action} with other values or another account`
    : 'nothing is to be done';
  const refused = `The plan says ${plan.action}; today ${today}: ${REASONS[one.entry.reason]} A new plan shows it.`;
  const entry = planEntry({ ...one.entry, action: 'none', reason: 'PlanEntryRefused', removal: false, drops: [] });
  const news = logEntry({
    cycleId,
    sourceId: entry.sourceId,
    displayName: entry.displayName,
    targetId: entry.targetId,
    status: 'skipped',
    action: 'none',
    reason: 'PlanEntryRefused',
    errorCode: 'PlanEntryRefused',
    errorMessage: refused,
    at,
  });
  return { ...one, entry, isOpen: false, calls: 0, news, refused };
}
