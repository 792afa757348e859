/** What an admin does about a cycle: apply its plan exactly, or plan to undo it. */
import { z } from 'zod';
import { CYCLE_ID, noTally, type Cycle } from '../model/Cycle';
import type { Engine } from '../sync/Engine';
import { startApply, type NotApplicable } from '../sync/cycle/startApply';
import type { Started } from '../sync/cycle/startCycle';
import { startRevert } from '../sync/cycle/startRevert';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { countedCycle } from './countedCycle';
import { CYCLES_PATH } from './cyclesPath';
import { cycleView } from './cycleView';
import { requireJob } from './jobOf';
import { Problem } from './Problem';
import { readBody } from './readBody';

const hashBody = z.strictObject({ hash: z.string({ error: 'must be the hash that the plan shows' }).min(1).max(100) });

/** POST …/cycles/{id}/apply `{ "hash": … }`: 202 with the cycle that applies the plan; asked twice, the same one. */
export async function postApply(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  const cycle = await requestedCycle(engine, request);
  const { hash } = await readBody(request, hashBody);
  return answer(engine, request, await startApply(engine, cycle, hash));
}

/** POST …/cycles/{id}/revert: 202 with the cycle whose plan undoes this one, asked again meanwhile the same; nothing is changed until that is applied. */
export async function postRevert(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  const cycle = await requestedCycle(engine, request);
  await readBody(request, z.strictObject({}));
  return answer(engine, request, await startRevert(engine, cycle));
}

/** @throws Problem 404 */
async function requestedCycle(engine: Engine, request: ApiRequest): Promise<Cycle> {
  requireJob(request);
  const id = request.params['id'] ?? '';
  const counted = CYCLE_ID.test(id) ? await countedCycle(engine, id) : undefined;
  if (counted !== undefined) return counted.cycle;
  throw new Problem(404, 'CycleNotFound', 'There is no such cycle. GET …/cycles lists them.');
}

function answer(engine: Engine, request: ApiRequest, started: Started | NotApplicable): ApiResponse {
  if (started.started) {
    const { cycle } = started;
    return {
      status: 202,
      headers: { location: `${request.origin}${CYCLES_PATH}/${cycle.id}` },
      body: cycleView(cycle, { done: 0, tally: noTally() }, engine.clock.now()),
    };
  }
  if ('refused' in started) throw new Problem(409, started.refused.code, started.refused.message);
  if (started.activeCycleId === undefined) throw new Problem(409, started.code, started.message);
  throw new Problem(409, 'CycleRunning', 'A cycle is running. Watch it, and ask again when it has ended.', {
    cycleId: started.activeCycleId,
    location: `${CYCLES_PATH}/${started.activeCycleId}`,
  });
}
