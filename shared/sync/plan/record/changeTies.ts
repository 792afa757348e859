import { inParallel } from '../../../concurrency/inParallel';
import type { ManagedPerson } from '../../../model/ManagedPerson';
import type { StoredPerson } from '../../../store/PeopleTable';
import type { CyclePlace } from '../../cycle/CyclePlace';
import type { PlanContext } from '../PlanContext';
import { withPerson, type Gathered } from './gather';

const PARALLEL = 16;

/**
 * Ties people to other accounts, or to none, before they are judged. Whoever is being written to is left alone: the intent is
 * settled first. So is a row lost to somebody else, to a request on demand or to a second planner of this cycle, and it is read
 * anew: judged by the tie that was read, whom the other one has untied would be in order and stay without. A plan writes nothing.
 * The place is claimed between the read of the rows and their change: a planner that had stalled, perhaps for longer than its
 * cycle lived, would change what later ones have tied, and nobody would look (docs/protocol.md 3.8).
 * @param next the person with the other tie; undefined where it stays
 * @returns the people as they are now
 * @throws PlaceLost when somebody else has the place; then nothing is changed
 */
export async function changeTies(
  context: PlanContext,
  place: CyclePlace,
  gathered: readonly Gathered[],
  next: (one: Gathered, stored: StoredPerson) => Promise<ManagedPerson | undefined>,
): Promise<readonly Gathered[]> {
  const { isDry, engine } = context;
  const { people } = engine.store;
  const changes: { readonly one: Gathered; readonly person: ManagedPerson; readonly before: StoredPerson }[] = [];
  await inParallel(gathered, PARALLEL, async (one) => {
    const { managed } = one.someone;
    if (managed === 'unreadable' || managed.person.pending !== null) return;
    const person = await next(one, managed);
    if (person !== undefined) changes.push({ one, person, before: managed });
  });
  if (changes.length > 0) await context.claim(place);
  const now = new Map<Gathered, Gathered>();
  await inParallel(changes, PARALLEL, async ({ one, person, before }) => {
    const { sourceId } = one.someone;
    const etag = isDry ? before.etag : await people.change(sourceId, person, before.etag);
    now.set(one, withPerson(one, etag === undefined ? await people.get(sourceId) : { person, etag }));
  });
  return gathered.map((one) => now.get(one) ?? one);
}
