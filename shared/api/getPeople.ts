import type { Engine } from '../sync/Engine';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { countPeople } from './countPeople';
import { requireJob } from './jobOf';

/** GET …/people: how many people are in scope, managed, failing, waiting and held. */
export async function getPeople(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  return { status: 200, body: await countPeople(engine, await engine.store.job.read()) };
}
