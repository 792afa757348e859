/** GET /api/connection/authorize: sends the browser to GoTo's consent, tied to that browser by a cookie. */
import { CONSENT_MS, type NotBegun } from '../../goto/GotoAuthorization';
import type { Engine } from '../../sync/Engine';
import type { ApiRequest, ApiResponse } from '../ApiResponse';
import { Problem } from '../Problem';
import { consentCookie } from './consentCookie';

const WHY_NOT: Readonly<Record<NotBegun, string>> = {
  NoOAuthClient:
    'There is no OAuth client yet. Make one at developer.logmeininc.com/clients, then set GOTO_CLIENT_ID and store its secret as goto-client-secret in Key Vault (or in GOTO_CLIENT_SECRET).',
  PersonalAccessTokenInUse:
    'The connector uses a personal access token, which comes before what you authorize. Remove GOTO_PERSONAL_ACCESS_TOKEN, and goto-personal-access-token in Key Vault, then try again.',
  AddressUnknown:
    'The host does not say its own address, so GoTo could not send you back. Set WEBSITE_HOSTNAME, as Azure does, for example localhost:7071.',
};

/** With `Accept: application/json` the address is an answer, for the page, whose key no link can carry. @throws Problem 409 */
export async function getAuthorize(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  const begun = await engine.authorization.begin();
  if (!begun.begun) throw new Problem(409, begun.code, WHY_NOT[begun.code]);
  const cookies = [consentCookie(begun.redirectUri, begun.verifier, CONSENT_MS)];
  return (request.header('accept') ?? '').includes('application/json')
    ? { status: 200, cookies, body: { url: begun.url } }
    : { status: 302, cookies, headers: { location: begun.url, 'referrer-policy': 'no-referrer' } };
}
