/**
 * An intent without result: did the write happen? While it may still land, only "it happened" can be told; that it did
 * not is certain once it is dead and GoTo's lag is over (docs/protocol.md R10). Then the person is decided anew (R13).
 */
import { emailKey, isDeclined, PLAIN_ATTRIBUTES, type Account } from '../../model/Account';
import { isoTime } from '../../model/Clock';
import type { Intent } from '../../model/Intent';
import { logEntry, type LogEntry } from '../../model/LogEntry';
import type { ManagedPerson } from '../../model/ManagedPerson';
import type { Outcome } from '../../model/Outcome';
import type { PlanEntry } from '../../model/PlanEntry';
import { matchingAddresses } from '../../model/Desired';
import { sameKeys } from '../../rules/differences';
import type { StoredPerson } from '../../store/PeopleTable';
import { isOfAccount } from '../cycle/isOfToday';
import type { Engine, Timing } from '../Engine';
import type { ApplyContext } from './ApplyContext';
import { claimAccount, isTaken } from './claimAccount';
import { endPerson } from './endPerson';
import { holdAfter } from './holdAfter';
import { appliedOf } from './linkOf';
import { look } from './look';
import { notVisibleUntil } from './notVisibleUntil';

/** How soon a write that may still show up is looked for again, in ms. */
const LOOK_AGAIN_MS = 5_000;

/** The moment (ms) from which on a request of the intent neither lands nor stays unseen. */
export const overAt = (intent: Pick<Intent, 'deadAt'>, timing: Timing): number =>
  intent.deadAt + timing.requestMs + timing.skewMs + timing.gotoLagMs;

/** @returns an outcome, or undefined when the intent is settled and the person's row was changed: read it again */
export async function recoverIntent(
  context: ApplyContext,
  entry: PlanEntry,
  stored: StoredPerson & { readonly person: { readonly pending: Intent } },
  written: readonly LogEntry[],
  startedAt: number,
): Promise<Outcome | undefined> {
  const { engine, cycleId, caller } = context;
  const { clock, store, timing, telemetry } = engine;
  const { person, etag } = stored;
  const { pending } = person;
  // Alive: whoever holds it is at work.
  if (clock.now() < pending.deadAt && pending.kind !== 'transfer') return notVisibleUntil(pending.deadAt);
  // What waits in the account that people have moved away from never shows in this one: the person is decided anew.
  if (pending.kind === 'transfer' && !isOfAccount(engine, pending)) {
    await store.people.change(entry.sourceId, { ...person, pending: null }, etag);
    return undefined;
  }
  telemetry.info('change.repeated', { cycleId, sourceId: entry.sourceId, action: pending.action, kind: pending.kind });
  const isCreation = pending.kind === 'create' || pending.kind === 'transfer';
  const addresses = isCreation && entry.desired.kind === 'active' ? matchingAddresses(entry.desired) : [];
  const observed = await look(
    engine,
    isCreation ? null : pending.link,
    isCreation ? [pending.link.applied.email, ...addresses] : [],
    caller,
  );
  if (pending.kind === 'delete' && isGone(pending, observed)) {
    const now = clock.now();
    const recovered = entryOf(pending, pending.link.key, entry, cycleId, isoTime(now), now - startedAt);
    const next: ManagedPerson = {
      ...person,
      pending: null,
      link: null,
      seenAt: Math.max(person.seenAt, pending.factsAt),
      wroteAt: now,
      fencedUntil: now + timing.gotoLagMs,
      part: { cycleId, entries: [...written, recovered] },
    };
    await store.people.change(entry.sourceId, next, etag, [recovered]);
    return undefined;
  }
  const isThere = pending.kind !== 'delete' && observed !== 'absent' && hasHappened(pending, observed);
  if (isThere && (await isOurs(engine, observed.key, entry))) {
    const now = clock.now();
    const recovered = entryOf(pending, observed.key, entry, cycleId, isoTime(now), now - startedAt);
    const next: ManagedPerson = {
      ...person,
      pending: null,
      link: { ...pending.link, key: observed.key, applied: appliedOf(observed) },
      seenAt: Math.max(person.seenAt, pending.factsAt),
      // An account that has just appeared is not believed absent when another replica says so.
      wroteAt: now,
      // The request may land once more as long as it is not over: nothing else is sent before.
      fencedUntil: pending.kind === 'transfer' ? person.fencedUntil : pending.deadAt + timing.requestMs + timing.skewMs,
      ...holdAfter(pending.hold),
      part: { cycleId, entries: [...written, recovered] },
    };
    await store.people.change(entry.sourceId, next, etag, [recovered]);
    return undefined;
  }
  // A transfer whose address is another person's account by now has nothing left to wait for.
  if (pending.kind === 'transfer' && !isThere) {
    if (clock.now() < pending.deadAt) return notVisibleUntil(Math.min(pending.deadAt, clock.now() + LOOK_AGAIN_MS));
    const isRefused = observed !== 'absent' && isDeclined(observed);
    const ending = isRefused ? { ...PENDING_TRANSFER, message: DECLINED } : PENDING_TRANSFER;
    const result = await endPerson(engine, { cycleId, entry, startedAt }, stored, written, ending);
    return result === undefined ? undefined : { kind: 'ended', result };
  }
  const over = overAt(pending, timing);
  if (clock.now() < over) return notVisibleUntil(Math.min(over, clock.now() + LOOK_AGAIN_MS));
  await store.people.change(entry.sourceId, { ...person, pending: null }, etag);
  return undefined;
}

/**
 * Claims the account. One that is another person's for good was not made by this intent: it must not keep its person from
 * being decided anew, with another address perhaps.
 */
async function isOurs(engine: Engine, key: string, entry: PlanEntry): Promise<boolean> {
  try {
    await claimAccount(engine, key, entry);
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  }
}

/** How a person ends whose account GoTo took but does not show (goto-api.md 2.6). */
export const PENDING_TRANSFER = {
  outcome: 'parked',
  reason: 'Create',
  action: 'create',
  code: 'PendingTransfer',
  message:
    'GoTo took the new account but does not show it: the person has an account elsewhere and must accept the transfer. It is looked for, and not requested again.',
} as const;

const DECLINED =
  'The person has declined to bring their account along from elsewhere: GoTo keeps a suspended account here, and its seat. Invite the person again in GoTo, or delete that account.';

/** Its address may be another account's by now. */
const isGone = ({ link }: Intent, observed: Account | 'absent'): boolean =>
  observed === 'absent' || observed.key !== link.key;

/** A creation happened when the address is there; a change when every field it wrote shows the value it wrote. */
function hasHappened(pending: Intent, observed: Account): boolean {
  if (pending.kind === 'transfer') return !observed.isAdmin && !isDeclined(observed);
  if (pending.kind === 'create') return !observed.isAdmin;
  const { applied } = pending.link;
  return pending.fields.every((name) => {
    if (name === 'email') return emailKey(observed.email) === emailKey(applied.email);
    if (name === 'licenseKeys') return sameKeys(observed.licenseKeys, applied.licenseKeys);
    if (name === 'groupKey') return observed.groupKey === applied.groupKey;
    const plain = PLAIN_ATTRIBUTES.find((one) => one === name);
    return plain === undefined || (observed[plain] ?? undefined) === applied[plain];
  });
}

const entryOf = (
  pending: Intent,
  targetId: string,
  entry: PlanEntry,
  cycleId: string,
  at: string,
  durationMs: number,
): LogEntry =>
  logEntry({
    cycleId,
    sourceId: entry.sourceId,
    displayName: entry.displayName,
    targetId,
    status: pending.warning === null ? 'success' : 'warning',
    // Who accepted a transfer brought the account along: it was not made.
    action: pending.kind === 'transfer' ? 'link' : pending.action,
    reason: pending.kind === 'transfer' ? 'Match' : pending.reason,
    errorCode: pending.warning === null ? null : 'AccessRemains',
    errorMessage: pending.warning,
    at,
    durationMs,
    modified: pending.modified,
    intentId: pending.id,
    before: pending.before,
    after: pending.kind === 'delete' ? null : { ...pending.link.applied, state: pending.link.state },
  });
