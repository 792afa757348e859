/** Recover: an intent found on the person's row. Alive, it is somebody's lease; dead, GoTo says whether it happened (R10, R13). */
import { look, tx, update, upsert, type Seen, type Steps } from '../calls';
import { keys, type Intent, type PersonRow } from '../rows';
import { on } from '../settings';
import { claim } from './claim';
import { end, guard, type Outcome, type Reading, type Task } from './reading';

/** @returns null when the intent is settled, or the row has moved: read again and decide. */
export function* recover(reading: Reading, intent: Intent, task: Task): Steps<Outcome | null> {
  const { person, row, at } = reading;
  // on('deadWait')
  if (on('deadWait') && at < intent.deadAt) return { retryAt: intent.deadAt };
  if (intent.kind === 'adopt') return yield* settle(reading, intent, task, null, at);
  const by = intent.key === null ? 'address' : 'key';
  const { value: account, at: lookedAt } = yield* look(person, by, intent.key ?? intent.address ?? '');
  if (account === 'down') {
    // The intent stays; the next cycle settles it.
    return task.stopping ? yield* end(reading, task, 'parked') : { retryAt: lookedAt + 1 };
  }
  // Looked for, never posted again.
  if (account === null && intent.kind === 'transfer') return yield* end(reading, task, 'parked');
  if (account === null || !shows(account, intent)) return yield* settle(reading, intent, task, null, at);
  // on('recoverClaim'): the account may show what we wanted because another person has linked and written it
  if (row.link === account.key || !on('recoverClaim')) return yield* settle(reading, intent, task, account, lookedAt);
  const claimed = yield* claim(person, account.key);
  if (claimed === 'again') return null;
  if (claimed === 'mine') return yield* settle(reading, intent, task, account, lookedAt);
  if (claimed === 'conflict') return yield* settle(reading, intent, task, null, at);
  return claimed === 'busy' ? { retryAt: at + 1 } : claimed;
}

const shows = (account: Seen, { kind, value, address }: Intent): boolean =>
  kind !== 'put' || ((value === null || account.value === value) && (address === null || account.address === address));

/** @param account where it happened; null: it did not. The result and its log entry are one transaction. */
function* settle(
  reading: Reading,
  intent: Intent,
  { cycle }: Task,
  account: Seen | null,
  lookedAt: number,
): Steps<null> {
  const { person, row, etag } = reading;
  const wrote = reading.wrote + (account === null || intent.logged ? 0 : 1);
  const next: PersonRow =
    account === null
      ? { ...row, pending: null }
      : { ...row, ...recovered(row, intent, account, lookedAt), part: { cycle, wrote } };
  // on('recoverDecide'): a recovered write ends nothing
  const last: Partial<PersonRow> =
    on('recoverDecide') || account === null ? {} : { last: { cycle, result: 'done', wrote } };
  const entry =
    account === null || intent.logged ? [] : [upsert(keys.fact(person, intent.id), { id: intent.id, cycle })];
  yield* tx(update(keys.person(person), { ...next, ...last }, guard(etag)), ...entry);
  return null;
}

const recovered = (row: PersonRow, intent: Intent, account: Seen, lookedAt: number): Partial<PersonRow> => ({
  pending: null,
  link: account.key,
  untied: null,
  applied: { value: intent.value ?? account.value, address: intent.address ?? row.applied.address },
  seenAt: Math.max(row.seenAt, intent.factsAt),
  unseen: false,
  // on('freshLook'): it may have appeared just now, and another replica may not show it yet (R11)
  wroteAt: on('freshLook') ? Math.max(row.wroteAt, lookedAt) : row.wroteAt,
});
