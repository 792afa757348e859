/**
 * User groups that the undone cycle made, renamed or deleted, judged when its people are: a group is deleted once they have
 * left it, and only if nobody else is in it (docs/protocol.md 3.7).
 */
import { STAGE } from '../../../model/Chunk';
import type { Cycle } from '../../../model/Cycle';
import type { PlanEntry } from '../../../model/PlanEntry';
import { undoGroups as judged } from '../../../rules/undoGroups';
import { usedGroups } from '../../../rules/usedGroups';
import type { PlanContext } from '../PlanContext';
import type { Slice } from '../Slice';
import { peopleBelow } from '../sources/movedGroups';
import { holdAfter } from './judgeLog';
import { recordGroupRows } from './recordGroupRows';

export const undoGroups: Slice = async (context, place) => {
  const { engine } = context;
  const { from } = place.cycle;
  // Of an apply, the plan was made from the cycle that is undone.
  const undoneId = place.cycle.mode === 'apply' ? from?.of : from?.cycleId;
  if (undoneId == null) return 'next';
  const writes = await context.groupWrites(undoneId);
  if (writes.length === 0) return 'next';
  const factsAt = engine.clock.now();
  const listed = await context.gotoGroups();
  const { id } = place.cycle;
  const rows = judged({
    writes,
    managed: await engine.store.groups.all(),
    listed,
    used: await usedGroups(listed, engine.store.listed.read(id), {
      leaving: await leaving(context, id),
      hasDevices: await engine.store.listed.hasDevices(id),
    }),
    factsAt,
    hold: await holdAfter(context, undoneId),
  });
  const isNow = nowOf(place.cycle);
  const of = (isOpen: boolean): PlanEntry[] =>
    rows.flatMap((row) => (row.isOpen === isOpen && isNow(row.entry) ? row.entry : []));
  const open = of(true);
  // Who came while the group was away is in none yet.
  const back = open.filter(({ action }) => action === 'create').map(({ sourceId }) => sourceId);
  await engine.store.dirty.mark(await peopleBelow(context, back), factsAt, 'group released');
  await recordGroupRows(context, place, { open, ended: of(false), isNow }, ({ action }) =>
    action === 'create' ? STAGE.groups : STAGE.undoneGroups,
  );
  return 'next';
};

/** While people wait for an approval they are in their groups: these are deleted behind it, and the rest is done before. */
function nowOf({ approvedAt, staged }: Cycle): (entry: Pick<PlanEntry, 'action'>) => boolean {
  if (approvedAt !== null) return ({ action }) => action === 'delete';
  return staged > 0 ? ({ action }) => action !== 'delete' : () => true;
}

/** Accounts that are in no group, or another one, when the rows of this undo are done. */
async function leaving({ engine }: PlanContext, cycleId: string): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for await (const { entry, state } of engine.store.plans.rows(cycleId)) {
    const isLeaving = entry.desired.kind === 'inactive' || typeof entry.after?.['groupKey'] === 'string';
    if (entry.kind === 'user' && state !== 'ended' && isLeaving && entry.targetId !== null) keys.add(entry.targetId);
  }
  return keys;
}
