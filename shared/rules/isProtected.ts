import { textOf, type Person } from '../model/Person';

/** Whether PROTECTED_USERS names the person: by id, user principal name or mail address. @param list in lower case */
export function isProtected(sourceId: string, person: Person | undefined, list: readonly string[]): boolean {
  if (list.length === 0) return false;
  const names = [sourceId, person && textOf(person, 'userPrincipalName'), person && textOf(person, 'mail')];
  return names.some((name) => typeof name === 'string' && list.includes(name.toLowerCase()));
}
