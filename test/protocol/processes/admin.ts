/** What an admin does: on demand, approve, reject, hold, release, wish. */
import {
  approval,
  complete,
  get,
  insert,
  list,
  newId,
  readPerson,
  readSetting,
  send,
  tx,
  update,
  upsert,
  type Steps,
} from '../calls';
import { closeMessage, rejectMessage } from '../messages';
import { keys, type Head, type Person, type Target } from '../rows';
import { on, settings } from '../settings';
import { targetOf } from '../world';
import { handle, type Task } from './handle';
import { isRemoval } from './judge';
import { chunksOf, sendStage } from './plan';
import { reserve } from './reserve';
import { DEADLINE } from './start';

/** Facts → reserve → mark → handle; its own cycle id, no turn (protocol.md 3.7). */
export function* onDemand(person: Person): Steps<void> {
  if (settings().pauses && (yield* get(keys.job)).value?.row.state !== 'running') return;
  const setting = (yield* readSetting()).value;
  const row = (yield* get(keys.person(person))).value?.row;
  const { value: facts, at } = yield* readPerson(person);
  const want = targetOf(facts, setting);
  const cycle = (yield* newId()).value;
  const removal = row !== undefined && isRemoval(row, want);
  if (removal && !(yield* reserve([person]))) return; // answered with "needs approval"
  // on('odMark'): its intent must be somebody's duty when it dies (R17)
  if (on('odMark')) yield* tx(upsert(keys.mark(person), { since: at, wait: null, attempts: 0, look: false }));
  yield* handle(person, demand(cycle, want, at, removal));
}

/** On demand without what comes before: for the narrow worlds of the claims. */
export function* adopt(person: Person): Steps<void> {
  const cycle = (yield* newId()).value;
  const { value: facts, at } = yield* readPerson(person);
  yield* handle(person, demand(cycle, targetOf(facts, 0), at, false));
}

const demand = (cycle: string, want: Target, factsAt: number, removal: boolean): Task => ({
  cycle,
  want,
  factsAt,
  removal,
  approved: false,
  stopping: false,
  onDemand: true,
});

/** One transaction: head, rows, chunks (R19); then the messages. */
export function* approve(cycle: string): Steps<void> {
  const found = (yield* get(keys.head(cycle))).value;
  if (found?.row.state !== 'awaiting') return;
  const head = found.row;
  const now = (yield* get(keys.watermark)).at;
  const rows = (yield* list(keys.planRows(cycle))).map(({ row }) => row).filter(({ state }) => state === 'staged');
  const people = rows.map(({ person }) => person);
  yield* approval(cycle, people);
  // on('pollNo'): the closer's old number has been used (R24)
  const poll = head.poll + (on('pollNo') ? 1 : 0);
  const next: Head = {
    ...head,
    state: 'applying',
    stage: 9,
    stopping: false,
    deadline: now + DEADLINE,
    poll,
    expected: head.expected + rows.length,
  };
  const stored = yield* tx(
    update(keys.head(cycle), next, on('approveCas') ? found.etag : undefined),
    ...rows.map((row) =>
      update(
        keys.planRow(cycle, row.person),
        { ...row, state: 'open', approved: true, factsAt: Math.max(row.factsAt, now) },
        undefined,
      ),
    ),
    ...[...chunksOf(cycle, rows, now)].map(([key, chunk]) => upsert(key, chunk)),
  );
  if (!stored) return;
  yield* sendStage(cycle, 9);
  yield* send(closeMessage(cycle, poll, 0));
}

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

/** A full cycle is wanted. */
export function* wish(): Steps<void> {
  if (!(yield* tx(insert(keys.wish, {})))) yield* tx(upsert(keys.wish, {}));
}
