import type { Engine } from '../sync/Engine';
import { releasePerson } from '../sync/job/releasePerson';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { requireJob } from './jobOf';
import { onePerson } from './onePerson';
import { Problem } from './Problem';

/** POST …/users/{id}/release: the person may be changed again; the next cycle does what is due. Repeating it is harmless. */
export async function postRelease(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const id = await onePerson(engine, request.params['id'] ?? '');
  const wasHeld = await releasePerson(engine, id);
  if (wasHeld === undefined)
    throw new Problem(404, 'UserNotFound', 'The connector knows no such person. Give the object id of Entra.');
  return { status: 200, body: { sourceId: id, wasHeld } };
}
