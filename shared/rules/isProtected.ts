import { textOf, type Person } from '../model/Person';

/**
 * Whether PROTECTED_USERS names the person: by id, user principal name or mail address, or by the address of their account.
 * @param list in lower case
 */
export function isProtected(
  sourceId: string,
  person: Person | undefined,
  accountEmail: string | undefined,
  list: readonly string[],
): boolean {
  if (list.length === 0) return false;
  const names = [
    sourceId,
    person && textOf(person, 'userPrincipalName'),
    person && textOf(person, 'mail'),
    accountEmail,
  ];
  return names.some((name) => typeof name === 'string' && list.includes(name.toLowerCase()));
}
