/**
 * Gives open rows to lanes so that all lanes end together, in parts that one message names. Creations that go with one
 * request stay together: they cost as much as one person.
 */
import { CHUNK_SIZE, STAGE } from '../../../model/Chunk';
import type { PlanEntry } from '../../../model/PlanEntry';
import { batchesOf } from '../../cycle/batchesOf';
import { partsThatFit } from './partsThatFit';

const stageOf = (rows: readonly OpenRow[]): number =>
  rows.some(({ entry }) => entry.action === 'delete')
    ? STAGE.deletions
    : rows.some(({ entry }) => entry.removal)
      ? STAGE.removals
      : STAGE.changes;

/** A row without a call still takes its turn in the lane. */
const LEAST_LOAD = 0.1;

export interface OpenRow {
  readonly entry: PlanEntry;
  /** GoTo calls that the row costs by itself. */
  readonly calls: number;
}

/** Rows of one chunk. */
export interface Part {
  readonly stage: number;
  readonly lane: number;
  readonly rows: readonly OpenRow[];
}

/**
 * @param loads of each lane, what it has to do so far
 * @param createBatchSize most creations of one request
 * @returns the chunks, and the loads with them
 */
export function shareOut(
  open: readonly OpenRow[],
  loads: readonly number[],
  createBatchSize: number,
): { readonly parts: readonly Part[]; readonly loads: number[] } {
  const next = [...loads];
  const leastLoaded = (load: number): number => {
    const lane = next.indexOf(Math.min(...next));
    next[lane] = (next[lane] ?? 0) + Math.max(load, LEAST_LOAD);
    return lane;
  };
  const parts: Part[] = [];
  const queues = new Map<string, { stage: number; lane: number; rows: OpenRow[] }>();
  for (const batch of batchesOf(
    open.map((row) => ({ ...row, attempts: 0 })),
    createBatchSize,
  )) {
    const stage = stageOf(batch);
    const lane = leastLoaded(Math.max(...batch.map((row) => row.calls)));
    if (batch.length > 1) {
      parts.push(...partsThatFit(batch, CHUNK_SIZE).map((rows) => ({ stage, lane, rows })));
      continue;
    }
    const queue = queues.get(`${stage}-${lane}`) ?? { stage, lane, rows: [] };
    queue.rows.push(...batch);
    queues.set(`${stage}-${lane}`, queue);
  }
  for (const { stage, lane, rows } of queues.values()) {
    // Even parts: a last chunk of one person would cost a lane as much as a full one.
    const size = Math.ceil(rows.length / Math.ceil(rows.length / CHUNK_SIZE));
    parts.push(...partsThatFit(rows, size).map((part) => ({ stage, lane, rows: part })));
  }
  return { parts, loads: next };
}
