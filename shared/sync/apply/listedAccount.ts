import type { Account } from '../../model/Account';
import type { ManagedPerson } from '../../model/ManagedPerson';
import type { PlanEntry } from '../../model/PlanEntry';

/**
 * The account as listed in this cycle, where that is enough: a creation (GoTo keeps addresses unique) and a mere tie.
 * Every write to an account that is there looks at it first.
 */
export function listedAccount(entry: PlanEntry, person: ManagedPerson): Account | 'absent' | undefined {
  if (person.link !== null || person.wroteAt > 0) return undefined;
  if (entry.observed === 'absent' && entry.action === 'create') return 'absent';
  const isTie = entry.action === 'link' && Object.keys(entry.after ?? {}).length === 0;
  return isTie && typeof entry.observed === 'object' && entry.observed !== null ? entry.observed : undefined;
}
