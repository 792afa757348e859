/**
 * User groups that the undone cycle made, renamed or deleted, judged when its people are: a group is deleted once they have
 * left it, and only if nobody else is in it (docs/protocol.md 3.7).
 */
import type { Account } from '../../../model/Account';
import { STAGE } from '../../../model/Chunk';
import { isShell } from '../../../rules/isShell';
import { undoGroups as judged } from '../../../rules/undoGroups';
import type { CyclePlace } from '../../cycle/CyclePlace';
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
  const rows = judged({
    writes,
    managed: await engine.store.groups.all(),
    listed: await context.gotoGroups(),
    others: await othersIn(context, place),
    factsAt,
    hold: await holdAfter(context, undoneId),
  });
  const [open, ended] = [true, false].map((isOpen) => rows.flatMap((row) => (row.isOpen === isOpen ? row.entry : [])));
  // Who came while the group was away is in none yet.
  const back = (open ?? []).filter(({ action }) => action === 'create').map(({ sourceId }) => sourceId);
  await engine.store.dirty.mark(await peopleBelow(context, back), factsAt, 'group released');
  await recordGroupRows(context, place, { open: open ?? [], ended: ended ?? [] }, ({ action }) =>
    action === 'create' ? STAGE.groups : STAGE.undoneGroups,
  );
  return 'next';
};

/** Who will be in each group when the rows of this undo are done; accounts that are mere shells do not count. */
async function othersIn({ engine }: PlanContext, { cycle }: CyclePlace): Promise<ReadonlyMap<string, number>> {
  const leaving = new Set<string>();
  for await (const { entry, state } of engine.store.plans.rows(cycle.id)) {
    const isLeaving = entry.desired.kind === 'inactive' || typeof entry.after?.['groupKey'] === 'string';
    if (entry.kind === 'user' && state !== 'ended' && isLeaving && entry.targetId !== null) leaving.add(entry.targetId);
  }
  const others = new Map<string, number>();
  const isOther = (account: Account): boolean => !leaving.has(account.key) && !isShell(account);
  for await (const account of engine.store.listed.read(cycle.id))
    if (account.groupKey !== null && isOther(account))
      others.set(account.groupKey, (others.get(account.groupKey) ?? 0) + 1);
  return others;
}
