import { inParallel } from '../../../concurrency/inParallel';
import type { Cycle } from '../../../model/Cycle';
import type { PlanContext } from '../PlanContext';
import { withPerson, type Gathered } from './gather';
import { judgeOne } from './recordPeople';

const PARALLEL_WRITES = 16;

/**
 * Gives back the ties that a restart has forgotten and no cycle has made anew, as it failed or was stopped: to whoever is not
 * wanted any more, or in doubt, by the judgement made with the tie. Without it nobody would take the access of who has left
 * meanwhile (docs/protocol.md 3.8). An account that is somebody else's by now stays theirs.
 * @returns the people as they are now
 */
export async function recallLinks(
  context: PlanContext,
  cycle: Cycle,
  gathered: readonly Gathered[],
): Promise<readonly Gathered[]> {
  const { people, claims } = context.engine.store;
  const now = new Map<Gathered, Gathered>();
  await inParallel(gathered, PARALLEL_WRITES, async (one) => {
    const { someone } = one;
    if (someone.managed === 'unreadable') return;
    const { person, etag } = someone.managed;
    if (person.untied === null || person.link !== null || person.pending !== null) return;
    const tied = { ...person, link: person.untied, untied: null };
    const { entry } = judgeOne(context, cycle, withPerson(one, { person: tied, etag }));
    if (entry.desired.kind === 'active' && entry.absentSince === null) return;
    const claim = await claims.get(person.untied.key);
    if (claim !== undefined && claim.sourceId !== someone.sourceId) return;
    const personEtag = context.isDry ? etag : await people.change(someone.sourceId, tied, etag);
    if (personEtag !== undefined) now.set(one, withPerson(one, { person: tied, etag: personEtag }));
  });
  return gathered.map((one) => now.get(one) ?? one);
}
