/** Timer or HTTP. The turn row is the cycle's birth certificate: whoever finds it finishes the birth (R25). */
import { get, insert, newId, readSetting, remove, send, tx, update, type Steps } from '../calls';
import { closeMessage, planMessage, rejectMessage } from '../messages';
import { isFinal, keys, type Turn } from '../rows';
import { on } from '../settings';

/** Ticks a cycle has, and again its approved removals. */
export const DEADLINE = 2;

export function* start(dryRun: boolean, from: string | null): Steps<void> {
  const turn = (yield* get(keys.turn)).value;
  yield* pickUp();
  if (turn !== null) {
    const { value: found, at } = yield* get(keys.head(turn.row.cycle));
    if (found === null) return yield* giveBirth(turn.row);
    const head = found.row;
    const over = isFinal(head.state) || head.state === 'awaiting' || head.state === 'rejecting' || head.stage === 9;
    if (!over) {
      // A sign of life, or the deadline: the same ids, so that a message under way is not doubled.
      return yield* send(
        head.state === 'planning' ? planMessage(turn.row.cycle, at) : closeMessage(turn.row.cycle, head.poll, 0),
      );
    }
    // on('turnEtag'), a courtesy
    yield* tx(remove(keys.turn, on('turnEtag') ? turn.etag : undefined));
  }
  const job = (yield* get(keys.job)).value;
  // on('pausedStart'), a courtesy: a paused job begins no cycle; nothing depends on it, because the lanes look too
  if (on('pausedStart') && job?.row.state === 'paused' && !dryRun) return;
  const probe = !dryRun && job?.row.state === 'quarantined';
  if (probe) {
    if (from !== null) return;
    // on('attemptEtag'), a courtesy: of two timers one makes the attempt
    const claim = update(keys.job, job.row, on('attemptEtag') ? job.etag : undefined);
    if (!(yield* tx(claim))) return;
  }
  const wish = (yield* get(keys.wish)).value;
  const links = (yield* get(keys.links)).value;
  const policy = (yield* get(keys.policy)).value;
  const setting = (yield* readSetting()).value;
  const cycle = (yield* newId()).value;
  const full = !dryRun && from === null && (wish !== null || links !== null || policy?.row.setting !== setting);
  const wishes = { wishEtag: wish?.etag ?? null, linksEtag: full ? (links?.etag ?? null) : null };
  const mine: Turn = { cycle, dryRun, from, full, probe, setting, ...wishes };
  if (yield* tx(insert(keys.turn, mine))) yield* giveBirth(mine);
}

/** An approval or a rejection whose process died. */
function* pickUp(): Steps<void> {
  const waits = (yield* get(keys.await)).value;
  if (waits === null) return;
  const { cycle } = waits.row;
  const { value: head, at } = yield* get(keys.head(cycle));
  if (head?.row.state === 'applying' && head.row.stage === 9) yield* send(closeMessage(cycle, head.row.poll, 0));
  if (head?.row.state === 'rejecting') yield* send(rejectMessage(cycle, at));
}

function* giveBirth(turn: Turn): Steps<void> {
  const { cycle, ...rest } = turn;
  const { at } = yield* get(keys.watermark);
  const begin = { deadline: at + DEADLINE, stopping: false, stage: 0, poll: 1, expected: 0, by: null };
  yield* tx(insert(keys.head(cycle), { ...rest, ...begin, state: 'planning' }));
  yield* send(planMessage(cycle, 0));
}

/** Deletes the turn if it is this cycle's. */
export function* freeTurn(cycle: string): Steps<void> {
  const turn = (yield* get(keys.turn)).value;
  if (turn?.row.cycle === cycle) yield* tx(remove(keys.turn, on('turnEtag') ? turn.etag : undefined));
}
