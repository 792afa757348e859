export type CycleMode = 'initial' | 'incremental' | 'full';

export type CycleState =
  'queued' | 'planning' | 'applying' | 'closing' | 'planned' | 'succeeded' | 'succeededWithErrors' | 'failed';

export const FINAL_STATES: ReadonlySet<CycleState> = new Set(['planned', 'succeeded', 'succeededWithErrors', 'failed']);

export interface CycleCounts {
  created: number;
  linked: number;
  updated: number;
  disabled: number;
  reenabled: number;
  deleted: number;
  skipped: number;
  failed: number;
  parked: number;
  staged: number;
}

export const noCounts = (): CycleCounts => ({
  created: 0,
  linked: 0,
  updated: 0,
  disabled: 0,
  reenabled: 0,
  deleted: 0,
  skipped: 0,
  failed: 0,
  parked: 0,
  staged: 0,
});

export interface CallCounts {
  graph: number;
  gotoReads: number;
  gotoWrites: number;
  throttled: number;
}

export const noCalls = (): CallCounts => ({ graph: 0, gotoReads: 0, gotoWrites: 0, throttled: 0 });

/** One row of progress: a lane or a slice of the planner owns it alone, so nobody contends for it (design.md). */
export interface Tally {
  /** Changes that were planned as messages. */
  queued: number;
  /** Messages that ended. */
  done: number;
  counts: CycleCounts;
  skippedByReason: Record<string, number>;
  calls: CallCounts;
}

export const noTally = (): Tally => ({ queued: 0, done: 0, counts: noCounts(), skippedByReason: {}, calls: noCalls() });

/** The sum of tallies; neither argument is changed. */
export function addTallies(a: Tally, b: Tally): Tally {
  const sum = <T extends object>(x: T, y: T): T => {
    const result: Record<string, number> = { ...(x as Record<string, number>) };
    for (const [key, value] of Object.entries(y as Record<string, number>)) result[key] = (result[key] ?? 0) + value;
    return result as T;
  };
  return {
    queued: a.queued + b.queued,
    done: a.done + b.done,
    counts: sum(a.counts, b.counts),
    skippedByReason: sum(a.skippedByReason, b.skippedByReason),
    calls: sum(a.calls, b.calls),
  };
}

/** Counts one skipped person in place. */
export function countSkip(tally: Tally, reason: string): void {
  tally.counts.skipped += 1;
  tally.skippedByReason[reason] = (tally.skippedByReason[reason] ?? 0) + 1;
}

/** A cycle as stored; `GET …/cycles/{id}` adds the progress. */
export interface Cycle {
  readonly id: string;
  readonly mode: CycleMode;
  readonly trigger: 'timer' | 'http';
  readonly dryRun: boolean;
  readonly state: CycleState;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** Messages sent, or to be sent, to the lanes. */
  readonly expected: number;
  /** When the first message left, for the rate. */
  readonly applyingSince: string | null;
  readonly warnings: readonly string[];
  readonly error: string | null;
}

/** The latest moment a JavaScript Date can hold, in ms: ids made from the distance to it sort newest first. */
const END_OF_TIME_MS = 8_640_000_000_000_000;

/** An id that sorts newest first as a row key. `salt` keeps two cycles of one millisecond apart. */
export function newCycleId(nowMs: number, salt: string): string {
  return `${String(END_OF_TIME_MS - nowMs).padStart(16, '0')}-${salt}`;
}

/** The start of a cycle in ms since the epoch, read from its id. */
export const startOfCycle = (cycleId: string): number => END_OF_TIME_MS - Number(cycleId.slice(0, 16));
