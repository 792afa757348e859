import type { GraphClient } from './GraphClient';
import { countIn } from './countAssignments';
import { sendBatch, type BatchPart } from './sendBatch';

/**
 * How many members Graph counts in a group: an index answers that lags by itself, so it says whether a list may be cut
 * short, and never who is in it (graph-source.md 2.4, 3.3).
 * @param withGroups whether groups in it count too, besides users
 * @returns undefined when Graph does not tell. @throws ConnectorError as `sendBatch`
 */
export async function countMembers(
  graph: GraphClient,
  groupId: string,
  withGroups: boolean,
): Promise<number | undefined> {
  const parts = (withGroups ? ['user', 'group'] : ['user']).map((kind): BatchPart => ({
    key: kind,
    method: 'GET',
    url: `/groups/${encodeURIComponent(groupId)}/members/microsoft.graph.${kind}?$count=true&$top=1&$select=id`,
    headers: { ConsistencyLevel: 'eventual' },
  }));
  let sum = 0;
  for (const answer of (await sendBatch(graph, parts)).values()) {
    const count = countIn(answer);
    if (count === undefined) return undefined;
    sum += count;
  }
  return sum;
}
