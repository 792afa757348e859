import type { Cycle } from '../../../model/Cycle';
import { isMove, type PlanEntry } from '../../../model/PlanEntry';
import type { PlanRow } from '../../../store/PlansTable';

/** What is done to user groups, beside the names of what is done to people. */
const OF_GROUPS: Readonly<Partial<Record<PlanEntry['action'], string>>> = {
  create: 'createGroup',
  link: 'linkGroup',
  update: 'renameGroup',
  delete: 'deleteGroup',
  recover: 'recoverGroup',
};

/**
 * What a plan does, by kind, further rows added. Whoever comes into another user group counts as `moveToGroup` too, beside
 * what else is done to the person.
 */
export function totalsWith({ totals }: Cycle, rows: readonly PlanRow[]): Cycle['totals'] {
  const next = { ...totals };
  const add = (kind: string): void => void (next[kind] = (next[kind] ?? 0) + 1);
  for (const { entry } of rows) {
    add(entry.kind === 'group' ? (OF_GROUPS[entry.action] ?? entry.action) : entry.action);
    if (isMove(entry)) add('moveToGroup');
  }
  return next;
}
