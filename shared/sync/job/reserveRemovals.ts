/**
 * Asks for room to take access from people, before anything is written (I06, docs/protocol.md 3.6 and R14). Cycles, plans that
 * are applied, and requests on demand ask here alike; what an admin has approved does not ask.
 */
import { removalsAllowed } from '../../rules/removalLimit';
import type { WithClock, WithSettings, WithStore } from '../Engine';

/** Above the limit, or lost to others: nothing may be removed without an approval. */
export interface Over {
  readonly kind: 'over';
  /** People who would have lost access within 24 hours. */
  readonly wanted: number;
  readonly allowed: number;
  readonly managed: number;
}

export type Reservation = { readonly kind: 'reserved' } | Over;

const TRIES = 3;

/**
 * @param sourceIds all people that are to lose access together: all of them, or none
 * @returns whether they may. Repeating it, also by another cycle, counts nobody twice
 */
export async function reserveRemovals(
  engine: WithStore & WithClock & WithSettings,
  cycleId: string,
  sourceIds: readonly string[],
): Promise<Reservation> {
  const { store, clock, removalLimit } = engine;
  if (sourceIds.length === 0) return { kind: 'reserved' };
  let over: Over = { kind: 'over', wanted: sourceIds.length, allowed: 0, managed: 0 };
  const active = await store.people.activeIds();
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { people, etag } = await store.removalWindow.read(clock.now());
    const fresh = sourceIds.filter((id) => !people.has(id));
    // What was granted is granted, whatever the limit has become.
    if (fresh.length === 0) return { kind: 'reserved' };
    const wanted = new Set([...people, ...sourceIds]).size;
    const managed = new Set([...people, ...active]).size;
    const allowed = removalsAllowed(removalLimit, managed);
    over = { kind: 'over', wanted, allowed, managed };
    if (wanted > allowed) return over;
    if (await store.removalWindow.add(fresh, cycleId, clock.now(), etag)) return { kind: 'reserved' };
  }
  return over;
}
