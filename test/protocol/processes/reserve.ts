/** The rolling window of removals: by person, under one etag (R14). */
import { get, list, tx, upsert, type Steps } from '../calls';
import { keys, type Person } from '../rows';
import { on } from '../settings';
import { LIMIT } from '../world';

/** @returns false when the limit would be passed: the removals need approval. */
export function* reserve(people: readonly Person[]): Steps<boolean> {
  for (let tries = 0; tries < 3; tries += 1) {
    const guard = (yield* get(keys.guard)).value;
    const known = new Set((yield* list(keys.reservations)).map(({ row }) => row.person));
    const fresh = people.filter((p) => !known.has(p));
    if (known.size + fresh.length > LIMIT) return false;
    if (fresh.length === 0) return true;
    // on('windowCas')
    const lock = upsert(keys.guard, {}, on('windowCas') ? guard?.etag : undefined);
    if (yield* tx(lock, ...fresh.map((person) => upsert(keys.reservation(person), { person })))) return true;
  }
  return false;
}
