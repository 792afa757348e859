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

/** A property by another name is not what was meant: left out quietly, more would be forgotten than was asked for. */
const hasOnly = (known: string) => (value: object) =>
  // Graph's clients write annotations such as @odata.type beside it.
  Object.keys(value).every((name) => name === known || name.startsWith('@'));
const only = (known: string) => ({ error: `may have "${known}" and nothing else` });

/** As Graph takes it: flags with commas between. */
const criteria = z.looseObject({ resetScope: z.string().nullish() }).refine(hasOnly('resetScope'), only('resetScope'));
const restartBody = z.looseObject({ criteria: criteria.nullish() }).refine(hasOnly('criteria'), only('criteria'));

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
