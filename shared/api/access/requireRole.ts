import type { ApiRequest } from '../ApiResponse';
import { Problem } from '../Problem';
import { principalOf, type Principal } from './Principal';
import type { Route } from '../Route';
import type { Role } from './Role';

const SIGN_IN = '/.auth/login/aad';

/**
 * Lets in who signed in with Entra and has the role. Only for an app behind App Service authentication.
 * @throws Problem 401 without a sign-in, 403 without the role or from another site
 */
export function requireRole(
  request: ApiRequest,
  { role, method }: Pick<Route, 'method'> & { readonly role: Role },
): Principal {
  const principal = principalOf(request);
  if (principal === null)
    throw new Problem(
      401,
      'SignInNeeded',
      `Sign in: open ${SIGN_IN} in the browser, or send a token of Entra for this app as "Authorization: Bearer …".`,
    );
  if (!principal.roles.has(role) && !principal.roles.has('Admin'))
    throw new Problem(
      403,
      'RoleNeeded',
      role === 'Admin'
        ? 'You may look, but not change anything: this takes the app role Admin. Somebody who manages the enterprise application of this sign-in can assign it to you; then sign out and in again.'
        : 'You are signed in, but have no app role here. Somebody who manages the enterprise application of this sign-in can assign you Reader or Admin; then sign out and in again.',
      { role },
    );
  // The sign-in is a cookie, which the browser sends whoever asks it to: another site's page may neither act in somebody's
  // name nor measure how long or large an answer is. A link to something that is only read may stand anywhere.
  const isLink = method === 'GET' && role === 'Reader' && request.header('sec-fetch-dest') === 'document';
  if (!isLink && isOfOtherSite(request))
    throw new Problem(403, 'OtherSite', 'This was sent by a page of another site. Open the dashboard and do it there.');
  return principal;
}

/** As the browser says; one too old for `Sec-Fetch-Site` names the page's origin when something is sent. Scripts say neither. */
function isOfOtherSite(request: ApiRequest): boolean {
  const from = request.header('sec-fetch-site');
  if (from !== null) return !['same-origin', 'none'].includes(from);
  const origin = request.header('origin');
  return origin !== null && URL.parse(origin)?.host !== new URL(request.origin).host;
}
