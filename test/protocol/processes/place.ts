/** A planner's place: what no etag of the head guards is changed behind a claim of it. */
import { tx, update, type Steps } from '../calls';
import { keys, type Head } from '../rows';
import { on } from '../settings';

/** A cycle's head in the hands of its planner, with the etag it has now. */
export interface Place {
  readonly cycle: string;
  readonly head: Head;
  etag: number;
}

/**
 * on('tiePlace'): behind the read of the person's row. A planner that was stalled, perhaps for longer than its cycle lived,
 * learns here that it has lost its place; while it has not, no tie was made since that the row does not show.
 */
export function* claimPlace(place: Place): Steps<boolean> {
  if (!on('tiePlace')) return true;
  if (!(yield* tx(update(keys.head(place.cycle), place.head, place.etag)))) return false;
  place.etag += 1;
  return true;
}
