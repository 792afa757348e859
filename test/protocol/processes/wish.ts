/** The wish for a full cycle: its etag is a new one each time, so that a running cycle does not take it away (R21). */
import { tx, upsert, type Steps } from '../calls';
import { keys } from '../rows';

export function* wish(): Steps<void> {
  yield* tx(upsert(keys.wish, {}));
}
