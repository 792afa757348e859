/** Point reads of people, the recycle bin included. */
import type { Person } from '../model/Person';
import type { GraphClient } from './GraphClient';
import { graphError } from './graphError';
import { parseShape, userShape } from './graphShapes';
import { sendBatch, type PartAnswer } from './sendBatch';

/** A person as found, or how far gone: `soft` is in the recycle bin and can come back, `hard` is in neither place. */
export type Looked = { readonly person: Person } | { readonly deleted: 'soft' | 'hard' };

/** How a person is read: the source's attributes. */
export interface PersonReader {
  /** Comma-separated, for `$select`. */
  readonly select: string;
  readonly personOf: (row: Readonly<Record<string, unknown>>) => Person;
}

/** The path that reads one person. */
export const userPath = (id: string, reader: PersonReader): string =>
  `/users/${encodeURIComponent(id)}?$select=${reader.select}`;

/** The person in an answer to `userPath`; undefined for 404. @throws ConnectorError for any other refusal */
export function personIn(answer: PartAnswer | undefined, reader: PersonReader): Person | undefined {
  const body = bodyOf(answer);
  return body === undefined ? undefined : reader.personOf(parseShape(userShape, body, 'user'));
}

/** The body of a part's answer; undefined for 404. @throws ConnectorError for any other refusal */
export function bodyOf(answer: PartAnswer | undefined): unknown {
  if (answer === undefined || answer.status === 404) return undefined;
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw graphError(answer.status, answer.body, undefined);
}

/** How far gone people are whom /users does not know. */
export async function lookInRecycleBin(
  graph: GraphClient,
  ids: readonly string[],
): Promise<Map<string, { readonly deleted: 'soft' | 'hard' }>> {
  const answers = await sendBatch(
    graph,
    ids.map((id) => ({
      key: id,
      method: 'GET',
      url: `/directory/deletedItems/${encodeURIComponent(id)}?$select=id`,
    })),
  );
  return new Map(ids.map((id) => [id, { deleted: bodyOf(answers.get(id)) === undefined ? 'hard' : 'soft' }]));
}

/** People by id, 20 a request; who is missing is looked for in the recycle bin. Every id asked for is in the result. */
export async function lookUp(
  graph: GraphClient,
  ids: readonly string[],
  reader: PersonReader,
): Promise<Map<string, Looked>> {
  const distinct = [...new Set(ids)];
  const answers = await sendBatch(
    graph,
    distinct.map((id) => ({ key: id, method: 'GET', url: userPath(id, reader) })),
  );
  const found = new Map<string, Looked>();
  const missing: string[] = [];
  for (const id of distinct) {
    const person = personIn(answers.get(id), reader);
    if (person === undefined) missing.push(id);
    else found.set(id, { person });
  }
  for (const [id, deleted] of await lookInRecycleBin(graph, missing)) found.set(id, deleted);
  return found;
}
