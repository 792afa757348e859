import type { PersonNames } from '../../store/PeopleTable';

/** Letters without accents and case: whoever types "muller" finds "Müller". */
const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/**
 * People in whose name, mail or user principal name every word occurs; those with a name that begins so come first.
 * @param search what somebody typed
 * @param top how many at most
 */
export function namesLike(
  names: ReadonlyMap<string, PersonNames>,
  search: string,
  top: number,
): readonly (PersonNames & { readonly id: string })[] {
  const words = plain(search).split(/\s+/u).filter(Boolean);
  if (words.length === 0) return [];
  const found = [...names].flatMap(([id, one]) => {
    const texts = [one.displayName, one.mail ?? '', one.userPrincipalName ?? ''].map(plain);
    const isFound = words.every((word) => texts.some((text) => text.includes(word)) || id === word);
    if (!isFound) return [];
    const rank = texts.some((text) => text.startsWith(words.join(' '))) ? 0 : 1;
    return [{ id, ...one, rank }];
  });
  return found
    .sort((a, b) => a.rank - b.rank || a.displayName.localeCompare(b.displayName, 'en') || (a.id < b.id ? -1 : 1))
    .slice(0, top)
    .map(({ id, displayName, mail, userPrincipalName }) => ({ id, displayName, mail, userPrincipalName }));
}
