import type { Chunk } from '../model/Chunk';
import { addTallies, type Cycle } from '../model/Cycle';
import type { FinalCounts } from '../store/CyclesTable';
import type { WithStore } from '../sync/Engine';

/** A cycle with its counts: the sum over its chunks while it runs, what it ended with afterwards. */
export interface CountedCycle {
  readonly cycle: Cycle;
  readonly counts: FinalCounts;
  /** While it runs: how many rows of each stage there are, and how many have ended. */
  readonly stages: ReadonlyMap<number, { readonly expected: number; readonly done: number }>;
}

const NO_STAGES: CountedCycle['stages'] = new Map();

/** @returns undefined when there is no such cycle */
export async function countedCycle({ store }: WithStore, id: string): Promise<CountedCycle | undefined> {
  const listed = await store.cycles.get(id);
  const isOver = listed !== undefined && listed.final !== null;
  if (isOver && listed.cycle.state !== 'awaitingApproval')
    return { cycle: listed.cycle, counts: listed.final, stages: NO_STAGES };
  const stored = await store.plans.cycle(id);
  // What waited may have been approved since: then its rows tell.
  if (isOver && stored?.cycle.state === 'awaitingApproval')
    return { cycle: listed.cycle, counts: listed.final, stages: NO_STAGES };
  if (stored === undefined)
    return listed === undefined
      ? undefined
      : { cycle: listed.cycle, counts: { done: 0, tally: listed.cycle.tally }, stages: NO_STAGES };
  const chunks = await store.plans.chunks(id);
  return {
    cycle: stored.cycle,
    counts: {
      done: chunks.reduce((sum, chunk) => sum + chunk.done, 0),
      tally: chunks.reduce((sum, chunk) => addTallies(sum, chunk.tally), stored.cycle.tally),
    },
    stages: stagesOf(chunks),
  };
}

function stagesOf(chunks: readonly Chunk[]): CountedCycle['stages'] {
  const stages = new Map<number, { expected: number; done: number }>();
  for (const { stage, rows, done } of chunks) {
    const sum = stages.get(stage) ?? { expected: 0, done: 0 };
    stages.set(stage, { expected: sum.expected + rows, done: sum.done + done });
  }
  return stages;
}
