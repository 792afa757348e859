import { findPerson } from '../sync/demand/findPerson';
import type { WithSource, WithStore } from '../sync/Engine';
import { Problem } from './Problem';

/** What no name of Entra's is longer than. */
const MAX_NAME_LENGTH = 256;

export const unknownUser = (): Problem =>
  new Problem(
    404,
    'UserNotFound',
    'Entra has no such user, and the connector never had one. Check the address; who was deleted is found by the object id.',
  );

/**
 * The object id of the one person whom an object id, a mail address or a user principal name names.
 * @throws Problem 404, 409 when several people have the address
 */
export async function onePerson(engine: WithSource & WithStore, name: string): Promise<string> {
  const [id, ...others] = name.length > MAX_NAME_LENGTH ? [] : await findPerson(engine, name);
  if (id === undefined) throw unknownUser();
  if (others.length > 0)
    throw new Problem(409, 'AmbiguousUser', 'Several users have this address. Ask for one of them by object id.', {
      ids: [id, ...others],
    });
  return id;
}
