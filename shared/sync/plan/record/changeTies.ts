import { inParallel } from '../../../concurrency/inParallel';
import type { ManagedPerson } from '../../../model/ManagedPerson';
import type { StoredPerson } from '../../../store/PeopleTable';
import type { PlanContext } from '../PlanContext';
import { withPerson, type Gathered } from './gather';

const PARALLEL_WRITES = 16;

/**
 * Ties people to other accounts, or to none, before they are judged. Whoever is being written to is left alone: the intent is
 * settled first. So is a row lost to somebody else, to a request on demand or to a second planner of this cycle, and it is read
 * anew: judged by the tie that was read, whom the other one has untied would be in order and stay without. A plan writes nothing.
 * @param next the person with the other tie; undefined where it stays
 * @returns the people as they are now
 */
export async function changeTies(
  { isDry, engine: { store } }: PlanContext,
  gathered: readonly Gathered[],
  next: (one: Gathered, stored: StoredPerson) => Promise<ManagedPerson | undefined>,
): Promise<readonly Gathered[]> {
  const now = new Map<Gathered, Gathered>();
  await inParallel(gathered, PARALLEL_WRITES, async (one) => {
    const { sourceId, managed } = one.someone;
    if (managed === 'unreadable' || managed.person.pending !== null) return;
    const person = await next(one, managed);
    if (person === undefined) return;
    const etag = isDry ? managed.etag : await store.people.change(sourceId, person, managed.etag);
    now.set(one, withPerson(one, etag === undefined ? await store.people.get(sourceId) : { person, etag }));
  });
  return gathered.map((one) => now.get(one) ?? one);
}
