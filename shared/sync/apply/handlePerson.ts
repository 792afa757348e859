/**
 * decide → commit → settle for one person, the only way to GoTo: lanes and requests on demand alike (docs/protocol.md 3.4).
 * Whoever loses the person's row to somebody else begins anew.
 *
 * Upholds I08.
 */
import type { Outcome } from '../../model/Outcome';
import { commit } from './commit';
import { decidePerson } from './decidePerson';
import { settlePerson } from './settlePerson';
import type { Task } from './Task';

/** Times the row may be lost to somebody else before the person waits a moment. */
const MAX_ROUNDS = 8;
const LOST_ROW_WAIT_MS = 1_000;

/** Rounds to the end, or until the row was lost too often. @throws ConnectorError, or anything unexpected: `outcomeOf` says what it means */
export async function handlePerson(task: Task): Promise<Outcome> {
  const { context } = task;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const decided = await decidePerson(task);
    if (decided.kind === 'outcome') return decided.outcome;
    if (decided.kind === 'again') continue;
    const [committed] = await commit(context, [decided.input]);
    const outcome = committed === undefined ? undefined : await settlePerson(task, decided.input, committed);
    if (outcome !== undefined) return outcome;
  }
  return {
    kind: 'retryAfter',
    at: context.engine.clock.now() + LOST_ROW_WAIT_MS,
    code: 'Conflict',
    message: 'The person is being changed by somebody else right now.',
    countsAsAttempt: true,
  };
}
