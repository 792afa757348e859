import { z } from 'zod';
import type { GraphClient } from './GraphClient';
import { sendBatch, type PartAnswer } from './sendBatch';

const counted = z.object({ '@odata.count': z.number() });

/** The count in an answer; undefined when it holds none. */
export const countIn = (answer: PartAnswer | undefined): number | undefined =>
  counted.safeParse(answer?.body).data?.['@odata.count'];

/**
 * How many rows Graph counts in the app's list of assignments: an index answers that lags by itself, so it says whether
 * a list may be cut short, and never who is in it (graph-source.md 1.2, 3.3).
 * @returns undefined when Graph does not tell. @throws ConnectorError as `sendBatch`
 */
export async function countAssignments(graph: GraphClient, servicePrincipalId: string): Promise<number | undefined> {
  const url = `/servicePrincipals/${encodeURIComponent(servicePrincipalId)}/appRoleAssignedTo?$count=true&$top=1`;
  const answers = await sendBatch(graph, [
    { key: 'count', method: 'GET', url, headers: { ConsistencyLevel: 'eventual' } },
  ]);
  return countIn(answers.get('count'));
}
