import { CYCLE_ID } from '../model/Cycle';
import type { PlanRow } from '../store/PlansTable';
import type { Engine } from '../sync/Engine';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { countedCycle } from './countedCycle';
import { CYCLES_PATH } from './cyclesPath';
import { requireJob } from './jobOf';
import { nextLink, skipTokenOf, topOf } from './pageOf';
import { Problem } from './Problem';

/** GET …/cycles/{id}/plan: what a cycle intends, or intended, for each person, and why. Pages by `$top`. */
export async function getPlan(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const id = request.params['id'] ?? '';
  const counted = CYCLE_ID.test(id) ? await countedCycle(engine, id) : undefined;
  if (counted === undefined)
    throw new Problem(404, 'CycleNotFound', 'There is no such cycle. GET …/cycles lists them.');
  const { cycle } = counted;
  const { continuation } = skipTokenOf(request);
  const page = await engine.store.plans.rowsPage(id, topOf(request, 100), continuation);
  const link =
    page.continuation === undefined
      ? {}
      : { '@odata.nextLink': nextLink(request, `${CYCLES_PATH}/${id}/plan`, { continuation: page.continuation }) };
  return {
    status: 200,
    body: {
      cycleId: id,
      dryRun: cycle.dryRun,
      hash: cycle.planHash,
      warnings: cycle.warnings,
      entries: page.rows.map(entryView),
      ...link,
    },
  };
}

const entryView = ({ entry, state }: PlanRow) => ({
  sourceId: entry.sourceId,
  displayName: entry.displayName,
  targetId: entry.targetId,
  action: entry.action,
  state,
  staged: state === 'staged',
  reason: entry.reason,
  why: entry.why,
  steps: entry.steps,
  before: entry.before,
  after: entry.after,
  hash: entry.hash,
});
