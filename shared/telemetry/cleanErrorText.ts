/** Error texts of others end in logs and tables: nothing in them may be a secret, an address or a page of HTML (I18). */

/** Longer texts are cut to this many characters. */
const LONGEST_TEXT = 300;

const MAIL_ADDRESS = /[^\s"'<>@]+@[^\s"'<>@]+\.[^\s"'<>@]+/g;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** A credential of an Authorization header. */
const HEADER_SECRET = /\b(bearer\s+|basic\s+(?=[\w+/=]{8}))[^\s"',;]+/gi;
/** What follows these names is a credential. */
const NAMED_SECRET =
  /\b((?:shared_?access_?key|sig|signature|pat|password|client_?secret|access_?token|refresh_?token|id_?token|authorization)["']?\s*[=:]\s*["']?)(?!bearer\s|basic\s)[^\s"'&;,]+/gi;
/** Three base64url parts; the first begins like every JSON object. */
const JWT = /\beyJ[\w-]{5,}\.[\w-]+(\.[\w-]*)?/g;
/** A run this long that mixes letters and digits is nothing a person wrote; base64 can hold slashes. */
const LONG_RUN = /[\w+/~=-]{32,}/g;

/** Mail addresses can hide in error texts of others: they are cut out of every text field. */
export const redact = (text: string): string => text.replace(MAIL_ADDRESS, '[address]');

/**
 * An error text of another system, made fit to store and to show: one line, at most 300 characters, without mail
 * addresses, bearer tokens, JWTs and long secrets. Ids (GUIDs) stay.
 */
export function cleanErrorText(text: string): string {
  // Far more than is kept, so that a huge body costs nothing; without the last word, which may be half a secret.
  const start = text.length > 4 * LONGEST_TEXT ? text.slice(0, 4 * LONGEST_TEXT).replace(/\S+$/, '') : text;
  const clean = redact(
    start
      .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
      .replace(JWT, '[token]')
      .replace(HEADER_SECRET, '$1[secret]')
      .replace(NAMED_SECRET, '$1[secret]')
      .replace(LONG_RUN, secretOrText),
  ).trim();
  return clean.length > LONGEST_TEXT ? `${clean.slice(0, LONGEST_TEXT - 1)}…` : clean;
}

/** Paths are long runs too: each of their segments is judged alone, but base64 with a slash in it is not a path. */
function secretOrText(run: string): string {
  const segments = run.split('/');
  const isSecret = (part: string): boolean =>
    part.length >= 24 && /\d/.test(part) && /[a-z]/i.test(part) && !GUID.test(part);
  return segments.some(isSecret) ? '[secret]' : run;
}
