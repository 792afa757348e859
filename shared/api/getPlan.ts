import { CYCLE_ID } from '../model/Cycle';
import type { PlanRow } from '../store/PlansTable';
import type { Engine } from '../sync/Engine';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { countedCycle } from './countedCycle';
import { csvOf } from './csv';
import { CYCLES_PATH } from './cyclesPath';
import { requireJob } from './jobOf';
import { nextLink, skipTokenOf, topOf } from './pageOf';
import { Problem } from './Problem';

/** GET …/cycles/{id}/plan: what a cycle intends, or intended, for each person, and why. Pages by `$top`; with `Accept: text/csv` all of it. */
export async function getPlan(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const id = request.params['id'] ?? '';
  const counted = CYCLE_ID.test(id) ? await countedCycle(engine, id) : undefined;
  if (counted === undefined)
    throw new Problem(404, 'CycleNotFound', 'There is no such cycle. GET …/cycles lists them.');
  const { cycle } = counted;
  if (request.header('accept')?.includes('text/csv') === true) return planAsCsv(engine, id);
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
      totals: cycle.totals,
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

const COLUMNS = ['sourceId', 'displayName', 'targetId', 'action', 'state', 'reason', 'why', 'before', 'after', 'hash'];

async function planAsCsv({ store }: Engine, id: string): Promise<ApiResponse> {
  const rows: (string | null)[][] = [];
  for await (const { entry, state } of store.plans.rows(id))
    rows.push([
      entry.sourceId,
      entry.displayName,
      entry.targetId,
      entry.action,
      state,
      entry.reason,
      entry.why,
      entry.before === null ? null : JSON.stringify(entry.before),
      entry.after === null ? null : JSON.stringify(entry.after),
      entry.hash,
    ]);
  return {
    status: 200,
    headers: { 'content-disposition': `attachment; filename="plan-${id}.csv"` },
    content: { type: 'text/csv; charset=utf-8', bytes: csvOf(COLUMNS, rows) },
  };
}
