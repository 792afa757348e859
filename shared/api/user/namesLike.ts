import type { PersonNames } from '../../store/PeopleTable';

const ASCII = /^[\0-\x7f]*$/;
/** Letters that are no letter with an accent, as they are typed where no key has them. */
const TYPED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};
const UNTYPED = new RegExp(`[${Object.keys(TYPED).join('')}]`, 'gu');
/** Whatever stands for an apostrophe: a keyboard has one of them, and names have all. */
const APOSTROPHES = /['’‘ʼ`´′]/gu;

/** Letters without accents, apostrophes and case: whoever types "muller" finds "Müller", "soren o'brien" "Søren O’Brien". */
function plain(text: string): string {
  const lower = ASCII.test(text)
    ? text.toLowerCase()
    : text
        .normalize('NFD')
        .replace(/\p{M}/gu, '')
        .toLowerCase()
        .replace(UNTYPED, (letter) => TYPED[letter] ?? letter);
  return lower.replace(APOSTROPHES, '');
}

interface Found extends PersonNames {
  readonly id: string;
  /** 0 for a name that begins so. */
  readonly rank: 0 | 1;
}

const inOrder = new Intl.Collator('en');
const compare = (a: Found, b: Found): number =>
  a.rank - b.rank || inOrder.compare(a.displayName, b.displayName) || (a.id < b.id ? -1 : 1);

/**
 * People in whose name, mail or user principal name every word occurs; those with a name that begins so come first. Nobody
 * else is answered meanwhile, so that of a large company only the first few are put in order.
 * @param search what somebody typed
 * @param top how many at most
 */
export function namesLike(
  names: ReadonlyMap<string, PersonNames>,
  search: string,
  top: number,
): readonly (PersonNames & { readonly id: string })[] {
  const words = [...new Set(plain(search).split(/\s+/u).filter(Boolean))];
  const beginning = words.join(' ');
  const first: Found[] = [];
  if (words.length === 0) return first;
  for (const [id, one] of names) {
    const { displayName, mail, userPrincipalName } = one;
    const texts = [...new Set([displayName, mail ?? '', userPrincipalName ?? ''])].map(plain);
    if (!words.every((word) => texts.some((text) => text.includes(word)) || id === word)) continue;
    const found: Found = { id, ...one, rank: texts.some((text) => text.startsWith(beginning)) ? 0 : 1 };
    const last = first.at(-1);
    if (first.length === top && last !== undefined && compare(found, last) > 0) continue;
    const place = first.findIndex((other) => compare(found, other) < 0);
    first.splice(place < 0 ? first.length : place, 0, found);
    if (first.length > top) first.pop();
  }
  return first.map(({ id, displayName, mail, userPrincipalName }) => ({ id, displayName, mail, userPrincipalName }));
}
