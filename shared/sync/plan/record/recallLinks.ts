import type { CyclePlace } from '../../cycle/CyclePlace';
import { recalledTie, withTieBack } from '../../job/recalledTie';
import type { PlanContext } from '../PlanContext';
import { changeTies } from './changeTies';
import { withPerson, type Gathered } from './gather';
import { judgeOne } from './recordPeople';

/**
 * Gives back the ties that a restart has forgotten and no cycle has made anew, as it failed or was stopped: to whoever is not
 * wanted any more, in doubt, or to get another address, by the judgement made with the tie. Without it nobody would take the
 * access of who has left meanwhile (docs/protocol.md 3.8). An account that is somebody else's by now stays theirs.
 * @returns the people as they are now
 */
export const recallLinks = (
  context: PlanContext,
  place: CyclePlace,
  gathered: readonly Gathered[],
): Promise<readonly Gathered[]> =>
  changeTies(context, place, gathered, async (one, { person, etag }) => {
    if (person.untied === null || person.link !== null) return undefined;
    const tied = withTieBack(person);
    const { entry } = judgeOne(context, place.cycle, withPerson(one, { person: tied, etag }));
    return recalledTie(context.engine, entry, person);
  });
