/** The end of a cycle answers its marks: deleted by the etag that gather read, or kept, due at once or later (R2 to R4, R26). */
import { insert, knowing, remove, tx, update, type Steps } from '../calls';
import { keys, type PlanRow } from '../rows';
import { on } from '../settings';

/** How long a held or a parked person's mark waits, in ticks: a time, never an event. */
export const HOLD_WAIT = 2;
const PARK_WAIT = 1;
/** Replicas may lag so long behind a mark. */
const YOUNG_WAIT = 1;
const FOR_EVER = 1_000;

export function* answerMarks(rows: readonly PlanRow[], at: number): Steps<void> {
  for (const row of rows) {
    // on('markEtag'): a newer mark is not ours to delete (R3)
    const etag = row.markEtag === null || !on('markEtag') ? undefined : row.markEtag;
    if (isAnswered(row)) {
      if (row.markEtag !== null && on('markUntilEnded')) yield* tx(remove(keys.mark(row.person), etag));
    } else if (row.markEtag === null) {
      yield* tx(insert(keys.mark(row.person), { since: at, wait: null, attempts: 0, look: false }));
    } else {
      yield* delay(row, row.markEtag, at);
    }
  }
}

function isAnswered({ state, result, factsAt, markSince }: PlanRow): boolean {
  if (state === 'staged') return !on('stagedKeeps'); // on('stagedKeeps'), R20
  if (state !== 'ended') return false;
  if (result === 'onHold') return !on('heldKeeps'); // on('heldKeeps'), R20
  // on('young'): facts read within the replicas' lag answer nothing (R4)
  return (result === 'done' || result === 'skip') && (!on('young') || factsAt > markSince);
}

/** on('waitEtag'): by the etag in the row, so that a newer mark stays due. */
function* delay(row: PlanRow, etag: number, at: number): Steps<void> {
  const { person, result, markSince } = row;
  const wait = waitOf(row, at);
  // on('pauseFree'): what was not tried costs no attempt
  const tried = result === 'parked' || (result === 'held' && !on('pauseFree'));
  if (wait === null && !tried) return;
  const mark = { since: markSince, wait, attempts: tried ? 1 : 0, look: row.look };
  yield* tx(knowing(update(keys.mark(person), mark, on('waitEtag') ? etag : undefined), markSince));
}

function waitOf({ result, markSince }: PlanRow, at: number): number | null {
  // on('waitTime'): until a time; "until the release" sleeps for ever when the release was faster
  if (result === 'onHold') return at + (on('waitTime') ? HOLD_WAIT : FOR_EVER);
  if (result === 'parked') return at + PARK_WAIT;
  // on('unseenKept'): a created account is looked for once more
  if (result === 'created') return at + YOUNG_WAIT;
  return result === 'done' || result === 'skip' ? markSince + YOUNG_WAIT : null;
}
