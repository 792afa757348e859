/** Reject the staged removals of one plan: the head first, then a hold on each person (protocol.md 3.6). */
import { complete, get, list, send, tx, update, type Steps } from '../calls';
import { rejectMessage } from '../messages';
import { keys } from '../rows';

export function* reject(cycle: string): Steps<void> {
  const found = (yield* get(keys.head(cycle))).value;
  if (found?.row.state !== 'awaiting') return;
  if (yield* tx(update(keys.head(cycle), { ...found.row, state: 'rejecting' }, found.etag)))
    yield* send(rejectMessage(cycle, 'x'));
}

/** Holds first, then the final state. Whoever loses is repeated by delivery. */
export function* rejectRest(cycle: string): Steps<void> {
  const found = (yield* get(keys.head(cycle))).value;
  if (found?.row.state === 'rejecting') {
    for (const { row } of yield* list(keys.planRows(cycle))) {
      if (row.state !== 'staged') continue;
      const person = (yield* get(keys.person(row.person))).value;
      if (person?.row.hold !== null) continue;
      const held = update(keys.person(row.person), { ...person.row, hold: 'rejected' }, person.etag);
      if (!(yield* tx(held))) return;
    }
    yield* tx(update(keys.head(cycle), { ...found.row, state: 'rejected' }, found.etag));
  }
  yield* complete();
}
