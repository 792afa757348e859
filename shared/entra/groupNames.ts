import type { GraphClient } from './GraphClient';
import { parseShape, userShape } from './graphShapes';
import { bodyOf } from './lookUp';
import { sendBatch } from './sendBatch';

/** Names of groups for people to read, 20 a request; who is not found, or has none, goes by the id. Throws as `sendBatch`. */
export async function groupNames(graph: GraphClient, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const distinct = [...new Set(ids)];
  const answers = await sendBatch(
    graph,
    distinct.map((id) => ({ key: id, method: 'GET', url: `/groups/${encodeURIComponent(id)}?$select=id,displayName` })),
  );
  const nameOf = (id: string): string => {
    const body = bodyOf(answers.get(id));
    const name = body === undefined ? undefined : parseShape(userShape, body, 'group')['displayName'];
    return typeof name === 'string' && name !== '' ? name : id;
  };
  return new Map(distinct.map((id) => [id, nameOf(id)]));
}
