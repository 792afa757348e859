/** The hold that keeps a person as is, and its release (protocol.md 3.7). */
import { get, tx, update, upsert, type Steps } from '../calls';
import { keys, type Person } from '../rows';

/** The hold that a revert leaves. */
export function* hold(person: Person): Steps<void> {
  const found = (yield* get(keys.person(person))).value;
  if (found?.row.hold === null) yield* tx(update(keys.person(person), { ...found.row, hold: 'revert' }, found.etag));
}

/** Mark, clear the hold, mark again: a cycle between the two may have made the first mark wait (R26). */
export function* release(person: Person): Steps<void> {
  yield* markNow(person);
  for (let tries = 0; tries < 3; tries += 1) {
    const found = (yield* get(keys.person(person))).value;
    if (found?.row.hold === null) break;
    if (found !== null && (yield* tx(update(keys.person(person), { ...found.row, hold: null }, found.etag)))) break;
  }
  yield* markNow(person);
}

function* markNow(person: Person): Steps<void> {
  const { at } = yield* get(keys.watermark);
  yield* tx(upsert(keys.mark(person), { since: at, wait: null, attempts: 0, look: false }));
}
