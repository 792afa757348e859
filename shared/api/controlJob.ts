/** POST …/pause and …/start, as in Graph: 204, whatever the job was before. */
import { z } from 'zod';
import type { Engine } from '../sync/Engine';
import { pauseJob, startJob } from '../sync/control/controlJob';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { requireJob } from './jobOf';
import { readBody } from './readBody';

const NO_CONTENT: ApiResponse = { status: 204 };

export async function postPause(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  await readBody(request, z.strictObject({}));
  await pauseJob(engine);
  return NO_CONTENT;
}

export async function postStart(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  await readBody(request, z.strictObject({}));
  await startJob(engine);
  return NO_CONTENT;
}
