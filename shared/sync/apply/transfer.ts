/**
 * Creations that GoTo took, or refused for their address, and does not show: looked for until its lag is over, then parked,
 * and never posted again, as each one would send another invitation (docs/protocol.md 6).
 */
import { intentSchema, type Intent } from '../../model/Intent';
import type { PlanEntry } from '../../model/PlanEntry';
import type { StoredPerson } from '../../store/PeopleTable';
import type { WithClock, WithTarget } from '../Engine';
import type { ApplyContext } from './ApplyContext';
import type { Committed } from './commit';
import { isDecided } from './isDecided';
import type { Draft } from './prepare';

const transferOf = (
  { accounts, clock, timing }: WithClock & WithTarget,
  intent: Omit<Intent, 'kind' | 'deadAt' | 'accountKey'>,
): Intent => ({
  ...intent,
  accountKey: accounts.accountKey,
  kind: 'transfer',
  deadAt: clock.now() + timing.gotoLagMs,
});

/**
 * GoTo says the address exists, in a form that names no account (goto-api.md 2.6): an account that is there is taken by the
 * next round, else a transfer waits.
 */
export async function afterAnswerWithoutKey(
  { engine, caller }: ApplyContext,
  sourceId: string,
  { intent, etag }: Committed & { kind: 'noKey' },
  { person }: StoredPerson,
): Promise<void> {
  const found = await engine.accounts.findByEmail(intent.link.applied.email, caller);
  const pending = found.length > 0 ? null : transferOf(engine, intent);
  await engine.store.people.change(sourceId, { ...person, pending }, etag);
}

/** A conflict without an account to be seen: GoTo's reads may lag, else it is a transfer. The row has to be read again. */
export async function afterUnseenConflict(
  { engine, cycleId }: ApplyContext,
  { sourceId, hold }: PlanEntry,
  draft: Draft,
): Promise<undefined> {
  const { person, etag } = await engine.store.people.get(sourceId);
  if (isDecided(person, cycleId)) return;
  const intent = transferOf(engine, { ...draft, hold, id: `${cycleId}-transfer`, cycleId, batch: null });
  await engine.store.people.change(sourceId, { ...person, pending: intentSchema.parse(intent) }, etag);
}
