/** GET /api/auditLogs/provisioning: entries in the shape of Graph's provisioningObjectSummary, newest cycle first. */
import { CYCLE_ID } from '../model/Cycle';
import type { Engine } from '../sync/Engine';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { nextLink, skipTokenOf, topOf, type SkipToken } from './pageOf';
import { Problem } from './Problem';
import { summaryOf, type Summary } from './provisioningSummary';

const PATH = '/api/auditLogs/provisioning';
/** Rows looked at for one answer; a filter that finds little answers with a next link instead of a long wait. */
const MAX_ROWS_READ = 5_000;
const PAGE = 500;

const FILTERABLE: Readonly<Record<string, (entry: Summary) => string>> = {
  cycleId: (entry) => entry.cycleId,
  'sourceIdentity/id': (entry) => entry.sourceIdentity.id,
  'targetIdentity/id': (entry) => entry.targetIdentity.id ?? '',
  provisioningAction: (entry) => entry.provisioningAction,
  'provisioningStatusInfo/status': (entry) => entry.provisioningStatusInfo.status,
  jobId: (entry) => entry.jobId,
};

type Condition = (entry: Summary) => boolean;

/** `field eq 'value'`, joined by `and`. @throws Problem 400 */
function conditionsOf(filter: string | null): {
  readonly conditions: readonly Condition[];
  readonly cycleId: string | undefined;
  readonly sourceId: string | undefined;
} {
  if (filter === null || filter.trim() === '') return { conditions: [], cycleId: undefined, sourceId: undefined };
  if (filter.length > 1_000) throw new Problem(400, 'InvalidFilter', 'The $filter is too long.');
  let cycleId: string | undefined;
  let sourceId: string | undefined;
  const conditions = filter.split(/\s+and\s+/i).map((clause): Condition => {
    const match = /^\s*([A-Za-z/]+)\s+eq\s+'((?:[^']|'')*)'\s*$/.exec(clause);
    const field = match?.[1] ?? '';
    const valueOf = Object.hasOwn(FILTERABLE, field) ? FILTERABLE[field] : undefined;
    if (match === null || valueOf === undefined) {
      throw new Problem(
        400,
        'InvalidFilter',
        `Write conditions as "field eq 'value'" joined by "and". Fields: ${Object.keys(FILTERABLE).join(', ')}.`,
      );
    }
    const wanted = (match[2] ?? '').replaceAll("''", "'");
    if (field === 'cycleId') cycleId = wanted;
    if (field === 'sourceIdentity/id') sourceId = wanted;
    // Graph compares the status without regard to case, the rest with it (entra-provisioning.md 1.13).
    return field.endsWith('status')
      ? (entry) => valueOf(entry).toLowerCase() === wanted.toLowerCase()
      : (entry) => valueOf(entry) === wanted;
  });
  return { conditions, cycleId, sourceId };
}

/** GET /api/auditLogs/provisioning */
export async function listProvisioningLog(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  const top = topOf(request, 100);
  const { conditions, cycleId, sourceId } = conditionsOf(request.query.get('$filter'));
  if (sourceId !== undefined && cycleId === undefined) return logOfPerson(engine, request, sourceId, conditions, top);
  const value: Summary[] = [];
  let token: SkipToken = skipTokenOf(request);
  let read = 0;
  for await (const id of cycleIds(engine, cycleId, token.cycleId)) {
    let continuation: string | undefined = token.cycleId === id ? token.continuation : undefined;
    do {
      const page = await engine.store.plans.rowsPage(id, Math.min(PAGE, top - value.length), continuation);
      read += page.rows.length + 1;
      const entries = page.rows.flatMap((row) => row.result?.entries ?? []);
      value.push(...entries.map(summaryOf).filter((entry) => conditions.every((holds) => holds(entry))));
      continuation = page.continuation;
      token = { cycleId: id, ...(continuation === undefined ? {} : { continuation }) };
    } while (continuation !== undefined && value.length < top && read < MAX_ROWS_READ);
    if (value.length >= top || read >= MAX_ROWS_READ) {
      const next = continuation === undefined ? await cycleAfter(engine, id, cycleId) : token;
      return {
        status: 200,
        body: { value, ...(next === undefined ? {} : { '@odata.nextLink': nextLink(request, PATH, next) }) },
      };
    }
  }
  return { status: 200, body: { value } };
}

/** One person's log, newest cycle first: read from the person's own rows, so other cycles cost nothing. */
async function logOfPerson(
  engine: Engine,
  request: ApiRequest,
  sourceId: string,
  conditions: readonly Condition[],
  top: number,
): Promise<ApiResponse> {
  const skip = Number(skipTokenOf(request).continuation ?? 0);
  const value: Summary[] = [];
  let seen = 0;
  for await (const entry of engine.store.people.log(sourceId)) {
    seen += 1;
    if (seen <= skip) continue;
    const summary = summaryOf(entry);
    if (conditions.every((holds) => holds(summary))) value.push(summary);
    if (value.length === top)
      return {
        status: 200,
        body: { value, '@odata.nextLink': nextLink(request, PATH, { continuation: String(seen) }) },
      };
  }
  return { status: 200, body: { value } };
}

async function* cycleIds(engine: Engine, only: string | undefined, from: string | undefined): AsyncGenerator<string> {
  if (only !== undefined) {
    if (CYCLE_ID.test(only)) yield only;
    return;
  }
  let continuation: string | undefined;
  do {
    const page = await engine.store.cycles.page(100, continuation);
    for (const { cycle, final } of page.cycles) {
      // A cycle that found nothing has no rows to read.
      const isQuiet = final !== null && cycle.expected === 0 && final.tally.counts.skipped === 0;
      if (!isQuiet && (from === undefined || cycle.id >= from)) yield cycle.id;
    }
    continuation = page.continuation;
  } while (continuation !== undefined);
}

async function cycleAfter(engine: Engine, id: string, only: string | undefined): Promise<SkipToken | undefined> {
  if (only !== undefined) return undefined;
  for await (const other of cycleIds(engine, undefined, id)) if (other > id) return { cycleId: other };
  return undefined;
}
