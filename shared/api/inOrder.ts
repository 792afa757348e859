import { LOG_FIELDS } from './logFields';
import type { LoggedItem, LogQuery, OrderPlace } from './LogPage';
import { entryId } from './provisioningSummary';
import type { FieldValue } from './odata/FilterFields';

/**
 * Entries in the order that is wanted, newest first by default; equal ones by id.
 * @param behind only those behind this place: whatever comes before it meanwhile moves nothing to another page
 */
export function inOrder(
  items: readonly LoggedItem[],
  orderBy: LogQuery['orderBy'],
  behind?: OrderPlace,
): readonly LoggedItem[] {
  const sign = isDescending(orderBy) ? -1 : 1;
  const compared = (a: OrderPlace, b: OrderPlace): number => sign * compare(a.value, b.value) || compare(a.id, b.id);
  return items
    .map((item) => ({ item, place: placeIn(item, orderBy) }))
    .filter(({ place }) => behind === undefined || compared(place, behind) > 0)
    .sort((a, b) => compared(a.place, b.place))
    .map(({ item }) => item);
}

/** Where an entry stands in the order. */
export const placeIn = (item: LoggedItem, orderBy: LogQuery['orderBy']): OrderPlace => ({
  value: LOG_FIELDS[orderBy?.field ?? 'activityDateTime']?.valueOf(item) ?? null,
  id: entryId(item.entry),
});

const isDescending = (orderBy: LogQuery['orderBy']): boolean => orderBy?.descending ?? true;

/** Null first, as OData has it. */
function compare(a: FieldValue, b: FieldValue): number {
  if (a === b) return 0;
  if (a === null) return -1;
  return b === null || a > b ? 1 : -1;
}
