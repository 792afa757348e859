import type { Reason } from '../../../model/Reason';
import { isProtected } from '../../../rules/isProtected';
import type { Someone, SourceRead } from '../../../store/PeopleTable';
import type { PlanContext } from '../PlanContext';

/** Why nobody was written to when last judged, who was protected then, or may have been behind that. */
const PERHAPS_PROTECTED: ReadonlySet<string> = new Set<Reason>(['Protected', 'HeldByRevert']);

/**
 * Who of these is protected by a group that PROTECTED_USERS names (I07). A list of members that reads as short, empty or
 * missing ends nobody's protection: whoever was protected when last judged, and is on no list now, is asked about by person,
 * and stays protected while a group that the setting names is nowhere to be found.
 * Whoever is deleted is in no group any more: as protected as when last judged, while anybody is protected at all.
 * @param looked what was read of people just now
 * @throws ConnectorError of Graph
 */
export async function protectedAmong(
  context: PlanContext,
  people: readonly Someone[],
  looked: ReadonlyMap<string, SourceRead>,
): Promise<ReadonlySet<string>> {
  const { protectedUsers: list } = context.policy;
  if (list.length === 0) return new Set();
  const listed = await context.protectedByGroup();
  const found = new Set(people.flatMap(({ sourceId }) => (listed.has(sourceId) ? [sourceId] : [])));
  const toAsk: string[] = [];
  for (const { sourceId, facts, managed } of people) {
    if (found.has(sourceId) || !PERHAPS_PROTECTED.has(facts.skipLogged)) continue;
    const { deleted, attributes } = looked.get(sourceId) ?? facts;
    const email = managed === 'unreadable' ? undefined : managed.person.link?.applied.email;
    const person = attributes === null ? undefined : { id: sourceId, attributes };
    if (deleted !== 'no') {
      if (facts.skipLogged === 'Protected') found.add(sourceId);
    } else if (!isProtected(sourceId, person, email, list)) toAsk.push(sourceId);
  }
  if (toAsk.length === 0) return found;
  const isGroupLost = (await context.lostProtectors()).length > 0;
  for (const id of isGroupLost ? toAsk : await context.protectedByPerson(toAsk)) found.add(id);
  return found;
}
