/** What is asked of the provisioning log, and what is found. */
import { z } from 'zod';
import { CYCLE_ID } from '../model/Cycle';
import type { LogEntry } from '../model/LogEntry';
import { PLAN_ROW_KEY } from '../store/PlansTable';
import type { LogItem } from './logFields';
import type { ListQuery } from './odata/readListQuery';

const count = z.int().min(0).max(1_000_000);

/** An entry in an order: by what is ordered, then by id. */
const orderPlace = z.strictObject({
  value: z.union([z.string().max(2_000), z.number(), z.boolean(), z.null()]),
  id: z.string().max(1_000),
});
export type OrderPlace = z.output<typeof orderPlace>;

/**
 * Where a page of the log ended: `skip` entries behind the row `after` of a cycle; where it has another order than that of
 * the rows, behind an entry.
 */
export const logPlace = z.discriminatedUnion('list', [
  z.strictObject({
    list: z.literal('log'),
    cycleId: z.string().regex(CYCLE_ID),
    after: z.string().regex(PLAN_ROW_KEY).optional(),
    skip: count,
    behind: orderPlace.optional(),
  }),
  z.strictObject({ list: z.literal('people'), behind: orderPlace }),
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
