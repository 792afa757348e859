/** Starting cycles and looking at them. */
import { z } from 'zod';
import type { Engine } from '../sync/Engine';
import { startCycle } from '../sync/startCycle';
import { noTally } from '../model/Cycle';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { cycleView } from './cycleView';
import { JOB_ID, requireJob } from './jobOf';
import { nextLink, skipTokenOf, topOf } from './pageOf';
import { Problem } from './Problem';
import { readBody } from './readBody';

const CYCLES_PATH = `/api/synchronization/jobs/${JOB_ID}/cycles`;
const MAX_KEY_LENGTH = 200;

const syncBody = z.object({
  mode: z.enum(['incremental', 'full'], { error: 'must be "incremental" or "full"' }).default('incremental'),
});

/** POST …/sync: 202 with the place to watch, or 409 with the id of the cycle that runs. */
export async function postSync(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const { mode } = await readBody(request, syncBody.strict());
  const idempotencyKey = request.header('idempotency-key') ?? undefined;
  if (idempotencyKey !== undefined && idempotencyKey.length > MAX_KEY_LENGTH) {
    throw new Problem(400, 'InvalidIdempotencyKey', `Idempotency-Key must have at most ${MAX_KEY_LENGTH} characters.`);
  }
  const started = await startCycle(engine, { mode, trigger: 'http', idempotencyKey });
  if (!started.started) {
    throw new Problem(409, 'CycleRunning', 'A cycle is running. Watch it, and start the next one when it has ended.', {
      cycleId: started.activeCycleId,
      location: `${CYCLES_PATH}/${started.activeCycleId}`,
    });
  }
  const { cycle } = started;
  return {
    status: 202,
    headers: { location: `${request.origin}${CYCLES_PATH}/${cycle.id}` },
    body: cycleView(cycle, noTally(), engine.clock.now()),
  };
}

/** GET …/cycles: newest first. */
export async function listCycles(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const { continuation } = skipTokenOf(request);
  const page = await engine.cycles.page(topOf(request, 20), continuation);
  const value = await Promise.all(
    page.cycles.map(async (cycle) => cycleView(cycle, await engine.log.total(cycle.id), engine.clock.now())),
  );
  const link =
    page.continuation === undefined
      ? {}
      : { '@odata.nextLink': nextLink(request, CYCLES_PATH, { continuation: page.continuation }) };
  return { status: 200, body: { value, ...link } };
}

/** GET …/cycles/{id} */
export async function getCycle(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const id = request.params['id'] ?? '';
  const stored = /^[0-9]{16}-[a-z0-9-]{1,40}$/.test(id) ? await engine.cycles.get(id) : undefined;
  if (stored === undefined) throw new Problem(404, 'CycleNotFound', 'There is no such cycle. GET …/cycles lists them.');
  return { status: 200, body: cycleView(stored.cycle, await engine.log.total(id), engine.clock.now()) };
}
