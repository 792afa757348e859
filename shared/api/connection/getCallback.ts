/** GET /api/connection/callback: where GoTo leads the browser back to. Anonymous: the state and the cookie are the key. */
import type { Engine } from '../../sync/Engine';
import type { ApiRequest, ApiResponse } from '../ApiResponse';
import { connectionPage } from './connectionPage';
import { readConsentCookie } from './consentCookie';

/** Always a page: an administrator looks at it. Nothing of the request is shown on it. */
export async function getCallback(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  const { query } = request;
  const outcome = await engine.authorization.complete({
    state: query.get('state'),
    code: query.get('code'),
    error: query.get('error'),
    verifier: readConsentCookie(request),
  });
  if (outcome === 'Connected') engine.connection.forget();
  return connectionPage(outcome);
}
