/**
 * Creations of several people with one request (docs/protocol.md 6): each is prepared, stored and settled singly. Whoever
 * is no plain creation after all, or whose part did not come to its end with the request, goes on alone.
 */
import { inParallel } from '../../concurrency/inParallel';
import type { Outcome } from '../../model/Outcome';
import type { ApplyContext } from './ApplyContext';
import { commit, type CommitInput, type Committed } from './commit';
import type { Decided } from './Decided';
import { Handling, type Target } from './handlePerson';

/** People who go on alone, at once. */
const ALONE_AT_ONCE = 4;

type Result = PromiseSettledResult<Outcome>;

/** @param targets with the same licences and different addresses. @returns of each their outcome, or what was thrown */
export async function createTogether<T extends Target>(
  context: ApplyContext,
  targets: readonly T[],
): Promise<ReadonlyMap<T, Result>> {
  const results = new Map<Handling, Result>();
  const handlings = new Map(targets.map((target) => [new Handling(context, target), target]));
  const all = [...handlings.keys()];
  const settle = async (handling: Handling, work: () => Promise<Outcome | undefined>): Promise<void> => {
    const [result] = await Promise.allSettled([work()]);
    if (result.status === 'rejected') results.set(handling, result);
    else if (result.value !== undefined) results.set(handling, { status: 'fulfilled', value: result.value });
  };

  const writes: { readonly handling: Handling; readonly input: CommitInput }[] = [];
  await Promise.all(
    all.map((handling) =>
      settle(handling, async () => {
        const decided = await handling.prepare();
        if (decided.kind === 'outcome') return decided.outcome;
        if (isCreation(decided)) writes.push({ handling, input: decided.input });
        return undefined;
      }),
    ),
  );
  // In the order of the rows: of too few seats the first ones get theirs.
  writes.sort((a, b) => all.indexOf(a.handling) - all.indexOf(b.handling));
  if (writes.length > 0) {
    const [request] = await Promise.allSettled([
      commit(
        context,
        writes.map(({ input }) => input),
      ),
    ]);
    await inParallel([...writes.entries()], ALONE_AT_ONCE, ([index, { handling, input }]) =>
      settle(handling, () => settled(handling, input, request, index)),
    );
  }
  const others = all.filter((handling) => !results.has(handling));
  await inParallel(others, ALONE_AT_ONCE, (handling) => settle(handling, () => handling.run()));
  const byTarget = new Map<T, Result>();
  for (const [handling, target] of handlings) {
    const result = results.get(handling);
    if (result !== undefined) byTarget.set(target, result);
  }
  return byTarget;
}

const isCreation = (decided: Decided): decided is Decided & { readonly kind: 'write' } =>
  decided.kind === 'write' && decided.input.draft.changes === null;

/** @returns undefined when the person goes on alone */
async function settled(
  handling: Handling,
  input: CommitInput,
  request: PromiseSettledResult<readonly Committed[]>,
  index: number,
): Promise<Outcome | undefined> {
  if (request.status === 'rejected') throw request.reason;
  const committed = request.value[index];
  return committed === undefined ? undefined : handling.settle(input, committed);
}
