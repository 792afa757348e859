/**
 * .NET's letter case: one UTF-16 unit becomes one (ß stays ß), unlike JavaScript's. Checked for every unit of the basic
 * plane against .NET by test/oracle.
 */

/** Cultures whose i has no dot in upper case; all others are like the invariant one but for İ and ı. */
const DOTLESS = new Set(['tr', 'az']);

export interface CaseRules {
  readonly dotless: boolean;
  /** The invariant culture leaves ı and İ alone; a named culture maps them to I and i. */
  readonly invariant: boolean;
}

export const INVARIANT: CaseRules = { dotless: false, invariant: true };

/** @returns null when there is no such culture */
export function caseRulesOf(culture: string): CaseRules | null {
  if (culture === '') return INVARIANT;
  let canonical: string;
  try {
    canonical = new Intl.Locale(culture.replaceAll('_', '-')).language;
  } catch {
    return null;
  }
  if (Intl.DisplayNames.supportedLocalesOf(canonical).length === 0) return null;
  return { dotless: DOTLESS.has(canonical), invariant: false };
}

export const toUpper = (text: string, rules: CaseRules = INVARIANT): string => mapCharacters(text, upperOf, rules);
export const toLower = (text: string, rules: CaseRules = INVARIANT): string => mapCharacters(text, lowerOf, rules);

/** By code point, so that letters outside the basic plane (Deseret, Adlam) change too. */
function mapCharacters(text: string, map: (char: string, rules: CaseRules) => string, rules: CaseRules): string {
  let out = '';
  for (const char of text) out += map(char, rules);
  return out;
}

/** Greek letters with iota below: their one-letter upper case is the title-case letter. */
const IOTA_BELOW = /^[\u1F80-\u1F87\u1F90-\u1F97\u1FA0-\u1FA7]$/u;
const IOTA_ADSCRIPT: Readonly<Record<string, string>> = { ᾳ: 'ᾼ', ῃ: 'ῌ', ῳ: 'ῼ' };

function upperOf(char: string, rules: CaseRules): string {
  if (char === 'i' && rules.dotless) return 'İ';
  if (char === 'ı' && rules.invariant) return char;
  if (IOTA_BELOW.test(char)) return String.fromCharCode(char.charCodeAt(0) + 8);
  const upper = IOTA_ADSCRIPT[char] ?? char.toUpperCase();
  return upper.length === char.length ? upper : char;
}

function lowerOf(char: string, rules: CaseRules): string {
  if (char === 'I' && rules.dotless) return 'ı';
  if (char === 'İ') return rules.invariant ? char : 'i';
  const lower = char.toLowerCase();
  return lower.length === char.length ? lower : char;
}
