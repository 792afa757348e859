import {
  casedLetters,
  digits,
  SET_COST,
  unicodeSet,
  whiteSpace,
  wordCharacters,
  type CharacterSet,
} from './CharacterSet';
import type { PatternReader } from './PatternReader';

/** Escapes of one character that mean another. */
const CONTROL: Readonly<Record<string, number>> = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** Behind a backslash: a whole set such as `\d` or `\p{Lu}`; undefined when it is no such escape. */
export function readSetEscape(reader: PatternReader, ignoreCase: boolean): CharacterSet | undefined {
  const letter = reader.peek();
  const set = { d: digits, w: wordCharacters, s: whiteSpace }[letter.toLowerCase()];
  if (set !== undefined) {
    reader.index += 1;
    return letter === letter.toLowerCase() ? set() : negated(reader, set());
  }
  if (letter !== 'p' && letter !== 'P') return undefined;
  const start = reader.index - 1;
  const name = reader.match(/[pP]\{([\p{L}\p{Nd}_-]+)\}/uy)?.[1];
  if (name === undefined) throw reader.error('Write a Unicode category as \\p{Lu} or a block as \\p{IsGreek}.', start);
  // Without regard to letter case the three cased categories are one.
  const named = ignoreCase && /^L[ult]$/u.test(name) ? casedLetters() : unicodeSet(name);
  if (named === undefined) throw reader.error(`.NET knows no category or block "${name}".`, start);
  return letter === 'p' ? named : negated(reader, named);
}

function negated(reader: PatternReader, set: CharacterSet): CharacterSet {
  reader.budget.spend(SET_COST.steps, SET_COST.bytes);
  return set.negated();
}

/** Behind a backslash: one UTF-16 unit. @throws PatternError for a letter that means nothing, as .NET does */
export function readUnitEscape(reader: PatternReader): number {
  const start = reader.index - 1;
  const char = reader.next();
  const control = CONTROL[char];
  if (control !== undefined) return control;
  if (char === 'x' || char === 'u') {
    const length = char === 'x' ? 2 : 4;
    const found = char === 'x' ? /[0-9A-Fa-f]{2}/uy : /[0-9A-Fa-f]{4}/uy;
    const hex = reader.match(found)?.[0];
    if (hex === undefined) throw reader.error(`\\${char} wants ${length} hexadecimal digits.`, start);
    return parseInt(hex, 16);
  }
  if (char === 'c') {
    const letter = reader.match(/[A-Za-z@[\\\]^_]/uy)?.[0];
    if (letter === undefined) throw reader.error('\\c wants a letter.', start);
    return letter.toUpperCase().charCodeAt(0) & 31;
  }
  if (/[0-7]/u.test(char)) {
    reader.index -= 1;
    return parseInt(reader.match(/[0-7]{1,3}/uy)?.[0] ?? '0', 8) & 0xff;
  }
  if (/[\p{L}\p{Mn}\p{Nd}\p{Pc}]/u.test(char)) throw reader.error(`.NET knows no escape "\\${char}".`, start);
  return char.charCodeAt(0);
}
