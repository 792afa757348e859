import type { ApiCookie, ApiRequest } from '../ApiResponse';

const NAME = 'goto-consent';

/**
 * For the callback alone, out of reach of scripts, and sent when GoTo leads the browser back (Lax).
 * @param redirectUri the callback's address
 * @param lifeMs in ms
 */
export function consentCookie(redirectUri: string, value: string, lifeMs: number): ApiCookie {
  const { pathname, protocol } = new URL(redirectUri);
  return {
    name: NAME,
    value,
    path: pathname,
    httpOnly: true,
    secure: protocol === 'https:',
    sameSite: 'Lax',
    maxAge: lifeMs / 1_000,
  };
}

/** What the browser brought. @returns null without one */
export function readConsentCookie(request: ApiRequest): string | null {
  for (const part of (request.header('cookie') ?? '').split(';')) {
    const [name = '', value] = part.trim().split('=', 2);
    if (name === NAME && value !== undefined) return value;
  }
  return null;
}
