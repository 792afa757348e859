import type { WithSource } from '../Engine';

const OBJECT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Ids of whom an object id, a mail address or a user principal name names. Throws as Graph does. */
export const findPerson = async ({ entra }: WithSource, name: string): Promise<readonly string[]> =>
  OBJECT_ID.test(name) ? [name.toLowerCase()] : entra.findPeople(name);
