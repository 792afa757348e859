/**
 * What an admin approved goes to the lanes, and each person is judged again first, by what Entra says now: who came back
 * drops out, and nobody loses more than was approved (docs/protocol.md 3.6). Right before the write the lane looks once
 * more (R18).
 */
import { inParallel } from '../../../concurrency/inParallel';
import { newChunk } from '../../../model/Chunk';
import { countSkip, noTally } from '../../../model/Cycle';
import { OF_LISTS } from '../../../rules/absences';
import { approvedList } from '../../../rules/certifyList';
import { judge } from '../../../rules/judge';
import type { PlanEntry } from '../../../model/PlanEntry';
import type { StoredMark } from '../../../store/DirtyTable';
import type { Someone } from '../../../store/PeopleTable';
import type { PlanRow } from '../../../store/PlansTable';
import type { CyclePlace } from '../../cycle/CyclePlace';
import type { PlanContext } from '../PlanContext';
import { gather } from '../record/gather';
import { judgeUndo } from '../record/judgeLog';
import type { Slice } from '../Slice';
import { stagedChunks } from './stagedChunks';

const PARALLEL_READS = 16;

/** One chunk a transaction; a slice is so many people. */
export const releaseApproved: Slice = async (context, place) => {
  const { engine } = context;
  await context.readApp();
  let people = 0;
  for await (const rows of stagedChunks(engine, place.cycle)) {
    const [first] = rows;
    if (first === undefined) continue;
    if (people >= engine.timing.peoplePerSlice) return 'stay';
    people += rows.length;
    if (rows.some(isOfLists) && context.certificate !== undefined)
      await context.certify(approvedList(context.certificate, Date.parse(place.cycle.startedAt)));
    const judged = await judgeAgain(context, place, rows);
    const dropped = judged.filter((row) => row.state === 'ended').length;
    const tally = noTally();
    for (let count = 0; count < dropped; count += 1) countSkip(tally, 'CameBack');
    const own = noTally();
    own.counts.staged = -rows.length;
    place.count(own);
    const chunk = { ...newChunk(first, rows.length, engine.clock.now()), done: dropped, tally };
    const { cycle } = place;
    await place.record({ expected: cycle.expected + rows.length, staged: cycle.staged - rows.length }, judged, [chunk]);
  }
  return 'next';
};

const isOfLists = ({ entry: { desired } }: PlanRow): boolean =>
  desired.kind === 'inactive' && OF_LISTS.has(desired.reason);

async function judgeAgain(context: PlanContext, place: CyclePlace, rows: readonly PlanRow[]): Promise<PlanRow[]> {
  const { from } = place.cycle;
  const today =
    from?.mode === 'revert' && from.of !== null
      ? await undoneToday(context, place, from.of, rows)
      : await wantedToday(context, place, rows);
  return rows.map((row) => released(row, today.get(row.entry.sourceId)));
}

/** What undoes the cycle, by what GoTo and the log show now. */
async function undoneToday(
  context: PlanContext,
  place: CyclePlace,
  undoneCycleId: string,
  rows: readonly PlanRow[],
): Promise<ReadonlyMap<string, PlanEntry>> {
  const ids = rows.map(({ entry }) => entry.sourceId);
  const judged = await judgeUndo(context, place, undoneCycleId, ids);
  return new Map(judged.map(({ entry }) => [entry.sourceId, entry]));
}

/** What Entra says of them now. Who cannot be judged is left out. */
async function wantedToday(
  context: PlanContext,
  place: CyclePlace,
  rows: readonly PlanRow[],
): Promise<ReadonlyMap<string, PlanEntry>> {
  const { engine } = context;
  const people: Someone[] = [];
  const marks = new Map<string, StoredMark>();
  await inParallel(rows, PARALLEL_READS, async ({ entry }) => {
    const mark = await engine.store.dirty.get(entry.sourceId);
    if (mark !== undefined) marks.set(entry.sourceId, mark);
    people.push(await engine.store.people.someone(entry.sourceId));
  });
  // Under a name of its own: what the cycle read when it planned is old.
  const input = { cycleId: `${place.cycle.id}-approved`, sourceAt: engine.clock.now(), accounts: undefined };
  const gathered = await gather(context, input, people, marks);
  return new Map(
    gathered
      .filter(({ someone }) => someone.managed !== 'unreadable')
      .map(({ someone, facts }) => [
        someone.sourceId,
        judge(facts(), {
          policy: context.policy,
          entitlements: context.entitlements,
          isFull: false,
          absenceConfirmationMs: engine.timing.graphLagMs,
          // The admin has decided about it.
          isListCertified: true,
          isListDoubted: false,
          nowMs: engine.clock.now(),
        }).entry,
      ]),
  );
}

function released(row: PlanRow, now: PlanEntry | undefined): PlanRow {
  const isSame = now?.removal === true && now.action === row.entry.action && now.targetId === row.entry.targetId;
  if (isSame) return { ...row, state: 'open', entry: { ...now, hash: row.entry.hash } };
  return {
    ...row,
    state: 'ended',
    result: {
      outcome: 'superseded',
      code: null,
      message: 'When the removal was approved, it was no longer to be made.',
      entries: [],
    },
  };
}
