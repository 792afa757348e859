/** Approve the staged removals of one plan (protocol.md 3.6). */
import { approval, get, list, send, tx, update, upsert, type Steps } from '../calls';
import { closeMessage } from '../messages';
import { keys, type Head } from '../rows';
import { on } from '../settings';
import { chunksOf, sendStage } from './plan';
import { DEADLINE } from './start';

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
