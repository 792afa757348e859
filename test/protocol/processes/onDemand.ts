/** On demand: one person at once, beside whatever cycle runs (protocol.md 3.7). */
import { get, newId, readPerson, readSetting, tx, upsert, type Steps } from '../calls';
import { keys, type Person, type Target } from '../rows';
import { on, settings } from '../settings';
import { targetOf } from '../world';
import { handle } from './handle';
import type { Task } from './reading';
import { isRemoval } from './judge';
import { reserve } from './reserve';
import { asTied } from './ties';

/** Facts → reserve → mark → handle; its own cycle id, no turn (protocol.md 3.7). */
export function* onDemand(person: Person): Steps<void> {
  if (settings().pauses && (yield* get(keys.job)).value?.row.state !== 'running') return;
  const setting = (yield* readSetting()).value;
  const row = (yield* get(keys.person(person))).value?.row;
  const { value: facts, at } = yield* readPerson(person);
  const want = targetOf(facts, setting);
  const cycle = (yield* newId()).value;
  const removal = row !== undefined && isRemoval(yield* asTied(person, row, want), want);
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
  probe: false,
  onDemand: true,
});
