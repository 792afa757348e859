/** GET …/history?days=1|7|30: what cycles did, in buckets of time, for charts. */
import {
  addTallies,
  FINAL_STATES,
  newCycleId,
  noTally,
  startOfCycle,
  type CycleState,
  type Tally,
} from '../model/Cycle';
import { isoTime } from '../model/Clock';
import type { ListedCycle } from '../store/CyclesTable';
import type { Engine } from '../sync/Engine';
import type { HistoryAnswer } from './answers/HistoryAnswer';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { requireJob } from './jobOf';
import { Problem } from './Problem';

const HOUR_MS = 3_600_000;
/** How long a bucket is for so many days, in ms. */
const BUCKET_MS: Readonly<Record<string, number>> = { 1: HOUR_MS, 7: 6 * HOUR_MS, 30: 24 * HOUR_MS };
const PAGE = 1_000;
/** They may have waited for somebody until then, and how long that took says nothing of how long a cycle takes. */
const GIVEN_UP: ReadonlySet<CycleState> = new Set(['superseded', 'rejected']);

/** @throws Problem 400 for other numbers of days */
export async function getHistory(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const days = request.query.get('days') ?? '1';
  const size = Object.hasOwn(BUCKET_MS, days) ? BUCKET_MS[days] : undefined;
  if (size === undefined) throw new Problem(400, 'InvalidDays', 'days must be 1, 7 or 30.');
  const now = engine.clock.now();
  // Whole buckets, the present one the last.
  const until = Math.ceil((now + 1) / size) * size;
  const from = until - Number(days) * 24 * HOUR_MS;
  const buckets = Array.from({ length: (until - from) / size }, (_, index) => new Bucket(from + index * size));
  for await (const listed of cyclesSince(engine, from))
    buckets[Math.floor((startOfCycle(listed.cycle.id) - from) / size)]?.add(listed);
  const body: HistoryAnswer = { days: Number(days), buckets: buckets.map((bucket) => bucket.view()) };
  return { status: 200, body };
}

async function* cyclesSince({ store }: Engine, fromMs: number): AsyncGenerator<ListedCycle> {
  const end = newCycleId(fromMs, '~');
  let after: string | undefined;
  do {
    const page = await store.cycles.page(PAGE, after);
    for (const listed of page.cycles) {
      if (listed.cycle.id > end) return;
      yield listed;
    }
    after = page.isLast ? undefined : page.cycles.at(-1)?.cycle.id;
  } while (after !== undefined);
}

class Bucket {
  #cycles = 0;
  #failed = 0;
  #longestMs: number | null = null;
  #tally: Tally = noTally();

  constructor(private readonly startMs: number) {}

  /** Plans change nothing and are left out. */
  add({ cycle, final }: ListedCycle): void {
    if (cycle.dryRun || !FINAL_STATES.has(cycle.state)) return;
    this.#cycles += 1;
    if (cycle.state === 'failed') this.#failed += 1;
    if (final !== null) this.#tally = addTallies(this.#tally, final.tally);
    if (cycle.endedAt === null || GIVEN_UP.has(cycle.state)) return;
    const took = Date.parse(cycle.endedAt) - (cycle.approvedAt ?? Date.parse(cycle.startedAt));
    this.#longestMs = Math.max(this.#longestMs ?? 0, took);
  }

  view(): HistoryAnswer['buckets'][number] {
    return {
      startDateTime: isoTime(this.startMs),
      cycles: this.#cycles,
      failedCycles: this.#failed,
      longestSeconds: this.#longestMs === null ? null : Math.round(this.#longestMs / 100) / 10,
      counts: this.#tally.counts,
    };
  }
}
