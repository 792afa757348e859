/** GET /api/auditLogs/provisioning: entries in the shape of Graph's provisioningObjectSummary, newest cycle first; as a table for `Accept: text/csv`. */
import type { Engine } from '../sync/Engine';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { LOG_FIELDS } from './logFields';
import { csvAnswer, refusePaging, wantsCsv, type Cell } from './csv';
import { logPlace, type LogPage, type LogQuery, type LoggedItem } from './LogPage';
import { logOfCycles } from './logOfCycles';
import { logOfPeople } from './logOfPeople';
import { peopleAskedFor } from './peopleAskedFor';
import { nextLink, readListQuery } from './odata/readListQuery';
import { SUMMARY_PROPERTIES, summaryOf } from './provisioningSummary';

const PATH = '/api/auditLogs/provisioning';
const SHAPE = { fields: LOG_FIELDS, properties: SUMMARY_PROPERTIES, place: logPlace, defaultTop: 100 };

export async function listProvisioningLog(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  const query = readListQuery(request, SHAPE);
  const { ids, names } = await peopleAskedFor(engine, query);
  const pageFor = (one: LogQuery): Promise<LogPage> =>
    ids === undefined ? logOfCycles(engine, one, names) : logOfPeople(engine, one, ids, names);
  if (wantsCsv(request)) {
    refusePaging(request);
    return logAsCsv({ ...query, top: CSV_PAGE }, pageFor);
  }
  const page = await pageFor(query);
  const app = await engine.store.app.read();
  return {
    status: 200,
    body: {
      ...(page.total === undefined ? {} : { '@odata.count': page.total }),
      ...(page.message === undefined ? {} : { '@gotomeeting.message': page.message }),
      value: page.items.map(({ entry, names }) => query.select(summaryOf(entry, { names, app }))),
      ...(page.next === undefined ? {} : { '@odata.nextLink': nextLink(request, PATH, page.next) }),
    },
  };
}

/** Entries that are read at once for a table. */
const CSV_PAGE = 1_000;
const COLUMNS = [
  ...['activityDateTime', 'displayName', 'identityType', 'action', 'status', 'reason', 'description'],
  ...['errorCode', 'recommendedAction', 'modifiedProperties', 'sourceId', 'targetId', 'cycleId'],
  ...['durationInMilliseconds', 'id'],
];

/** The whole log that matches. What is wrong with the question is known with its first page, before anything is sent. */
async function logAsCsv(query: LogQuery, pageFor: (query: LogQuery) => Promise<LogPage>): Promise<ApiResponse> {
  const first = await pageFor(query);
  return csvAnswer(
    'provisioning-log',
    COLUMNS,
    tableRows(first, (after) => pageFor({ ...query, after })),
  );
}

async function* tableRows(
  first: LogPage,
  pageAfter: (place: LogPage['next']) => Promise<LogPage>,
): AsyncGenerator<readonly (readonly Cell[])[]> {
  for (let page = first; ; page = await pageAfter(page.next)) {
    yield page.items.map(cellsOf);
    if (page.next === undefined) return;
  }
}

function cellsOf({ entry }: LoggedItem): readonly Cell[] {
  const summary = summaryOf(entry, {});
  const error = summary.provisioningStatusInfo.errorInformation;
  return [
    entry.at,
    entry.displayName,
    summary.sourceIdentity.identityType,
    entry.action,
    summary.provisioningStatusInfo.status,
    entry.reason,
    error?.reason ?? summary.provisioningSteps.at(-1)?.description ?? null,
    error?.errorCode ?? null,
    error?.recommendedAction ?? null,
    entry.modified.length === 0 ? null : JSON.stringify(entry.modified),
    entry.sourceId,
    entry.targetId,
    entry.cycleId,
    entry.durationMs,
    summary.id,
  ];
}
