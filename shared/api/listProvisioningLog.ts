/** GET /api/auditLogs/provisioning: entries in the shape of Graph's provisioningObjectSummary, newest cycle first. */
import { z } from 'zod';
import { CYCLE_ID } from '../model/Cycle';
import type { LogEntry } from '../model/LogEntry';
import { PLAN_ROW_KEY } from '../store/PlansTable';
import type { Engine } from '../sync/Engine';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { LOG_FIELDS, type LogItem } from './logFields';
import { logOfCycles } from './logOfCycles';
import { logOfPeople } from './logOfPeople';
import { peopleAskedFor } from './peopleAskedFor';
import { nextLink, readListQuery, type ListQuery } from './odata/readListQuery';
import { SUMMARY_PROPERTIES, summaryOf } from './provisioningSummary';

const PATH = '/api/auditLogs/provisioning';
const count = z.int().min(0).max(1_000_000);

/** Where a page of the log ended: `skip` entries behind the row `after` of a cycle, or of the people's own log. */
const logPlace = z.discriminatedUnion('list', [
  z.strictObject({
    list: z.literal('log'),
    cycleId: z.string().regex(CYCLE_ID),
    after: z.string().regex(PLAN_ROW_KEY).optional(),
    skip: count,
  }),
  z.strictObject({ list: z.literal('people'), skip: count }),
]);
export type LogPlace = z.output<typeof logPlace>;
export type LogQuery = ListQuery<LogItem, LogPlace>;

/** An item with its entry. */
export type LoggedItem = LogItem & { readonly entry: LogEntry };

/** What was found, and where to go on; `next` is undefined at the end. */
export interface LogPage {
  readonly items: readonly LoggedItem[];
  readonly next: LogPlace | undefined;
  /** All that match, where that was asked for. */
  readonly total?: number;
  /** A sentence for whoever finds nothing. */
  readonly message?: string;
}

const SHAPE = { fields: LOG_FIELDS, properties: SUMMARY_PROPERTIES, place: logPlace, defaultTop: 100 };

export async function listProvisioningLog(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  const query = readListQuery(request, SHAPE);
  const asked = await peopleAskedFor(engine, query);
  const page =
    asked.ids === undefined
      ? await logOfCycles(engine, query, asked.names)
      : await logOfPeople(engine, query, asked.ids, asked.names);
  return {
    status: 200,
    body: {
      ...(page.total === undefined ? {} : { '@odata.count': page.total }),
      ...(page.message === undefined ? {} : { '@gotomeeting.message': page.message }),
      value: page.items.map(({ entry, names }) => query.select(summaryOf(entry, names))),
      ...(page.next === undefined ? {} : { '@odata.nextLink': nextLink(request, PATH, page.next) }),
    },
  };
}
