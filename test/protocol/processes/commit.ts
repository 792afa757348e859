/** Commit: intent, claim, request, result; each under the person's etag (protocol.md 3.4, steps 6 to 8). */
import { post, put, tx, txBefore, update, upsert, type Steps, type Written } from '../calls';
import { keys, type Intent, type PersonRow } from '../rows';
import { on } from '../settings';
import { claim, type Claimed } from './claim';
import { end, guard, type Outcome, type Reading, type Task } from './reading';
import type { ToWrite } from './verdict';

/** @returns null: read again. `refused`: another account holds the address. */
export function* commit(reading: Reading, task: Task, write: ToWrite): Steps<Outcome | null | 'refused'> {
  const { person, row, etag } = reading;
  const intent = intentFor(reading, task, write, `${task.cycle}.${person}${etag}`);
  // The facts of an on-demand request are too old: it is answered with "ask again".
  if (on('intentInTime') && reading.at >= intent.deadAt) return { retryAt: reading.at };
  const isNew = write.key !== null && write.key !== row.link;
  // on('claimAfterIntent'), a courtesy: the intent first, so that others see who is alive
  const early = isNew && !on('claimAfterIntent') ? yield* claim(person, write.key) : 'mine';
  if (early === 'conflict' || early === 'busy') return yield* end(reading, task, 'parked');
  if (early !== 'mine') return early === 'again' ? null : early;
  if (!(yield* storeIntent(reading, task, intent))) return null;
  if (isNew && on('claimAfterIntent')) {
    const claimed = yield* claim(person, write.key);
    if (claimed !== 'mine') return yield* dropUnclaimed(reading, task, claimed);
  }
  if (write.kind === 'adopt') return yield* storeLink(reading, task, write);
  const answer = yield* request(reading, task, write, intent);
  if (answer === 'lost') return { retryAt: intent.deadAt };
  if (answer === 'late' || answer === 'taken') {
    yield* drop(reading, task);
    return answer === 'taken' ? 'refused' : null;
  }
  return yield* storeResult(reading, task, intent, answer, write);
}

export function intentFor(
  _reading: Reading,
  { cycle, factsAt }: Task,
  { kind, key, value, address, deadAt }: Pick<ToWrite, 'kind' | 'key' | 'value' | 'address' | 'deadAt'>,
  id: string,
): Intent {
  return { id, kind, key, value, address, factsAt, deadAt, cycle, logged: false };
}

/**
 * on('intentInTime'): an intent is never stored when it is dead already. On demand may have stalled until a cycle has answered
 * its mark, and nobody would ever look at the intent.
 */
export function* storeIntent({ person, row, etag, wrote }: Reading, { cycle }: Task, pending: Intent): Steps<boolean> {
  const write = update(keys.person(person), { ...row, pending, part: { cycle, wrote } }, guard(etag));
  return on('intentInTime') ? yield* txBefore(pending.deadAt, write) : yield* tx(write);
}

/** The intent did not happen, and it will not: nothing was sent, or GoTo refused it. */
export function* drop({ person, row, etag, wrote }: Reading, { cycle }: Task): Steps<void> {
  yield* tx(update(keys.person(person), { ...row, part: { cycle, wrote } }, guard(etag + 1)));
}

function* dropUnclaimed(reading: Reading, task: Task, claimed: Exclude<Claimed, 'mine'>): Steps<Outcome | null> {
  if (claimed === 'again' || typeof claimed === 'object') {
    yield* drop(reading, task);
    return claimed === 'again' ? null : claimed;
  }
  const { person, row, etag, wrote } = reading;
  const last = { cycle: task.cycle, result: 'parked' as const, wrote };
  const stored = yield* tx(update(keys.person(person), { ...row, part: null, last }, guard(etag + 1)));
  return stored ? { result: 'parked', wrote } : null;
}

/** An account that fits already: the link is all there is to store. */
function* storeLink({ person, row, etag, wrote }: Reading, task: Task, write: ToWrite): Steps<Outcome | null> {
  const result = wrote > 0 ? 'done' : 'skip';
  const next: PersonRow = {
    ...row,
    part: null,
    link: write.key,
    untied: null,
    applied: { value: write.before.value, address: write.before.address },
    seenAt: Math.max(row.seenAt, task.factsAt),
    wroteAt: Math.max(row.wroteAt, write.deadAt - 1), // seen just now, perhaps not by every replica
    last: { cycle: task.cycle, result, wrote },
  };
  return (yield* tx(update(keys.person(person), next, guard(etag + 1)))) ? { result, wrote } : null;
}

function* request(
  { person }: Reading,
  { factsAt, approved, cycle }: Task,
  { key, value, address }: ToWrite,
  { id, deadAt }: Intent,
): Steps<Written | 'lost' | 'late'> {
  if (key !== null) return (yield* put({ id, person, key, value, address, factsAt, deadAt, approved, cycle })).value;
  const creation = { id, person, value: value ?? 0, address: address ?? '', factsAt, cycle };
  const answer = (yield* post([creation], deadAt)).value;
  return typeof answer === 'string' ? answer : (answer[0] ?? 'lost');
}

/** on('facts'): the result and its log entry are one transaction (R12). @returns null: the row has moved. */
export function* storeResult(
  reading: Reading,
  task: Task,
  intent: Intent,
  answer: Exclude<Written, 'taken'>,
  write: Pick<ToWrite, 'then' | 'before' | 'home'>,
): Steps<Outcome | null> {
  const { person, row, etag } = reading;
  const { cycle } = task;
  if (answer === 'noKey') {
    // on('transferKept'): an answer without a key is looked for, and never posted again
    const pending: Intent | null = on('transferKept') ? { ...intent, kind: 'transfer' } : null;
    const last = { cycle, result: 'parked' as const, wrote: reading.wrote };
    const stored = yield* tx(update(keys.person(person), { ...row, pending, part: null, last }, guard(etag + 1)));
    return stored ? { result: 'parked', wrote: reading.wrote } : null;
  }
  const claimed = intent.kind === 'post' ? yield* claim(person, answer.key) : 'mine';
  if (claimed !== 'mine' && claimed !== 'conflict') return null; // the intent stays, and is recovered
  const wrote = reading.wrote + 1;
  const { then } = write;
  const unseen = intent.kind === 'post' && on('unseenKept');
  const result = claimed === 'conflict' ? 'parked' : then === 'done' && unseen ? 'created' : then;
  const isEnd = result !== 'again' && result !== 'wait';
  const next: PersonRow = {
    ...row,
    pending: null,
    part: isEnd ? null : { cycle, wrote },
    ...(claimed === 'conflict'
      ? {}
      : {
          link: answer.key,
          untied: null,
          applied: { value: intent.value ?? write.before.value, address: intent.address ?? write.before.address },
          unseen,
          home: write.home,
        }),
    seenAt: task.factsAt,
    wroteAt: intent.deadAt - 1,
    last: isEnd ? { cycle, result, wrote } : row.last,
  };
  const entry = on('facts') ? [upsert(keys.fact(person, intent.id), { id: intent.id, cycle })] : [];
  if (!(yield* tx(update(keys.person(person), next, guard(etag + 1)), ...entry))) return null;
  if (isEnd) return { result, wrote };
  return result === 'wait' ? { retryAt: intent.deadAt } : null;
}
