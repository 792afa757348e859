import type { Cycle } from '../../../model/Cycle';
import type { PlanContext } from '../PlanContext';
import { changeTies } from './changeTies';
import type { Gathered } from './gather';
import { judgeOne } from './recordPeople';

/**
 * Forgets which account is whose, of everybody who is wanted and in no doubt: they are judged by GoTo's list alone then.
 * Whoever has lost access, or seems to have, keeps the tie until it is taken, or the account would stay open and be nobody's
 * (docs/protocol.md 3.8). So does whom this cycle's lanes have handled already: a planner that had stalled would forget the tie
 * that they have made anew.
 * @returns the people as they are now
 */
export const forgetLinks = (
  context: PlanContext,
  cycle: Cycle,
  gathered: readonly Gathered[],
): Promise<readonly Gathered[]> =>
  changeTies(context, gathered, (one, { person }) => {
    const isHandled = person.last?.cycleId === cycle.id || person.part?.cycleId === cycle.id;
    if (person.link === null || isHandled) return Promise.resolve(undefined);
    const { entry } = judgeOne(context, cycle, one);
    const isWanted = entry.desired.kind === 'active' && entry.absentSince === null;
    return Promise.resolve(isWanted ? { ...person, link: null, untied: person.link } : undefined);
  });
