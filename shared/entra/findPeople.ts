import type { GraphClient } from './GraphClient';
import { pageShape, parseShape } from './graphShapes';

/** More than two make it no clearer that the address is not one person's. */
const ENOUGH = 5;

/** Ids of the users whose user principal name or mail this is, in any letter case. Throws as GraphClient does. */
export async function findPeople(graph: GraphClient, address: string): Promise<readonly string[]> {
  // OData doubles a quote within a text; everything else is escaped for the address line.
  const text = `'${address.replaceAll("'", "''")}'`;
  const filter = encodeURIComponent(`userPrincipalName eq ${text} or mail eq ${text}`);
  const page = parseShape(pageShape, await graph.get(`/users?$select=id&$top=${ENOUGH}&$filter=${filter}`), 'list');
  return page.value.flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
}
