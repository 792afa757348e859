import type { AccountAttributes } from '../model/Account';
import { textOf } from '../model/Person';
import type { Mapping } from './Mapping';

/** GoTo takes 32 characters a name and 128 an e-mail address (goto-api.md 2.4). */
const MAX_NAME_LENGTH = 32;
const MAX_EMAIL_LENGTH = 128;

/** Language or language and country (goto-api.md 2.4); anything else is left out rather than refused (6, item 27). */
const LOCALE = /^[a-z]{2}([-_][A-Za-z]{2})?$/;

/** mail or userPrincipalName → email, givenName, surname, preferredLanguage → locale. */
export const defaultMapping: Mapping = {
  sourceAttributes: [
    'userPrincipalName',
    'mail',
    'givenName',
    'surname',
    'displayName',
    'preferredLanguage',
    'accountEnabled',
    'userType',
  ],
  map(person) {
    const email = textOf(person, 'mail') ?? usableUpn(textOf(person, 'userPrincipalName'));
    if (email === null) return { ok: false, reason: 'ImportSkipped' };
    if (email.length > MAX_EMAIL_LENGTH) return { ok: false, reason: 'InvalidValue' };
    const firstName = textOf(person, 'givenName');
    const lastName = textOf(person, 'surname');
    if (firstName === null || lastName === null) return { ok: false, reason: 'MandatoryFieldsMissing' };
    const locale = localeOf(textOf(person, 'preferredLanguage'));
    const attributes: AccountAttributes = {
      email,
      firstName: firstCodePoints(firstName, MAX_NAME_LENGTH),
      lastName: firstCodePoints(lastName, MAX_NAME_LENGTH),
      ...(locale === null ? {} : { locale }),
    };
    return { ok: true, attributes };
  },
};

/** A guest's UPN is not an address: it carries #EXT# (graph-source.md 3.3). */
const usableUpn = (upn: string | null): string | null => (upn === null || upn.includes('#') ? null : upn);

/** Names are cut by code points, so that no character is halved (goto-api.md 6, item 28). */
const firstCodePoints = (text: string, count: number): string => Array.from(text).slice(0, count).join('');

function localeOf(language: string | null): string | null {
  if (language === null || !LOCALE.test(language)) return null;
  const [code = '', country] = language.split(/[-_]/);
  return country === undefined ? code : `${code}_${country.toUpperCase()}`;
}
