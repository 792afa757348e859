import type { Cycle } from '../../model/Cycle';
import type { WithClock, WithStore } from '../Engine';

/** How long a stop, or a shortage, may go unnoticed by a lane, in ms. */
const AGE_MS = 1_000;

export interface Watched {
  /** Undefined when there is no such cycle. */
  readonly cycle: Cycle | undefined;
  /** Licences that were refused for want of seats. */
  readonly shortages: ReadonlySet<string>;
  /** An admin has paused the job. */
  readonly isPaused: boolean;
}

interface Look {
  readonly cycleId: string;
  readonly at: number;
  readonly watched: Promise<Watched>;
}

const looks = new WeakMap<object, Look>();

/** What the lanes of a process know of the cycle they work for, at most a second old: one read serves them all. */
export function watchCycle({ store, clock }: WithStore & WithClock, cycleId: string): Promise<Watched> {
  const last = looks.get(store);
  if (last?.cycleId === cycleId && clock.now() - last.at < AGE_MS) return last.watched;
  const watched = Promise.all([store.plans.cycle(cycleId), store.plans.shortages(cycleId), store.pause.read()]).then(
    ([stored, shortages, pause]) => ({ cycle: stored?.cycle, shortages, isPaused: pause !== undefined }),
  );
  const look: Look = { cycleId, at: clock.now(), watched };
  looks.set(store, look);
  watched.catch(() => {
    if (looks.get(store) === look) looks.delete(store);
  });
  return watched;
}
