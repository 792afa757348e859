import type { Engine } from '../sync/Engine';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { countedCycle } from './countedCycle';
import { CYCLES_PATH } from './cyclesPath';
import { cycleView } from './cycleView';
import { requireJob } from './jobOf';
import { nextLink, skipTokenOf, topOf } from './pageOf';

/** GET …/cycles: newest first. */
export async function listCycles(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const { continuation } = skipTokenOf(request);
  const page = await engine.store.cycles.page(topOf(request, 20), continuation);
  const counted = await Promise.all(
    page.cycles.map(async (one) =>
      one.final === null || one.cycle.state === 'awaitingApproval'
        ? countedCycle(engine, one.cycle.id)
        : { cycle: one.cycle, counts: one.final },
    ),
  );
  const link =
    page.continuation === undefined
      ? {}
      : { '@odata.nextLink': nextLink(request, CYCLES_PATH, { continuation: page.continuation }) };
  const now = engine.clock.now();
  return {
    status: 200,
    body: {
      value: counted.flatMap((one) => (one === undefined ? [] : cycleView(one.cycle, one.counts, now))),
      ...link,
    },
  };
}
