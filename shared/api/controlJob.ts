/** POST …/pause, …/start and …/restart, as in Graph: 204, whatever the job was before. */
import { z } from 'zod';
import type { Engine } from '../sync/Engine';
import { pauseJob, restartJob, startJob } from '../sync/control/controlJob';
import { RESET_SCOPES, resetScopesOf } from '../sync/job/ResetScope';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { requireJob } from './jobOf';
import { Problem } from './Problem';
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

/** As Graph takes it: flags with commas between. */
const restartBody = z.object({ criteria: z.object({ resetScope: z.string().nullish() }).nullish() });

/** Without criteria it does what "Restart provisioning" does. @throws Problem 400 for a scope that there is not */
export async function postRestart(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const { criteria } = await readBody(request, restartBody);
  const asked = resetScopesOf(criteria?.resetScope ?? '');
  if (asked.kind === 'unknown') {
    const advice =
      asked.name.toLowerCase() === 'forcedeletes'
        ? 'Removals are approved by the hash of their plan: POST …/cycles/{id}/approve.'
        : `Give some of ${RESET_SCOPES.join(', ')}, or Full, with commas between.`;
    throw new Problem(
      400,
      'InvalidResetScope',
      `criteria.resetScope: there is no "${asked.name.slice(0, 40)}". ${advice}`,
    );
  }
  await restartJob(engine, asked.scopes);
  return NO_CONTENT;
}
