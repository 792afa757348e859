import { z } from 'zod';
import { noTally } from '../model/Cycle';
import type { Engine } from '../sync/Engine';
import { startCycle } from '../sync/cycle/startCycle';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { CYCLES_PATH } from './cyclesPath';
import { cycleView } from './cycleView';
import { requireJob } from './jobOf';
import { Problem } from './Problem';
import { readBody } from './readBody';

const MAX_KEY_LENGTH = 200;

const syncBody = z.object({
  mode: z.enum(['incremental', 'full'], { error: 'must be "incremental" or "full"' }).default('incremental'),
  dryRun: z.boolean({ error: 'must be true or false' }).default(false),
});

/** POST …/sync: a cycle, or with `dryRun` its plan alone: 202 with the place to watch, or 409 with the id of the cycle that runs or with why none may start. */
export async function postSync(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const { mode, dryRun } = await readBody(request, syncBody.strict());
  const idempotencyKey = request.header('idempotency-key') ?? undefined;
  if (idempotencyKey === '' || (idempotencyKey?.length ?? 0) > MAX_KEY_LENGTH) {
    throw new Problem(400, 'InvalidIdempotencyKey', `Idempotency-Key must have 1 to ${MAX_KEY_LENGTH} characters.`);
  }
  const started = await startCycle(engine, {
    mode,
    trigger: 'http',
    // With another body it is another question: whoever planned with a key and then starts with it must not hear of the plan.
    idempotencyKey: idempotencyKey === undefined ? undefined : `${mode} ${dryRun} ${idempotencyKey}`,
    dryRun,
  });
  if (!started.started && started.activeCycleId === undefined) throw new Problem(409, started.code, started.message);
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
    body: cycleView(cycle, { done: 0, tally: noTally() }, engine.clock.now()),
  };
}
