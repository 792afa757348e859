import { toLower, toUpper } from './letterCase';

const LETTER = /^\p{L}$/u;
const LOWERCASE = /^\p{Ll}$/u;
/** The categories at which TextInfo.ToTitleCase begins a new word (dotnet/runtime, TextInfo). */
const SEPARATOR = /^[\p{Z}\p{Cc}\p{Cf}\p{P}\p{S}]$/u;
/** Digraphs have a title-case letter of their own. */
const DIGRAPHS: Readonly<Record<string, string>> = {
  Ǆ: 'ǅ', ǅ: 'ǅ', ǆ: 'ǅ',
  Ǉ: 'ǈ', ǈ: 'ǈ', ǉ: 'ǈ',
  Ǌ: 'ǋ', ǋ: 'ǋ', ǌ: 'ǋ',
  Ǳ: 'ǲ', ǲ: 'ǲ', ǳ: 'ǲ',
}; // prettier-ignore

/**
 * TextInfo.ToTitleCase of the invariant culture: the first letter of each word in title case, the rest in lower case,
 * unless the word has no lower-case letter at all. An apostrophe inside a word begins no new one: O'brien.
 */
export function toTitleCase(text: string): string {
  const chars = Array.from(text);
  let out = '';
  let index = 0;
  while (index < chars.length) {
    const first = chars[index] ?? '';
    index += 1;
    if (!LETTER.test(first)) {
      out += first;
      continue;
    }
    out += DIGRAPHS[first] ?? toUpper(first);
    let hasLowerCase = LOWERCASE.test(first);
    let rest = '';
    const flush = (): void => {
      out += hasLowerCase ? toLower(rest) : rest;
      rest = '';
    };
    for (; index < chars.length; index += 1) {
      const char = chars[index] ?? '';
      if (LETTER.test(char)) {
        if (LOWERCASE.test(char)) hasLowerCase = true;
        rest += char;
      } else if (char === "'") {
        rest += char;
        flush();
        hasLowerCase = true;
      } else if (SEPARATOR.test(char)) {
        break;
      } else {
        rest += char;
      }
    }
    flush();
    if (index < chars.length) {
      out += chars[index] ?? '';
      index += 1;
    }
  }
  return out;
}
