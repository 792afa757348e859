import { inParallel } from '../../../concurrency/inParallel';
import type { Cycle } from '../../../model/Cycle';
import type { PlanContext } from '../PlanContext';
import { withPerson, type Gathered } from './gather';
import { judgeOne } from './recordPeople';

const PARALLEL_WRITES = 16;

/**
 * Forgets which account is whose, of everybody who is wanted and in no doubt: they are judged by GoTo's list alone then.
 * Whoever has lost access, or seems to have, keeps the tie until it is taken, or the account would stay open and be nobody's
 * (docs/protocol.md 3.8). So does whoever is being written to: the intent is settled first.
 * @returns the people as they are now
 */
export async function forgetLinks(
  context: PlanContext,
  cycle: Cycle,
  gathered: readonly Gathered[],
): Promise<readonly Gathered[]> {
  const { people } = context.engine.store;
  const now = new Map<Gathered, Gathered>();
  await inParallel(gathered, PARALLEL_WRITES, async (one) => {
    const { someone } = one;
    if (someone.managed === 'unreadable') return;
    const { person, etag } = someone.managed;
    if (person.link === null || person.pending !== null) return;
    const { entry } = judgeOne(context, cycle, one);
    if (entry.desired.kind !== 'active' || entry.absentSince !== null) return;
    const untied = { ...person, link: null, untied: person.link };
    const personEtag = await people.change(someone.sourceId, untied, etag);
    // Lost to a request on demand, which has just looked at the account.
    if (personEtag === undefined) return;
    now.set(one, withPerson(one, { person: untied, etag: personEtag }));
  });
  return gathered.map((one) => now.get(one) ?? one);
}
