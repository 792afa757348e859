/**
 * One write to GoTo between its stored intent and its stored result, so that a process may die between any two lines:
 * slot → intent → claim → write → result with its log entry.
 *
 * Upholds I03 (a creation is never repeated blindly), I08 (intent and result under the person's etag) and I12 (result
 * and log entry in one transaction).
 */
import { randomUUID } from 'node:crypto';
import type { Caller } from '../../goto/GotoClient';
import { prepay } from '../../goto/Pacing';
import { isoTime } from '../../model/Clock';
import { ConnectorError } from '../../model/ConnectorError';
import type { Intent } from '../../model/Intent';
import { logEntry, type LogEntry } from '../../model/LogEntry';
import type { ManagedPerson } from '../../model/ManagedPerson';
import type { PlanEntry, PlanResult } from '../../model/PlanEntry';
import type { StoredPerson } from '../../store/PeopleTable';
import type { ApplyContext } from './ApplyContext';
import { claimAccount, isTaken } from './claimAccount';
import { holdAfter } from './holdAfter';
import type { Draft } from './prepare';
import { noSeat } from './seats';

export type Committed =
  | { readonly kind: 'done'; readonly result: PlanResult }
  /** The write happened, and more is to be done for the person. */
  | { readonly kind: 'part' }
  /** Nothing was sent, or it changes nothing: read the person's row again. */
  | { readonly kind: 'again' }
  /** Sent, and nobody knows what became of it: the intent stays. */
  | { readonly kind: 'unclear'; readonly intent: Intent; readonly cause: unknown }
  /** GoTo took the creation and names no account. */
  | { readonly kind: 'noKey'; readonly intent: Intent; readonly etag: string };

/** One write, with what it rests on. */
export interface CommitInput {
  readonly entry: PlanEntry;
  readonly stored: StoredPerson;
  readonly written: readonly LogEntry[];
  readonly draft: Draft;
  /** Licences that the write gives anew. */
  readonly asked: readonly string[];
  /** When (ms) the account, and the person, were last looked at. */
  readonly lookedAt: number;
  readonly startedAt: number;
  /** More has to follow for the person in this cycle. */
  readonly isPart: boolean;
}

/** @throws ConnectorError when GoTo refused the write, or nothing was sent: then no intent is left */
export async function commit(context: ApplyContext, input: CommitInput): Promise<Committed> {
  const { engine, cycleId, caller } = context;
  const { clock, accounts, store, timing } = engine;
  const { entry, draft, written } = input;
  const deadAt = input.lookedAt + timing.lookLifeMs;
  // Whose token it is, is known before the intent is stored: a wrong account leaves no trace.
  await accounts.owner(caller);
  const paid = { pacer: await prepay(caller.pacer), sendBefore: deadAt };
  if (clock.now() >= deadAt) return { kind: 'again' };
  // Somebody may have been refused while this one waited for the slot.
  if (await context.isShort(input.asked)) throw noSeat();

  const { changes, ...plain } = draft;
  const intent: Intent = { ...plain, hold: entry.hold, id: randomUUID(), cycleId, deadAt };
  const before: ManagedPerson = { ...input.stored.person, part: { cycleId, entries: written } };
  const etag = await store.people.change(entry.sourceId, { ...before, pending: intent }, input.stored.etag);
  if (etag === undefined) return { kind: 'again' };
  const drop = (): Promise<string | undefined> =>
    store.people.change(entry.sourceId, { ...before, pending: null }, etag);

  try {
    // The account is this person's before it is written to.
    if (changes !== null && input.stored.person.link?.key !== intent.link.key)
      await claimAccount(engine, intent.link.key, entry.sourceId);
  } catch (error) {
    await drop();
    throw error;
  }
  let key: string | null;
  try {
    key = await send(context, intent, changes, paid);
  } catch (error) {
    const isCertain = error instanceof ConnectorError && (!error.sent || error.refused);
    if (!isCertain) return { kind: 'unclear', intent, cause: error };
    await drop();
    if (!error.sent && clock.now() >= deadAt) return { kind: 'again' };
    throw error;
  }
  if (key === null) return { kind: 'noKey', intent, etag };
  if (changes === null) {
    try {
      await claimAccount(engine, key, entry.sourceId);
    } catch (error) {
      // Only an account that was there before, and is another person's, tells that nothing was made.
      if (!isTaken(error)) return { kind: 'unclear', intent, cause: error };
      await drop();
      throw error;
    }
  }

  const now = clock.now();
  const own = logEntry({
    cycleId,
    sourceId: entry.sourceId,
    displayName: entry.displayName,
    targetId: key,
    status: intent.warning === null ? 'success' : 'warning',
    action: intent.action,
    reason: intent.reason,
    errorCode: intent.warning === null ? null : 'AccessRemains',
    errorMessage: intent.warning,
    at: isoTime(now),
    durationMs: now - input.startedAt,
    modified: intent.modified,
    intentId: intent.id,
    before: intent.before,
    after: { ...intent.link.applied, state: intent.link.state },
  });
  const result: PlanResult = { outcome: 'done', code: null, message: null, entries: [...written, own] };
  const after: Partial<ManagedPerson> = {
    pending: null,
    link: { ...intent.link, key },
    seenAt: entry.factsAt,
    wroteAt: now,
    ...holdAfter(entry.hold),
    part: input.isPart ? { cycleId, entries: result.entries } : null,
    ...(input.isPart ? {} : { last: { cycleId, result } }),
  };
  const isStored = await storeResult(
    context,
    entry.sourceId,
    intent,
    { person: input.stored.person, etag },
    after,
    own,
  );
  if (!isStored) return { kind: 'again' };
  return input.isPart ? { kind: 'part' } : { kind: 'done', result };
}

/** Tries to store what is known, while the row is changed for other reasons, such as a hold. */
const STORE_TRIES = 3;

/**
 * Stores the result under the row's etag; when the row was changed but the intent still stands on it, under the new one:
 * what GoTo answered must not be forgotten. @returns false when the intent is no longer there
 */
async function storeResult(
  { engine }: ApplyContext,
  sourceId: string,
  intent: Intent,
  first: StoredPerson,
  after: Partial<ManagedPerson>,
  entry: LogEntry,
): Promise<boolean> {
  const { people } = engine.store;
  let stored = first;
  for (let tries = 0; tries < STORE_TRIES; tries += 1) {
    const etag = await people.change(sourceId, { ...stored.person, ...after }, stored.etag, [entry]);
    if (etag !== undefined) return true;
    stored = await people.get(sourceId);
    if (stored.person.pending?.id !== intent.id) return false;
  }
  return false;
}

/** @returns the account's key; null when GoTo took a creation but named no account */
async function send(
  { engine }: ApplyContext,
  intent: Intent,
  changes: Draft['changes'],
  paid: Caller,
): Promise<string | null> {
  if (changes !== null) {
    await engine.accounts.update(intent.link.key, changes, paid);
    return intent.link.key;
  }
  const { licenseKeys, ...attributes } = intent.link.applied;
  return engine.accounts.create(attributes, licenseKeys, paid);
}
