/**
 * Writes to GoTo between their stored intents and their stored results, so that a process may die between any two lines:
 * slot → intents → claim → request → results with their log entries. One write, or creations that go with one request:
 * then each person has an intent of their own, all die at the same moment, and each result is stored singly.
 *
 * Upholds I03 (a creation is never repeated blindly), I08 (intent and result under the person's etag) and I12 (result
 * and log entry in one transaction).
 */
import { randomUUID } from 'node:crypto';
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
import { send, type Sent } from './send';

export type Committed =
  | { readonly kind: 'done'; readonly result: PlanResult }
  /** The write happened, and more is to be done for the person. */
  | { readonly kind: 'part' }
  /** Nothing was sent, or it changes nothing: read the person's row again. */
  | { readonly kind: 'again' }
  /** Sent, and nobody knows what became of it: the intent stays. */
  | { readonly kind: 'unclear'; readonly intent: Intent; readonly cause: unknown }
  /** GoTo took the creation and names no account. */
  | { readonly kind: 'noKey'; readonly intent: Intent; readonly etag: string }
  /** Nothing was written, for this reason: no intent is left. */
  | { readonly kind: 'refused'; readonly cause: unknown };

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

/** A write whose intent stands on the person's row. */
export interface OpenWrite extends CommitInput {
  readonly intent: Intent;
  /** The row with the intent. */
  readonly etag: string;
}

/**
 * @param inputs one write, or creations of several people with the same licences and different addresses
 * @returns what became of each, in their order
 * @throws ConnectorError before any intent is stored, when nothing can be written at all
 */
export async function commit(context: ApplyContext, inputs: readonly CommitInput[]): Promise<readonly Committed[]> {
  const { engine, caller } = context;
  const { clock, accounts, timing } = engine;
  const deadAt = Math.min(...inputs.map((input) => input.lookedAt)) + timing.lookLifeMs;
  // Whose token it is, is known before an intent is stored: a wrong account leaves no trace.
  await accounts.owner(caller);
  const paid = { pacer: await prepay(caller.pacer), sendBefore: deadAt };
  if (clock.now() >= deadAt) return inputs.map(() => AGAIN);
  // Somebody may have been refused while these waited for the slot.
  const asked = [...new Set(inputs.flatMap((input) => input.asked))];
  if (await context.isShort(asked)) throw noSeat();

  const batch = inputs.length > 1 ? randomUUID() : null;
  const opened = await Promise.all(inputs.map((input) => open(context, input, { deadAt, batch })));
  // Who loses the row drops out of the request.
  const writes = opened.filter((one) => 'intent' in one);
  const sent = writes.length === 0 ? new Map<OpenWrite, Sent>() : await send(context, writes, paid);
  return Promise.all(opened.map(async (one) => ('intent' in one ? finish(context, one, sent.get(one)) : one)));
}

const AGAIN = { kind: 'again' } as const;
type Unopened = Committed & { readonly kind: 'again' | 'refused' };

/** Stores the intent, and makes an account that is there this person's before it is written to. */
async function open(
  { engine, cycleId }: ApplyContext,
  input: CommitInput,
  { deadAt, batch }: Pick<Intent, 'deadAt' | 'batch'>,
): Promise<OpenWrite | Unopened> {
  const { changes, ...plain } = input.draft;
  const { sourceId } = input.entry;
  const intent: Intent = {
    ...plain,
    hold: input.entry.hold,
    id: randomUUID(),
    cycleId,
    accountKey: engine.accounts.accountKey,
    deadAt,
    batch,
  };
  const before: ManagedPerson = { ...input.stored.person, part: { cycleId, entries: input.written } };
  const etag = await engine.store.people.change(sourceId, { ...before, pending: intent }, input.stored.etag);
  if (etag === undefined) return AGAIN;
  const opened: OpenWrite = { ...input, intent, etag };
  if (changes === null || input.stored.person.link?.key === intent.link.key) return opened;
  try {
    await claimAccount(engine, intent.link.key, input.entry);
    return opened;
  } catch (error) {
    await drop(engine, opened);
    return { kind: 'refused', cause: error };
  }
}

/** Takes the intent back: nothing was sent, or GoTo said no. */
function drop({ store }: ApplyContext['engine'], { entry, stored, written, intent, etag }: OpenWrite) {
  const part = { cycleId: intent.cycleId, entries: written };
  return store.people.change(entry.sourceId, { ...stored.person, part, pending: null }, etag);
}

/** Stores what became of one write. */
async function finish(context: ApplyContext, write: OpenWrite, sent: Sent | undefined): Promise<Committed> {
  const { engine } = context;
  const { intent, etag, entry } = write;
  if (sent === undefined) return AGAIN;
  switch (sent.kind) {
    case 'unclear':
      return { kind: 'unclear', intent, cause: sent.cause };
    case 'noKey':
      return { kind: 'noKey', intent, etag };
    case 'refused':
      await drop(engine, write);
      return isTooLate(sent.cause) && engine.clock.now() >= intent.deadAt ? AGAIN : sent;
    case 'done':
      break;
  }
  if (write.draft.changes === null) {
    try {
      await claimAccount(engine, sent.key, entry);
    } catch (error) {
      // Only an account that was there before, and is another person's, tells that nothing was made.
      if (!isTaken(error)) return { kind: 'unclear', intent, cause: error };
      await drop(engine, write);
      return { kind: 'refused', cause: error };
    }
  }
  return store(context, write, sent.key);
}

const isTooLate = (cause: unknown): boolean => cause instanceof ConnectorError && !cause.sent;

async function store({ engine, cycleId }: ApplyContext, write: OpenWrite, key: string): Promise<Committed> {
  const { entry, intent, written, isPart } = write;
  const now = engine.clock.now();
  const isDeletion = intent.kind === 'delete';
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
    durationMs: now - write.startedAt,
    modified: intent.modified,
    intentId: intent.id,
    before: intent.before,
    after: isDeletion ? null : { ...intent.link.applied, state: intent.link.state },
  });
  const result: PlanResult = { outcome: 'done', code: null, message: null, entries: [...written, own] };
  const after: Partial<ManagedPerson> = {
    pending: null,
    link: isDeletion ? null : { ...intent.link, key },
    seenAt: entry.factsAt,
    wroteAt: now,
    // A ghost of the account in a lagging read must not be tied to whoever comes back.
    ...(isDeletion ? { fencedUntil: now + engine.timing.gotoLagMs } : {}),
    ...holdAfter(entry.hold),
    part: isPart ? { cycleId, entries: result.entries } : null,
    ...(isPart ? {} : { last: { cycleId, result } }),
  };
  if (!(await storeResult(engine, write, after, own))) return AGAIN;
  return isPart ? { kind: 'part' } : { kind: 'done', result };
}

/** Tries to store what is known, while the row is changed for other reasons, such as a hold. */
const STORE_TRIES = 3;

/**
 * Stores the result under the row's etag; when the row was changed but the intent still stands on it, under the new one:
 * what GoTo answered must not be forgotten. @returns false when the intent is no longer there
 */
async function storeResult(
  { store: { people } }: ApplyContext['engine'],
  { entry, stored: first, intent, etag }: OpenWrite,
  after: Partial<ManagedPerson>,
  own: LogEntry,
): Promise<boolean> {
  let stored: StoredPerson = { person: first.person, etag };
  for (let tries = 0; tries < STORE_TRIES; tries += 1) {
    const next = await people.change(entry.sourceId, { ...stored.person, ...after }, stored.etag, [own]);
    if (next !== undefined) return true;
    stored = await people.get(entry.sourceId);
    if (stored.person.pending?.id !== intent.id) return false;
  }
  return false;
}
