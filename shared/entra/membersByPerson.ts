import { z } from 'zod';
import type { GraphClient } from './GraphClient';
import { parseShape } from './graphShapes';
import { sendBatch, type BatchPart } from './sendBatch';

/** The most groups one checkMemberGroups takes. */
const GROUPS_PER_CHECK = 20;

const memberGroupsShape = z.object({ value: z.array(z.string()) });

/**
 * Asks by person who is in one of the groups, or in a group in them: another question than a group's list answers. Whom Graph
 * does not tell of counts as a member: in doubt nothing is done to anybody (I17).
 * @returns ids of people. @throws ConnectorError as `sendBatch`
 */
export async function membersByPerson(
  graph: GraphClient,
  personIds: readonly string[],
  groupIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const parts: BatchPart[] = [];
  const personOf = new Map<string, string>();
  for (const id of personIds)
    for (let start = 0; start < groupIds.length; start += GROUPS_PER_CHECK) {
      const key = `${id}-${start}`;
      personOf.set(key, id);
      parts.push({
        key,
        method: 'POST',
        url: `/users/${encodeURIComponent(id)}/checkMemberGroups`,
        body: { groupIds: groupIds.slice(start, start + GROUPS_PER_CHECK) },
      });
    }
  const members = new Set<string>();
  for (const [key, { status, body }] of await sendBatch(graph, parts)) {
    const isTold = status >= 200 && status < 300;
    if (!isTold || parseShape(memberGroupsShape, body, 'membership check').value.length > 0)
      members.add(personOf.get(key) ?? '');
  }
  return members;
}
