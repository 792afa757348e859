import type { Engine } from '../sync/Engine';
import { findPerson } from '../sync/demand/findPerson';
import { releasePerson } from '../sync/job/releasePerson';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { requireJob } from './jobOf';
import { Problem } from './Problem';

const MAX_NAME_LENGTH = 256;

/** POST …/users/{id}/release: the person may be changed again; the next cycle does what is due. Repeating it is harmless. */
export async function postRelease(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const name = request.params['id'] ?? '';
  const [id] = name.length > MAX_NAME_LENGTH ? [] : await findPerson(engine, name);
  const wasHeld = id === undefined ? undefined : await releasePerson(engine, id);
  if (wasHeld === undefined)
    throw new Problem(404, 'UserNotFound', 'The connector knows no such person. Give the object id of Entra.');
  return { status: 200, body: { sourceId: id, wasHeld } };
}
