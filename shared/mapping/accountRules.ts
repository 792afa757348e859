/** GoTo takes 32 characters a name and 128 an e-mail address (goto-api.md 2.4). */
const MAX_NAME_LENGTH = 32;
const MAX_EMAIL_LENGTH = 128;

/**
 * Language or language and country (goto-api.md 2.4); anything else is left out rather than refused (goto-api.md 6, item
 * 27).
 */
const LOCALE = /^[a-z]{2}([-_][A-Za-z]{2})?$/;

/** Names are cut by code points, so that no character is halved (goto-api.md 6, item 28). */
export const accountName = (text: string): string => Array.from(text.trim()).slice(0, MAX_NAME_LENGTH).join('');

/** One address, not a sentence with an @ in it; GoTo itself decides the rest. */
export const isEmail = (text: string): boolean => text.length <= MAX_EMAIL_LENGTH && /^[^\s@]+@[^\s@]+$/u.test(text);

/** @returns null for a text that GoTo would refuse */
export function accountLocale(language: string): string | null {
  if (!LOCALE.test(language)) return null;
  const [code = '', country] = language.split(/[-_]/);
  return country === undefined ? code : `${code}_${country.toUpperCase()}`;
}
