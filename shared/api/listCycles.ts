import { z } from 'zod';
import { CYCLE_ID } from '../model/Cycle';
import type { ListedCycle } from '../store/CyclesTable';
import type { Engine } from '../sync/Engine';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { countedCycle } from './countedCycle';
import { CYCLES_PATH } from './cyclesPath';
import { cycleView, stateShown } from './cycleView';
import { requireJob } from './jobOf';
import { collectPage } from './odata/collectPage';
import type { FilterFields } from './odata/FilterFields';
import { nextLink, readListQuery } from './odata/readListQuery';
import { Problem } from './Problem';

const FIELDS: FilterFields<ListedCycle> = {
  id: { type: 'text', valueOf: ({ cycle }) => cycle.id },
  mode: { type: 'text', valueOf: ({ cycle }) => cycle.mode },
  trigger: { type: 'text', valueOf: ({ cycle }) => cycle.trigger },
  dryRun: { type: 'flag', valueOf: ({ cycle }) => cycle.dryRun },
  state: { type: 'text', ignoresCase: true, valueOf: ({ cycle }) => stateShown(cycle) },
  startDateTime: { type: 'moment', valueOf: ({ cycle }) => cycle.startedAt },
  endDateTime: { type: 'moment', valueOf: ({ cycle }) => cycle.endedAt },
};

const SHAPE = {
  fields: FIELDS,
  properties: [
    ...[
      'id',
      'mode',
      'trigger',
      'dryRun',
      'from',
      'appliedBy',
      'state',
      'startDateTime',
      'endDateTime',
      'progress',
      'counts',
    ],
    ...['skippedByReason', 'calls', 'warnings', 'waitingUntil', 'error'],
  ],
  place: z.strictObject({ list: z.literal('cycles'), after: z.string().regex(CYCLE_ID) }),
  defaultTop: 20,
};

/** GET …/cycles: newest first. */
export async function listCycles(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const query = readListQuery(request, SHAPE);
  const { orderBy } = query;
  if (orderBy !== undefined && (orderBy.field !== 'startDateTime' || !orderBy.descending))
    throw new Problem(400, 'InvalidOrderBy', 'Cycles are ordered by "startDateTime desc" only: newest first.');
  const matches = async (one: ListedCycle): Promise<boolean> => query.matches(await upToDate(engine, one)) === true;
  const list = {
    page: async (size: number, after: string | undefined) => {
      const { cycles, isLast } = await engine.store.cycles.page(size, after);
      return { items: cycles, isLast };
    },
    keyOf: ({ cycle }: ListedCycle) => cycle.id,
  };
  const { found, next } = await collectPage(list, {
    top: query.top,
    after: query.after?.after,
    matches: query.filters ? matches : undefined,
  });
  const [now, demandedUntil] = [engine.clock.now(), await engine.pacing.waitingUntil()];
  const counted = await Promise.all(
    found.map(async (one) =>
      one.final === null || one.cycle.state === 'awaitingApproval'
        ? countedCycle(engine, one.cycle.id)
        : { cycle: one.cycle, counts: one.final },
    ),
  );
  return {
    status: 200,
    body: {
      ...(query.counts ? { '@odata.count': await countCycles(engine, matches) } : {}),
      value: counted.flatMap((one) =>
        one === undefined ? [] : query.select(cycleView(one.cycle, one.counts, now, demandedUntil)),
      ),
      ...(next === undefined
        ? {}
        : { '@odata.nextLink': nextLink(request, CYCLES_PATH, { list: 'cycles', after: next }) }),
    },
  };
}

/** The list keeps a copy of the head from birth to end: what state a running cycle is in stands in the head. */
async function upToDate(engine: Engine, listed: ListedCycle): Promise<ListedCycle> {
  if (listed.final !== null && listed.cycle.state !== 'awaitingApproval') return listed;
  const head = await engine.store.plans.cycle(listed.cycle.id);
  return head === undefined ? listed : { ...listed, cycle: head.cycle };
}

async function countCycles(engine: Engine, matches: (one: ListedCycle) => Promise<boolean>): Promise<number> {
  let count = 0;
  let after: string | undefined;
  for (;;) {
    const page = await engine.store.cycles.page(1_000, after);
    for (const listed of page.cycles) {
      after = listed.cycle.id;
      if (await matches(listed)) count += 1;
    }
    if (page.isLast) return count;
  }
}
