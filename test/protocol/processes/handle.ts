/** Handle one person: prepare → commit, the only way to GoTo, for lanes and on-demand alike (protocol.md 3.4). */
import { get, type Steps } from '../calls';
import { keys, type Person } from '../rows';
import { commit } from './commit';
import { prepare } from './prepare';
import { end, readPass, type Outcome, type Task } from './reading';
import { recover } from './recover';
import { recalledLast } from './ties';

const PASSES = 6;

export function* handle(person: Person, task: Task): Steps<Outcome> {
  /** How often GoTo has said that another account holds the address. */
  let refusals = 0;
  for (let pass = 0; pass < PASSES; pass += 1) {
    const reading = yield* readPass(person, task.cycle);
    const { last, pending } = reading.row;
    if (last?.cycle === task.cycle) return { result: last.result, wrote: last.wrote };
    if (pending !== null) {
      const outcome = yield* recover(reading, pending, task);
      if (outcome !== null) return outcome;
      continue; // on('recoverDecide'): recovered; now decide anew
    }
    if (yield* recalledLast(reading, task)) continue;
    const verdict = yield* prepare(reading, task, refusals);
    if ('retryAt' in verdict) return verdict;
    if ('end' in verdict) {
      const ended = yield* end(reading, task, verdict.end, verdict.change);
      if (ended !== null) return ended;
      continue;
    }
    const outcome = yield* commit(reading, task, verdict);
    if (outcome === 'refused') refusals += 1;
    else if (outcome !== null) return outcome;
  }
  return { retryAt: (yield* get(keys.watermark)).at + 1 };
}
