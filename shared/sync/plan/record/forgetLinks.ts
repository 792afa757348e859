import { isFoundAnew } from '../../../rules/isFoundAnew';
import type { CyclePlace } from '../../cycle/CyclePlace';
import type { PlanContext } from '../PlanContext';
import { changeTies } from './changeTies';
import type { Gathered } from './gather';
import { judgeOne } from './recordPeople';

/**
 * Forgets which account is whose, of everybody who is wanted, in no doubt, and to be found anew: they are judged by GoTo's list
 * alone then. Whoever has lost access, or seems to have, keeps the tie until it is taken, and whose account is about to get
 * another address keeps it, or the account would stay open and be nobody's (docs/protocol.md 3.8).
 * @param gathered whom the cycle has not recorded yet: who is at its lanes may be tied anew already
 * @returns the people as they are now
 */
export const forgetLinks = (
  context: PlanContext,
  place: CyclePlace,
  gathered: readonly Gathered[],
): Promise<readonly Gathered[]> =>
  changeTies(context, place, gathered, (one, { person }) => {
    if (person.link === null) return Promise.resolve(undefined);
    const { entry } = judgeOne(context, place.cycle, one);
    return Promise.resolve(
      isFoundAnew(entry, person.link) ? { ...person, link: null, untied: person.link } : undefined,
    );
  });
