/** GET /api/auditLogs/provisioning: entries in the shape of Graph's provisioningObjectSummary, newest cycle first. */
import type { Engine } from '../sync/Engine';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { LOG_FIELDS } from './logFields';
import { logPlace } from './LogPage';
import { logOfCycles } from './logOfCycles';
import { logOfPeople } from './logOfPeople';
import { peopleAskedFor } from './peopleAskedFor';
import { nextLink, readListQuery } from './odata/readListQuery';
import { SUMMARY_PROPERTIES, summaryOf } from './provisioningSummary';

const PATH = '/api/auditLogs/provisioning';
const SHAPE = { fields: LOG_FIELDS, properties: SUMMARY_PROPERTIES, place: logPlace, defaultTop: 100 };

export async function listProvisioningLog(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  const query = readListQuery(request, SHAPE);
  const asked = await peopleAskedFor(engine, query);
  const page =
    asked.ids === undefined
      ? await logOfCycles(engine, query, asked.names)
      : await logOfPeople(engine, query, asked.ids, asked.names);
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
