import { ConnectorError } from '../../model/ConnectorError';
import type { WithSource, WithStore } from '../Engine';

const OBJECT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Ids of whom an object id, a mail address or a user principal name names. Whom Entra does not show, because the person was
 * deleted or Entra does not answer, is found by what the connector read last.
 * @throws ConnectorError, as Graph does, when the connector never read anybody of this name either
 */
export async function findPerson({ entra, store }: WithSource & WithStore, name: string): Promise<readonly string[]> {
  if (OBJECT_ID.test(name)) return [name.toLowerCase()];
  // Half a letter (a lone surrogate) is no part of any name, and of no address line.
  if (!name.isWellFormed()) return [];
  let failure: ConnectorError | undefined;
  const shown = await entra.findPeople(name).catch((error: unknown) => {
    if (!(error instanceof ConnectorError)) throw error;
    failure = error;
    return [];
  });
  if (shown.length > 0) return shown;
  const known = await store.people.called(name);
  if (known.length === 0 && failure !== undefined) throw failure;
  return known;
}
