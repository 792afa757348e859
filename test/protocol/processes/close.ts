/** Close: polls until every row has ended, then answers the marks, the wish, the head and the turn (protocol.md 3.5). */
import { complete, get, knowing, list, remove, send, tx, update, upsert, type Entity, type Steps } from '../calls';
import { closeMessage, laneMessage } from '../messages';
import { isFinal, keys, type Chunk, type Head } from '../rows';
import { on } from '../settings';
import { answerMarks } from './marks';
import { sendStage } from './plan';
import { leave } from './restart';
import { freeTurn } from './start';

export function* close(cycle: string, number: number): Steps<void> {
  const { value: found, at } = yield* get(keys.head(cycle));
  if (found === null || isFinal(found.row.state) || found.row.state === 'awaiting') {
    yield* freeTurn(cycle);
    return yield* complete();
  }
  const head = found.row;
  if (head.state !== 'applying') return yield* complete();
  if (number < head.poll) {
    yield* send(closeMessage(cycle, head.poll, 0));
    return yield* complete();
  }
  const unfinished = (yield* list(keys.chunks(cycle))).filter(({ row }) => row.done < row.rows);
  const open = unfinished.filter(({ row }) => row.stage === head.stage);
  if (open.length > 0) {
    yield* sendOverdue(cycle, open, at);
    // on('deadline'): a cycle past its time ends its rows held (R22)
    return yield* poll(cycle, found, on('deadline') && at >= head.deadline ? { stopping: true } : {}, at + 1);
  }
  const later = unfinished.map(({ row }) => row.stage).filter((stage) => stage > head.stage);
  if (later.length > 0) {
    const stage = Math.min(...later);
    yield* sendStage(cycle, stage);
    return yield* poll(cycle, found, { stage }, at + 1);
  }
  yield* finish(cycle, found, at);
  yield* complete();
}

/** A chunk that is overdue gets a message under a new number, stored first (R23). */
function* sendOverdue(cycle: string, open: readonly Entity<Chunk>[], at: number): Steps<void> {
  for (const { row, etag } of open) {
    if (row.dueAt >= at) continue;
    const next: Chunk = { ...row, sends: row.sends + 1, dueAt: at };
    if (yield* tx(update(keys.chunk(cycle, row.stage, row.lane), next, etag))) yield* send(laneMessage(cycle, next));
  }
}

/** The closer's number is stored, then sent (R24). */
function* poll(cycle: string, { row, etag }: Entity<Head>, change: Partial<Head>, due: number): Steps<void> {
  const next: Head = { ...row, ...change, poll: row.poll + 1 };
  if (yield* tx(update(keys.head(cycle), next, etag))) yield* send(closeMessage(cycle, next.poll, due));
  else yield* comeAgain(cycle, row, etag);
  yield* complete();
}

/** Every row has ended. Each step may be repeated. */
function* finish(cycle: string, { row: head, etag }: Entity<Head>, at: number): Steps<void> {
  const rows = (yield* list(keys.planRows(cycle))).map(({ row }) => row);
  yield* answerMarks(rows, at);
  if (head.full) {
    // on('wishEtag'): only the wish that stood at the start (R21)
    const wish = head.wishEtag;
    if (wish !== null) yield* tx(knowing(remove(keys.wish, on('wishEtag') ? wish : undefined), wish));
    yield* tx(upsert(keys.policy, { setting: head.setting }));
  }
  // An attempt that was not stopped, and in which somebody was tried, leaves the quarantine.
  const isProven = rows.length === 0 || rows.some(({ result }) => result !== 'held');
  if (head.probe && !head.stopping && isProven) yield* leave();
  const waits = rows.some(({ state }) => state === 'staged');
  const state = waits ? 'awaiting' : head.stopping ? 'failed' : 'ok';
  if (yield* tx(update(keys.head(cycle), { ...head, state }, etag))) yield* freeTurn(cycle);
  else yield* comeAgain(cycle, head, etag);
}

/** A restart has changed the head meanwhile. on('lostAgain'): a repeat under the id of the message at hand would be dropped. */
function* comeAgain(cycle: string, head: Head, etag: number): Steps<void> {
  yield* send(closeMessage(cycle, head.poll, 0, on('lostAgain') ? `:l${etag}` : ''));
}
