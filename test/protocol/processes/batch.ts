/**
 * Creations of several people with one request (protocol.md 6): each has an intent of its own, all die at the same moment,
 * and each result is stored singly. Whoever is not a plain creation is left to `handle`.
 */
import { look, post, type Steps } from '../calls';
import type { Intent, Person } from '../rows';
import { on, settings } from '../settings';
import { get } from '../calls';
import { keys } from '../rows';
import { drop, intentFor, storeIntent, storeResult } from './commit';
import { readPass, type Outcome, type Reading, type Task } from './reading';

interface Creating {
  readonly reading: Reading;
  readonly task: Task;
  readonly intent: Intent;
}

/** @returns the people whose part has ended or must wait; the others are handled one by one. */
export function* createTogether(tasks: ReadonlyMap<Person, Task>): Steps<Map<Person, Outcome>> {
  const ready: { reading: Reading; task: Task }[] = [];
  for (const [person, task] of tasks) {
    const reading = yield* readPass(person, task.cycle);
    if (yield* isPlainCreation(reading, task)) ready.push({ reading, task });
  }
  const outcomes = new Map<Person, Outcome>();
  if (ready.length < 2) return outcomes;
  const deadAt = Math.min(...ready.map(({ reading }) => reading.at)) + 1;
  const creating = yield* storeIntents(ready, deadAt);
  if (creating.length === 0) return outcomes;
  const answer = (yield* post(creating.map(creationOf), deadAt)).value;
  for (const [i, { reading, task, intent }] of creating.entries()) {
    const { person } = reading;
    if (answer === 'lost' && on('batchLost')) {
      outcomes.set(person, { retryAt: deadAt }); // each recovers by itself
      continue;
    }
    // on('batchLost') switched off: a lost answer is read as a refusal
    const one = typeof answer === 'string' ? answer : answer[i];
    if (one === undefined || one === 'late' || one === 'lost' || one === 'taken') {
      yield* drop(reading, task);
      continue;
    }
    const stored = yield* storeResult(reading, task, intent, one, {
      then: 'done',
      before: reading.row.applied,
      home: null,
    });
    // on('batchSingly'): a result that could not be stored is recovered, not believed
    if (stored !== null) outcomes.set(person, stored);
    else if (!on('batchSingly')) outcomes.set(person, { result: 'done', wrote: reading.wrote + 1 });
  }
  return outcomes;
}

/** on('batchDrop'): who loses its etag drops out of the request. */
function* storeIntents(ready: readonly { reading: Reading; task: Task }[], deadAt: number): Steps<Creating[]> {
  const creating: Creating[] = [];
  for (const { reading, task } of ready) {
    const { value, address } = task.want;
    const id = `${task.cycle}.${reading.person}${reading.etag}`;
    const intent = intentFor(reading, task, { kind: 'post', key: null, value, address, deadAt }, id);
    if ((yield* storeIntent(reading, task, intent)) || !on('batchDrop')) creating.push({ reading, task, intent });
  }
  return creating;
}

const creationOf = ({ reading, task, intent }: Creating) => ({
  id: intent.id,
  person: reading.person,
  value: task.want.value,
  address: task.want.address,
  factsAt: task.factsAt,
  cycle: task.cycle,
});

/** Nothing open, nothing linked, nobody there under the address. */
function* isPlainCreation({ person, row, at }: Reading, task: Task): Steps<boolean> {
  const isPlain =
    row.last?.cycle !== task.cycle &&
    row.pending === null &&
    row.link === null &&
    row.hold === null &&
    row.seenAt <= task.factsAt &&
    task.want.value > 0 &&
    !task.stopping &&
    at > row.wroteAt;
  if (!isPlain) return false;
  if (settings().pauses && (yield* get(keys.job)).value?.row.state !== 'running') return false;
  return (yield* look(person, 'address', task.want.address)).value === null;
}
