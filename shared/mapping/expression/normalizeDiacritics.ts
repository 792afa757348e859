/**
 * The table of FUN (entra-expressions.md 4.3): marks on Latin letters go, a few letters become two. Other scripts stay as
 * they are, and so do đ, þ and ð, of which the table says nothing.
 */
const LETTERS: Readonly<Record<string, string>> = {
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'oe',
  Ø: 'OE',
  ß: 'ss',
  ẞ: 'SS',
  ł: 'l',
  Ł: 'L',
  ı: 'i',
};

const LATIN_WITH_MARKS = /(\p{Script=Latin})\p{Mn}*/gu;

export function normalizeDiacritics(text: string): string {
  return text
    .normalize('NFD')
    .replace(LATIN_WITH_MARKS, (_, letter: string) => LETTERS[letter] ?? letter)
    .normalize('NFC');
}
