import { CYCLE_ID } from '../model/Cycle';
import type { Engine } from '../sync/Engine';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { countedCycle } from './countedCycle';
import { cycleView } from './cycleView';
import { requireJob } from './jobOf';
import { Problem } from './Problem';

/** GET …/cycles/{id} */
export async function getCycle(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const id = request.params['id'] ?? '';
  const counted = CYCLE_ID.test(id) ? await countedCycle(engine, id) : undefined;
  if (counted === undefined)
    throw new Problem(404, 'CycleNotFound', 'There is no such cycle. GET …/cycles lists them.');
  const demandedUntil = await engine.pacing.waitingUntil();
  return { status: 200, body: cycleView(counted.cycle, counted.counts, engine.clock.now(), demandedUntil) };
}
