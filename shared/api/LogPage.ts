/** What is asked of the provisioning log, and what is found. */
import { z } from 'zod';
import { CYCLE_ID } from '../model/Cycle';
import type { LogEntry } from '../model/LogEntry';
import { PLAN_ROW_KEY } from '../store/PlansTable';
import type { LogItem } from './logFields';
import type { ListQuery } from './odata/readListQuery';

const count = z.int().min(0).max(1_000_000);

/** Where a page of the log ended: `skip` entries behind the row `after` of a cycle, or of the people's own log. */
export const logPlace = z.discriminatedUnion('list', [
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
