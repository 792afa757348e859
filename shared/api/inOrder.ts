import { LOG_FIELDS } from './logFields';
import type { LoggedItem, LogQuery } from './LogPage';
import { entryId } from './provisioningSummary';
import type { FieldValue } from './odata/FilterFields';

/** Entries in the order that is wanted, newest first by default; equal ones by id, so that pages do not overlap. */
export function inOrder(items: readonly LoggedItem[], orderBy: LogQuery['orderBy']): readonly LoggedItem[] {
  const { field, descending } = orderBy ?? { field: 'activityDateTime', descending: true };
  const valueOf = (item: LoggedItem): FieldValue => LOG_FIELDS[field]?.valueOf(item) ?? null;
  const sign = descending ? -1 : 1;
  return items.toSorted(
    (a, b) => sign * compare(valueOf(a), valueOf(b)) || compare(entryId(a.entry), entryId(b.entry)),
  );
}

/** Null first, as OData has it. */
function compare(a: FieldValue, b: FieldValue): number {
  if (a === b) return 0;
  if (a === null) return -1;
  return b === null || a > b ? 1 : -1;
}
