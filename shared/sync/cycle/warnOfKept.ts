import type { Reason } from '../../model/Reason';
import type { WithStore } from '../Engine';
import type { CyclePlace } from './CyclePlace';

const UNTOUCHED: ReadonlySet<Reason> = new Set(['TargetIsAdministrator', 'TargetIsTokenOwner']);

/** Whether the cycle met an account that it must not touch. */
export const hasUntouched = (skippedByReason: Readonly<Record<string, number>>): boolean =>
  [...UNTOUCHED].some((reason) => (skippedByReason[reason] ?? 0) > 0);

/** People who left and keep their access, as the connector never takes an administrator's or its own (I07): said by name. */
export async function warnOfKept({ store }: WithStore, place: CyclePlace): Promise<void> {
  const names: string[] = [];
  for await (const { result, entry } of store.plans.rows(place.cycle.id)) {
    const reason = result?.entries.at(-1)?.reason ?? entry.reason;
    if (entry.desired.kind === 'inactive' && UNTOUCHED.has(reason)) names.push(entry.displayName);
  }
  if (names.length > 0)
    place.warn(
      `${names.join(', ')} left and is an administrator in GoTo, or the one by whom the connector signs in: the connector takes nothing from them. ` +
        'Authorize it as somebody else where needed, and take their access in GoTo.',
    );
}
