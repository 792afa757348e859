/** Plan: what changed becomes marks, marks become judged rows, rows are recorded in one transaction (protocol.md 3.2). */
import {
  complete,
  get,
  insert,
  knowing,
  list,
  readDelta,
  remove,
  send,
  tx,
  update,
  upsert,
  type Entity,
  type Steps,
} from '../calls';
import { closeMessage, laneMessage, laneOf } from '../messages';
import { isFinal, keys, PEOPLE, type Chunk, type Head, type Mark, type Person, type PlanRow } from '../rows';
import { on } from '../settings';
import { judge } from './judge';
import type { Place } from './place';
import { guardRemovals } from './removals';
import { freeTurn } from './start';

export function* plan(cycle: string): Steps<void> {
  for (let again = 0; again < 3; again += 1) {
    const { value: found, at } = yield* get(keys.head(cycle));
    if (found === null || isFinal(found.row.state)) {
      yield* freeTurn(cycle);
      break;
    }
    const head = found.row;
    if (head.state !== 'planning') {
      yield* sendStage(cycle, head.stage);
      yield* send(closeMessage(cycle, 1, 0));
      break;
    }
    if (at >= head.deadline || head.stopping) {
      // Planning never came to its end: nothing was recorded, every mark is where it was.
      if (!(yield* tx(update(keys.head(cycle), { ...head, state: 'failed' }, found.etag)))) continue;
      yield* freeTurn(cycle);
      break;
    }
    yield* planOnce({ cycle, head: found.row, etag: found.etag }, at);
    // Read again; whoever recorded, the messages are sent under ids that the broker knows.
  }
  yield* complete();
}

function* planOnce(place: Place, at: number): Steps<void> {
  const { cycle, head } = place;
  const changed = head.from === null ? yield* takeUp(head) : [];
  // The mark, with its etag, is read before the facts (R3).
  const marks = new Map((yield* list(keys.marks)).map((mark) => [mark.key.slice(2), mark]));
  const isDue = (p: Person): boolean => {
    const mark = marks.get(p)?.row;
    return mark !== undefined && (mark.wait === null || mark.wait <= at);
  };
  const hasFailed = (p: Person): boolean => (marks.get(p)?.row.attempts ?? 0) > 0;
  let who: readonly Person[] = head.full
    ? PEOPLE
    : PEOPLE.filter((p) => isDue(p) || (head.probe && hasFailed(p)) || (head.dryRun && changed.includes(p)));
  // An attempt is small: whom GoTo failed comes first, the others stay marked.
  if (head.probe && !head.full) who = [...who].sort((x, y) => Number(hasFailed(y)) - Number(hasFailed(x))).slice(0, 1);
  const source =
    head.from === null ? null : new Map((yield* list(keys.planRows(head.from))).map(({ row }) => [row.person, row]));
  if (source !== null) who = PEOPLE.filter((p) => source.has(p));
  let rows: PlanRow[] = [];
  for (const p of who) {
    const row = yield* judge(p, place, marks.get(p), source?.get(p));
    if (row === null) return;
    rows.push(row);
  }
  if (head.linksEtag !== null) yield* forgetDone(head.linksEtag);
  if (!head.dryRun) rows = yield* guardRemovals(cycle, rows);
  if (head.from !== null && !(yield* takePlan(cycle, head.from))) rows = [];
  yield* record(place, rows, at, marks);
}

/** What changed becomes marks; only then the watermark moves. A full cycle goes on from the old link too. */
function* takeUp(head: Head): Steps<readonly Person[]> {
  const mark = (yield* get(keys.watermark)).value;
  if (mark === null) return yield* beginAnew(head);
  const { token } = mark.row;
  const { value: delta, at } = yield* readDelta(token);
  // on('dryPure'), a courtesy: a dry run stores nothing
  if (head.dryRun && on('dryPure')) return delta.people;
  // on('oldLink'): a full cycle that asks for `latest` has read everybody, so it seems, and skips what its replicas lacked
  const people = head.full && !on('oldLink') ? [] : delta.people;
  const marks = people.map((p) =>
    knowing(upsert(keys.mark(p), { since: at, wait: null, attempts: 0, look: false }), delta.token),
  );
  const move = function* (): Steps<void> {
    if (delta.token !== token) yield* tx(update(keys.watermark, { token: delta.token }, mark.etag));
  };
  // on('marksFirst')
  if (!on('marksFirst')) yield* move();
  if (marks.length > 0) yield* tx(...marks);
  if (on('marksFirst')) yield* move();
  return people;
}

/** No watermark: the latest link first, then everybody is read; and once more, as no older link names what the replicas lacked. */
function* beginAnew(head: Head): Steps<readonly Person[]> {
  const { value: delta, at } = yield* readDelta(0);
  if (head.dryRun) return PEOPLE;
  const known = new Map((yield* list(keys.marks)).map(({ key, row }) => [key.slice(2), row]));
  const mark = (p: Person): Mark => ({ attempts: 0, look: false, ...known.get(p), since: at, wait: null });
  // on('firstReadAgain')
  if (on('firstReadAgain')) yield* tx(...PEOPLE.map((p) => knowing(upsert(keys.mark(p), mark(p)), delta.token)));
  yield* tx(insert(keys.watermark, { token: delta.token }));
  return PEOPLE;
}

/** on('linksEtag'): only the wish that stood at the start (R21). */
function* forgetDone(etag: number): Steps<void> {
  yield* tx(knowing(remove(keys.links, on('linksEtag') ? etag : undefined), etag));
}

/** Exactly one cycle applies a stored plan. */
function* takePlan(cycle: string, from: string): Steps<boolean> {
  const found = (yield* get(keys.head(from))).value;
  if (found === null) return false;
  if (found.row.by === cycle) return true;
  if (
    found.row.state === 'planned' &&
    (yield* tx(update(keys.head(from), { ...found.row, state: 'applied', by: cycle }, found.etag)))
  )
    return true;
  return (yield* get(keys.head(from))).value?.row.by === cycle;
}

/** Rows, chunks and the head in one transaction. */
function* record(
  { cycle, head, etag }: Place,
  judged: readonly PlanRow[],
  at: number,
  marks: ReadonlyMap<string, Entity<Mark>>,
): Steps<void> {
  const rows = head.dryRun ? judged.map((x): PlanRow => (x.state === 'open' ? { ...x, state: 'planned' } : x)) : judged;
  const open = rows.filter(({ state }) => state === 'open');
  const chunks = chunksOf(cycle, open, at);
  const stage = Math.min(...[...chunks.values()].map((chunk) => chunk.stage), 2);
  const next: Head = { ...head, state: head.dryRun ? 'planned' : 'applying', stage, expected: open.length };
  const stored = yield* tx(
    // on('cursorEtag')
    update(keys.head(cycle), next, on('cursorEtag') ? etag : undefined),
    ...rows.map((row) => upsert(keys.planRow(cycle, row.person), row)),
    ...[...chunks].map(([key, chunk]) => upsert(key, chunk)),
  );
  // on('markUntilEnded'): the mark is deleted as soon as its row is recorded
  if (!stored || head.dryRun || on('markUntilEnded')) return;
  for (const { person } of rows) {
    const mark = marks.get(person);
    if (mark !== undefined) yield* tx(remove(mark.key, mark.etag));
  }
}

/** The rows counted by stage and lane. */
export function chunksOf(cycle: string, rows: readonly PlanRow[], dueAt: number): Map<string, Chunk> {
  const chunks = new Map<string, Chunk>();
  for (const { person, stage } of rows) {
    const lane = laneOf(person);
    const key = keys.chunk(cycle, stage, lane);
    const known = chunks.get(key) ?? { rows: 0, done: 0, wrote: 0, sends: 1, dueAt, stage, lane };
    chunks.set(key, { ...known, rows: known.rows + 1 });
  }
  return chunks;
}

/** Sends the messages of a stage's unfinished chunks, each under the number stored. */
export function* sendStage(cycle: string, stage: number): Steps<void> {
  const open = (yield* list(keys.chunks(cycle, stage))).filter(({ row }) => row.done < row.rows);
  yield* send(...open.map(({ row }) => laneMessage(cycle, row)));
}
