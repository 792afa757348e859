/** One chunk of one lane: handle its people, then end what has ended in one transaction (protocol.md 3.3). */
import { complete, get, list, send, tx, update, type Steps } from '../calls';
import { laneMessage, laneOf } from '../messages';
import { isFinal, keys, type Chunk, type Head, type Person, type PlanRow } from '../rows';
import { on, settings } from '../settings';
import { createTogether } from './batch';
import { handle } from './handle';
import type { Ended, Outcome, Task } from './reading';

export function* lane(cycle: string, stage: number, laneNumber: number, number: number): Steps<void> {
  const head = (yield* get(keys.head(cycle))).value?.row;
  const { value: chunk, at } = yield* get(keys.chunk(cycle, stage, laneNumber));
  const over = head === undefined || chunk === null || chunk.row.done === chunk.row.rows || isFinal(head.state);
  if (over) return yield* complete();
  // on('sendNo'): an older message makes sure that the younger one is under way
  if (on('sendNo') && number < chunk.row.sends) {
    yield* send(laneMessage(cycle, chunk.row));
    return yield* complete();
  }
  const rows = (yield* list(keys.planRows(cycle)))
    .map(({ row }) => row)
    .filter((row) => row.state === 'open' && row.stage === stage && laneOf(row.person) === laneNumber);
  const outcomes = yield* handleAll(
    cycle,
    head,
    rows.filter(({ notBefore }) => notBefore <= at),
  );
  const next = chunkAfter(chunk.row, rows, outcomes);
  const open = next.sends > chunk.row.sends;
  const stored = yield* tx(
    // on('chunkEtag')
    update(keys.chunk(cycle, stage, laneNumber), next, on('chunkEtag') ? chunk.etag : undefined),
    ...[...outcomes].map(([row, outcome]) =>
      update(keys.planRow(cycle, row.person), rowAfter(row, outcome), undefined),
    ),
  );
  if (stored && open) yield* send(laneMessage(cycle, next));
  if (!stored) {
    // Another holder was faster: what happened to the people stands on their rows.
    const now = (yield* get(keys.chunk(cycle, stage, laneNumber))).value?.row;
    if (now !== undefined && now.done < now.rows) yield* send(laneMessage(cycle, now));
  }
  yield* complete();
}

function* handleAll(cycle: string, head: Head, rows: readonly PlanRow[]): Steps<Map<PlanRow, Outcome>> {
  const tasks = new Map<Person, Task>(
    rows.map(({ person, want, factsAt, removal, approved }) => [
      person,
      { cycle, want, factsAt, removal, approved, stopping: head.stopping, probe: head.probe, onDemand: false },
    ]),
  );
  const together = settings().batches ? yield* createTogether(tasks) : new Map<Person, Outcome>();
  const outcomes = new Map<PlanRow, Outcome>();
  for (const row of rows) {
    const task = tasks.get(row.person);
    if (task === undefined) continue;
    outcomes.set(row, together.get(row.person) ?? (yield* handle(row.person, task)));
  }
  return outcomes;
}

const hasEnded = (outcome: Outcome): outcome is Ended => 'result' in outcome;

function rowAfter(row: PlanRow, outcome: Outcome): PlanRow {
  return hasEnded(outcome)
    ? { ...row, state: 'ended', result: outcome.result, wrote: outcome.wrote }
    : { ...row, notBefore: outcome.retryAt };
}

function chunkAfter(chunk: Chunk, rows: readonly PlanRow[], outcomes: ReadonlyMap<PlanRow, Outcome>): Chunk {
  const ended = [...outcomes.values()].filter(hasEnded);
  const done = chunk.done + ended.length;
  const wrote = ended.reduce((sum, outcome) => sum + outcome.wrote, chunk.wrote);
  if (rows.length === ended.length) return { ...chunk, done, wrote };
  const waits = rows.flatMap((row) => {
    const outcome = outcomes.get(row);
    if (outcome === undefined) return [row.notBefore];
    return hasEnded(outcome) ? [] : [outcome.retryAt];
  });
  return { ...chunk, done, wrote, sends: chunk.sends + 1, dueAt: Math.min(...waits) };
}
