import type { Cycle } from '../../model/Cycle';
import { STOP_AGE_MS, stopOfJob } from '../cycle/stopOfJob';
import type { WithClock, WithStore } from '../Engine';

export interface Watched {
  /** Undefined when there is no such cycle. */
  readonly cycle: Cycle | undefined;
  /** Licences that were refused for want of seats, with the last turn that gets one; empty: nobody does. */
  readonly shortages: ReadonlyMap<string, string>;
  /** Why the job as a whole must not write; null when it may. */
  readonly stop: Cycle['stopping'];
}

interface Look {
  readonly cycleId: string;
  readonly at: number;
  readonly watched: Promise<Watched>;
}

const looks = new WeakMap<object, Look>();

/** What the lanes of a process know of the cycle they work for, at most a second old: one read serves them all. */
export function watchCycle({ store, clock }: WithStore & WithClock, own: Cycle): Promise<Watched> {
  const cycleId = own.id;
  const last = looks.get(store);
  if (last?.cycleId === cycleId && clock.now() - last.at < STOP_AGE_MS) return last.watched;
  const watched = Promise.all([store.plans.watched(cycleId), store.job.read()]).then(([plan, rows]) => ({
    ...plan,
    stop: stopOfJob(rows, own),
  }));
  const look: Look = { cycleId, at: clock.now(), watched };
  looks.set(store, look);
  watched.catch(() => {
    if (looks.get(store) === look) looks.delete(store);
  });
  return watched;
}
