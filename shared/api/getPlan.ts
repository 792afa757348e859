import { z } from 'zod';
import { CYCLE_ID } from '../model/Cycle';
import { isMove } from '../model/PlanEntry';
import { PLAN_ROW_KEY, rowKeyOf, type PlanRow } from '../store/PlansTable';
import type { Engine } from '../sync/Engine';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { countedCycle } from './countedCycle';
import { csvAnswer, refusePaging, wantsCsv, type Cell } from './csv';
import { CYCLES_PATH } from './cyclesPath';
import { requireJob } from './jobOf';
import { collectPage } from './odata/collectPage';
import type { FilterFields } from './odata/FilterFields';
import { nextLink, readListQuery } from './odata/readListQuery';
import { Problem } from './Problem';

const FIELDS: FilterFields<PlanRow> = {
  sourceId: { type: 'text', valueOf: ({ entry }) => entry.sourceId },
  kind: { type: 'text', valueOf: ({ entry }) => entry.kind },
  targetId: { type: 'text', valueOf: ({ entry }) => entry.targetId },
  displayName: { type: 'text', ignoresCase: true, valueOf: ({ entry }) => entry.displayName },
  action: { type: 'text', valueOf: ({ entry }) => entry.action },
  reason: { type: 'text', valueOf: ({ entry }) => entry.reason },
  state: { type: 'text', valueOf: ({ state }) => state },
  staged: { type: 'flag', valueOf: ({ state }) => state === 'staged' },
  movesToGroup: { type: 'flag', valueOf: ({ entry }) => isMove(entry) },
};

const SHAPE = {
  fields: FIELDS,
  properties: [
    ...['sourceId', 'kind', 'displayName', 'targetId', 'action', 'state', 'staged', 'reason', 'why', 'steps'],
    ...['before', 'after', 'hash'],
  ],
  place: z.strictObject({ list: z.literal('plan'), after: z.string().regex(PLAN_ROW_KEY) }),
  defaultTop: 100,
};

/** GET …/cycles/{id}/plan: what a cycle intends, or intended, for each person, and why. Pages by `$top`; with `Accept: text/csv` all that matches, as one table. */
export async function getPlan(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const query = readListQuery(request, SHAPE);
  if (query.orderBy !== undefined)
    throw new Problem(400, 'InvalidOrderBy', 'A plan stands in its own order: leave $orderby out.');
  const id = request.params['id'] ?? '';
  const counted = CYCLE_ID.test(id) ? await countedCycle(engine, id) : undefined;
  if (counted === undefined)
    throw new Problem(404, 'CycleNotFound', 'There is no such cycle. GET …/cycles lists them.');
  const { cycle } = counted;
  const matches = (row: PlanRow): boolean => query.matches(row) === true;
  if (wantsCsv(request)) {
    refusePaging(request);
    return csvAnswer(`plan-${id}`, COLUMNS, tableRows(engine, id, matches));
  }
  const list = {
    page: async (size: number, after: string | undefined) => {
      const { rows, isLast } = await engine.store.plans.rowsPage(id, size, after);
      return { items: rows, isLast };
    },
    keyOf: rowKeyOf,
  };
  const { found, next } = await collectPage(list, {
    top: query.top,
    after: query.after?.after,
    matches: query.filters ? matches : undefined,
  });
  return {
    status: 200,
    body: {
      ...(query.counts ? { '@odata.count': await countRows(engine, id, matches) } : {}),
      cycleId: id,
      dryRun: cycle.dryRun,
      hash: cycle.planHash,
      totals: cycle.totals,
      warnings: cycle.warnings,
      entries: found.map((row) => query.select(entryView(row))),
      ...(next === undefined
        ? {}
        : { '@odata.nextLink': nextLink(request, `${CYCLES_PATH}/${id}/plan`, { list: 'plan', after: next }) }),
    },
  };
}

async function countRows(engine: Engine, id: string, matches: (row: PlanRow) => boolean): Promise<number> {
  let count = 0;
  for await (const row of engine.store.plans.rows(id)) if (matches(row)) count += 1;
  return count;
}

const entryView = ({ entry, state }: PlanRow) => ({
  sourceId: entry.sourceId,
  kind: entry.kind,
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

/** Rows that are read at once for a table. */
const CSV_PAGE = 1_000;
const COLUMNS = [
  'sourceId',
  'kind',
  'displayName',
  'targetId',
  'action',
  'state',
  'reason',
  'why',
  'before',
  'after',
  'hash',
];

/** Every row that matches, page by page. */
async function* tableRows(
  { store }: Engine,
  id: string,
  matches: (row: PlanRow) => boolean,
): AsyncGenerator<readonly (readonly Cell[])[]> {
  let after: string | undefined;
  for (;;) {
    const { rows, isLast } = await store.plans.rowsPage(id, CSV_PAGE, after);
    yield rows.filter(matches).map(cellsOf);
    const last = rows.at(-1);
    if (isLast || last === undefined) return;
    after = rowKeyOf(last);
  }
}

const cellsOf = ({ entry, state }: PlanRow): readonly Cell[] => [
  entry.sourceId,
  entry.kind,
  entry.displayName,
  entry.targetId,
  entry.action,
  state,
  entry.reason,
  entry.why,
  entry.before === null ? null : JSON.stringify(entry.before),
  entry.after === null ? null : JSON.stringify(entry.after),
  entry.hash,
];
