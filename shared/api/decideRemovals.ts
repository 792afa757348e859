import { z } from 'zod';
import { CYCLE_ID } from '../model/Cycle';
import { decideStaged, type Verdict } from '../sync/control/decideStaged';
import type { Engine } from '../sync/Engine';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { countedCycle } from './countedCycle';
import { CYCLES_PATH } from './cyclesPath';
import { cycleView } from './cycleView';
import { requireJob } from './jobOf';
import { Problem } from './Problem';
import { readBody } from './readBody';

const hashBody = z.object({
  hash: z
    .string({ error: 'must be the hash that GET …/plan shows' })
    .regex(/^[A-Za-z0-9_-]{1,100}$/, { error: 'must be the hash that GET …/plan shows' }),
});

/** POST …/cycles/{id}/approve: exactly the staged removals of this plan are made. 202 with the place to watch. */
export const approveRemovals = (engine: Engine, request: ApiRequest): Promise<ApiResponse> =>
  decide(engine, request, 'approve');

/** POST …/cycles/{id}/reject: nobody of this plan loses access. 202 with the place to watch. */
export const rejectRemovals = (engine: Engine, request: ApiRequest): Promise<ApiResponse> =>
  decide(engine, request, 'reject');

async function decide(engine: Engine, request: ApiRequest, verdict: Verdict): Promise<ApiResponse> {
  requireJob(request);
  const id = request.params['id'] ?? '';
  const { hash } = await readBody(request, hashBody.strict());
  const decided = CYCLE_ID.test(id) ? await decideStaged(engine, id, { verdict, hash }) : undefined;
  if (decided === undefined)
    throw new Problem(404, 'CycleNotFound', 'There is no such cycle. GET …/cycles lists them.');
  if (decided.kind === 'refused') throw new Problem(409, decided.code, decided.message);
  const counted = await countedCycle(engine, id);
  return {
    status: 202,
    headers: { location: `${request.origin}${CYCLES_PATH}/${id}` },
    body: cycleView(decided.cycle, counted?.counts ?? { done: 0, tally: decided.cycle.tally }, engine.clock.now()),
  };
}
