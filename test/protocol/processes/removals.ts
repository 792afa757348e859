/** The removal guard of a plan: reserve within the limit, or stage all of them for approval (protocol.md 3.6). */
import { get, list, tx, update, upsert, type Steps } from '../calls';
import { keys, type PlanRow } from '../rows';
import { on } from '../settings';
import { reserve } from './reserve';

const isOpenRemoval = ({ state, removal }: PlanRow): boolean => state === 'open' && removal;

/** @returns the rows to record: removals open, staged, or left to the plan that waits already. */
export function* guardRemovals(cycle: string, rows: PlanRow[]): Steps<PlanRow[]> {
  const removals = rows.filter(isOpenRemoval).map(({ person }) => person);
  if (removals.length === 0 || (yield* reserve(removals))) return rows;
  const theirs = yield* standingElsewhere(cycle, removals);
  const left = rows.filter((row) => !(isOpenRemoval(row) && theirs.has(row.person)));
  const staged = left.map((row): PlanRow => (isOpenRemoval(row) ? { ...row, state: 'staged', stage: 9 } : row));
  if (staged.some(({ state }) => state === 'staged')) yield* tx(upsert(keys.await, { cycle }));
  return staged;
}

/** People whose removal stands in a plan that waits or was just approved; empty when that plan is superseded. */
function* standingElsewhere(cycle: string, removals: readonly string[]): Steps<ReadonlySet<string>> {
  const waits = (yield* get(keys.await)).value?.row;
  if (waits === undefined || waits.cycle === cycle) return new Set();
  const old = (yield* get(keys.head(waits.cycle))).value;
  if (old === null) return new Set();
  const stands = old.row.state === 'awaiting' || (old.row.state === 'applying' && old.row.stage === 9);
  if (!stands) return new Set();
  const theirs = new Set(
    (yield* list(keys.planRows(waits.cycle))).filter(({ row }) => row.removal).map(({ row }) => row.person as string),
  );
  if (removals.every((p) => theirs.has(p)) || old.row.state !== 'awaiting') return theirs;
  // on('approveCas'): approve, reject and supersede race on one etag (R19)
  const guard = on('approveCas') ? old.etag : undefined;
  const won = yield* tx(update(keys.head(waits.cycle), { ...old.row, state: 'superseded' }, guard));
  return won ? new Set() : theirs;
}
