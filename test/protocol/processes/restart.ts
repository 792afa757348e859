/** The admin restarts the job, or lifts its quarantine (protocol.md 3.8, 3.9). */
import { get, list, remove, tx, update, upsert, type Steps } from '../calls';
import { keys } from '../rows';
import { on } from '../settings';
import { start } from './start';

/**
 * What runs is stopped, everybody will be read anew, whoever failed is due at once; then a cycle begins.
 * @param forgets and it is forgotten whose account is whose
 */
export function* restart(forgets: boolean): Steps<void> {
  const turn = (yield* get(keys.turn)).value;
  const waits = (yield* get(keys.await)).value;
  for (const cycle of [turn?.row.cycle, waits?.row.cycle]) if (cycle !== undefined) yield* stop(cycle);
  if (forgets) yield* tx(upsert(keys.links, {}));
  // A wish outlives whatever runs, and a planner that stores its watermark at its last moment.
  yield* tx(upsert(keys.wish, {}));
  yield* tx(remove(keys.watermark, undefined));
  yield* lift();
}

/** Whoever failed is due at once, then the job works again, then a cycle begins: a crash between leaves the rest to the timer. */
export function* lift(): Steps<void> {
  yield* leave();
  yield* start(false, null);
}

/** on('stopEtag'): the head is changed under the etag that was read, so that a planner that recorded meanwhile is not undone. */
function* stop(cycle: string): Steps<void> {
  for (let tries = 0; tries < 3; tries += 1) {
    const found = (yield* get(keys.head(cycle))).value;
    const isAtWork = found?.row.state === 'planning' || found?.row.state === 'applying';
    if (found === null || !isAtWork || found.row.dryRun || found.row.stopping) return;
    if (yield* tx(update(keys.head(cycle), { ...found.row, stopping: true }, on('stopEtag') ? found.etag : undefined)))
      return;
  }
}

/** Out of pause or quarantine. on('forgetEtag'): a mark that is newer than the one read stays as it is. */
export function* leave(): Steps<void> {
  for (const { row, key, etag } of yield* list(keys.marks)) {
    if (row.attempts === 0) continue;
    yield* tx(update(key, { ...row, wait: null, attempts: 1 }, on('forgetEtag') ? etag : undefined));
  }
  const { value: job, at } = yield* get(keys.job);
  if (job !== null && job.row.state !== 'running')
    yield* tx(update(keys.job, { state: 'running', since: at }, job.etag));
}
