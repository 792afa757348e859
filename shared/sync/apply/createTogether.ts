/**
 * Creations of several people with one request (docs/protocol.md 6): each is prepared, stored and settled singly. Whoever
 * is no plain creation after all, or whose part did not come to its end with the request, goes on alone.
 */
import { inParallel } from '../../concurrency/inParallel';
import type { Outcome } from '../../model/Outcome';
import type { ApplyContext } from './ApplyContext';
import { commit, type CommitInput, type Committed } from './commit';
import type { Decided } from './Decided';
import { decidePerson } from './decidePerson';
import { handlePerson } from './handlePerson';
import { settlePerson } from './settlePerson';
import type { Target } from './Target';
import { taskOf, type Task } from './Task';

/** People who go on alone, at once. */
const ALONE_AT_ONCE = 4;

type Result = PromiseSettledResult<Outcome>;

/** @param targets with the same licences and different addresses. @returns of each their outcome, or what was thrown */
export async function createTogether<T extends Target>(
  context: ApplyContext,
  targets: readonly T[],
): Promise<ReadonlyMap<T, Result>> {
  const results = new Map<Task, Result>();
  const tasks = new Map(targets.map((target) => [taskOf(context, target), target]));
  const all = [...tasks.keys()];
  const settle = async (task: Task, work: () => Promise<Outcome | undefined>): Promise<void> => {
    const [result] = await Promise.allSettled([work()]);
    if (result.status === 'rejected') results.set(task, result);
    else if (result.value !== undefined) results.set(task, { status: 'fulfilled', value: result.value });
  };

  const writes: { readonly task: Task; readonly input: CommitInput }[] = [];
  await Promise.all(
    all.map((task) =>
      settle(task, async () => {
        const decided = await decidePerson(task);
        if (decided.kind === 'outcome') return decided.outcome;
        if (isCreation(decided)) writes.push({ task, input: decided.input });
        return undefined;
      }),
    ),
  );
  // In the order of the rows: of too few seats the first ones get theirs.
  writes.sort((a, b) => all.indexOf(a.task) - all.indexOf(b.task));
  if (writes.length > 0) {
    const [request] = await Promise.allSettled([
      commit(
        context,
        writes.map(({ input }) => input),
      ),
    ]);
    await inParallel([...writes.entries()], ALONE_AT_ONCE, ([index, { task, input }]) =>
      settle(task, () => settled(task, input, request, index)),
    );
  }
  const others = all.filter((task) => !results.has(task));
  await inParallel(others, ALONE_AT_ONCE, (task) => settle(task, () => handlePerson(task)));
  const byTarget = new Map<T, Result>();
  for (const [task, target] of tasks) {
    const result = results.get(task);
    if (result !== undefined) byTarget.set(target, result);
  }
  return byTarget;
}

const isCreation = (decided: Decided): decided is Decided & { readonly kind: 'write' } =>
  decided.kind === 'write' && decided.input.draft.changes === null;

/** @returns undefined when the person goes on alone */
async function settled(
  task: Task,
  input: CommitInput,
  request: PromiseSettledResult<readonly Committed[]>,
  index: number,
): Promise<Outcome | undefined> {
  if (request.status === 'rejected') throw request.reason;
  const committed = request.value[index];
  return committed === undefined ? undefined : settlePerson(task, input, committed);
}
