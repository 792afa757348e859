import type { HttpCookie } from './protocol';

const SAME_SITE: Readonly<Record<string, string>> = { lax: 'Lax', strict: 'Strict', explicitNone: 'None' };

/** The header of one cookie, as ASP.NET writes it for the real host: the value is percent-encoded. */
export function setCookie(cookie: HttpCookie): string {
  const sameSite = SAME_SITE[cookie.sameSite ?? ''];
  return [
    `${cookie.name}=${encodeURIComponent(cookie.value)}`,
    ...(cookie.maxAge?.value === undefined ? [] : [`max-age=${cookie.maxAge.value}`]),
    ...(cookie.domain?.value === undefined ? [] : [`domain=${cookie.domain.value}`]),
    ...(cookie.path?.value === undefined ? [] : [`path=${cookie.path.value}`]),
    ...(cookie.secure?.value === true ? ['secure'] : []),
    ...(cookie.httpOnly?.value === true ? ['httponly'] : []),
    ...(sameSite === undefined ? [] : [`samesite=${sameSite}`]),
  ].join('; ');
}
