/**
 * The end of a round, behind the write: what GoTo answered, and what the next round has to know (docs/protocol.md 3.4).
 *
 * Upholds I03.
 */
import { ConnectorError } from '../../model/ConnectorError';
import type { LogEntry } from '../../model/LogEntry';
import type { Outcome } from '../../model/Outcome';
import type { StoredPerson } from '../../store/PeopleTable';
import { bestBefore } from './bestBefore';
import { commit, type CommitInput, type Committed } from './commit';
import { isDecided } from './isDecided';
import { notVisibleUntil } from './notVisibleUntil';
import { MAX_ATTEMPTS } from './outcomeOf';
import type { Draft } from './prepare';
import { overAt } from './recoverIntent';
import { addressBusy, addressTaken, resolveConflict, steppingAside } from './resolveConflict';
import type { Task } from './Task';
import { afterAnswerWithoutKey, afterUnseenConflict } from './transfer';

/** What became of the write that `decidePerson` gave. @returns undefined when the person's row has to be read again */
export async function settlePerson(
  task: Task,
  { draft, stored, written, asked, lookedAt }: CommitInput,
  committed: Committed,
): Promise<Outcome | undefined> {
  const { context, learnt } = task;
  if (committed.kind !== 'refused') return afterCommit(task, committed, stored);
  const { cause } = committed;
  if (!(cause instanceof ConnectorError)) throw cause;
  if (cause.code === 'LicenseLimitExceeded') await context.noteShortage(asked);
  if (cause.code === 'UnprocessableEntity' && cause.refused && draft.changes?.groupKey !== undefined) {
    // It may be the group, gone by somebody's hand: the rest goes through.
    learnt.isGroupRefused = true;
    return undefined;
  }
  if (cause.code !== 'Conflict' || !cause.refused) throw cause;
  return onConflict(task, draft, written, lookedAt);
}

async function afterCommit(
  { context, entry, attempts }: Task,
  committed: Exclude<Committed, { kind: 'refused' }>,
  stored: StoredPerson,
): Promise<Outcome | undefined> {
  const { engine } = context;
  switch (committed.kind) {
    case 'done':
      return { kind: 'ended', result: committed.result };
    case 'part':
    case 'again':
      return undefined;
    case 'unclear':
      if (attempts + 1 >= MAX_ATTEMPTS) throw unanswered(committed.cause);
      // It may show up soon; that it did not happen is certain only later. Sent once more, it was another try (I13).
      return {
        ...notVisibleUntil(Math.min(committed.intent.deadAt, overAt(committed.intent, engine.timing))),
        countsAsAttempt: true,
      };
    case 'noKey':
      await afterAnswerWithoutKey(context, entry.sourceId, committed, stored);
      return undefined;
  }
}

/** The address of a creation, or of a change, belongs to another account. */
async function onConflict(
  task: Task,
  draft: Draft,
  written: readonly LogEntry[],
  lookedAt: number,
): Promise<Outcome | undefined> {
  const { context, entry, attempts, learnt } = task;
  const address = draft.link.applied.email;
  if (draft.changes === null) {
    // Made by somebody else between the look and the write, or waiting for a transfer: the next round finds it.
    const found = await context.engine.accounts.findByEmail(address, context.caller);
    if (found.length === 0) return afterUnseenConflict(context, entry, draft);
    learnt.isListStale = true;
    return undefined;
  }
  if (draft.changes.email === undefined) throw addressTaken();
  const conflict = await resolveConflict(context, { sourceId: entry.sourceId, address, attempts });
  if (conflict.kind === 'stepAside') return stepAside(task, draft, written, lookedAt);
  // Everything but the address goes through at once.
  learnt.isAddressRefused = true;
  learnt.isAddressBusy = conflict.kind === 'wait';
  return undefined;
}

async function stepAside(
  task: Task,
  draft: Draft,
  written: readonly LogEntry[],
  lookedAt: number,
): Promise<Outcome | undefined> {
  const { context, entry, startedAt } = task;
  const stored = await context.engine.store.people.get(entry.sourceId);
  if (isDecided(stored.person, context.cycleId)) return undefined;
  const [committed] = await commit(context, [
    {
      entry,
      stored,
      written,
      draft: steppingAside(draft),
      asked: [],
      lookedAt: bestBefore(task, lookedAt),
      startedAt,
      isPart: true,
    },
  ]);
  throw committed?.kind === 'refused' ? committed.cause : addressBusy();
}

/** GoTo is silent to this one write: its person waits, and the open intent says what to look for. */
const unanswered = (cause: unknown): unknown =>
  cause instanceof ConnectorError
    ? new ConnectorError(
        'GoTo does not answer this write; whether it happened is found out before it is tried again.',
        {
          code: cause.code,
          status: cause.status,
          sent: true,
          repeatable: true,
          scope: 'object',
          cause,
        },
      )
    : cause;
