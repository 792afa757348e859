/** Cycles, newest first by row key; beside each, the planner's place in it. */
import { z } from 'zod';
import type { Cycle } from '../model/Cycle';
import type { OpenTable } from './connectTables';
import { Table, type StoredRow } from './Table';

const PARTITION = 'cycle';

const cycleSchema = z.object({
  id: z.string(),
  mode: z.enum(['initial', 'incremental', 'full']),
  trigger: z.enum(['timer', 'http']),
  dryRun: z.boolean(),
  state: z.enum(['queued', 'planning', 'applying', 'closing', 'planned', 'succeeded', 'succeededWithErrors', 'failed']),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  expected: z.number(),
  applyingSince: z.string().nullable(),
  warnings: z.array(z.string()),
  error: z.string().nullable(),
});

export interface StoredCycle {
  readonly cycle: Cycle;
  /** Opaque to the store; the planner's and closer's notes from one message to the next. */
  readonly cursor: unknown;
}

export class CyclesTable {
  readonly #table: Table;

  constructor(open: OpenTable) {
    this.#table = new Table(open('Cycles'));
  }

  async get(id: string): Promise<StoredCycle | undefined> {
    const row = await this.#table.get(PARTITION, id);
    return row === undefined ? undefined : storedCycle(row);
  }

  async put(cycle: Cycle, cursor: unknown): Promise<void> {
    await this.#table.replace({
      partitionKey: PARTITION,
      rowKey: cycle.id,
      cycle: JSON.stringify(cycle),
      cursor: JSON.stringify(cursor),
    });
  }

  async page(size: number, continuation?: string): Promise<{ cycles: Cycle[]; continuation: string | undefined }> {
    const page = await this.#table.page(PARTITION, { size, continuation });
    return { cycles: page.rows.map((row) => storedCycle(row).cycle), continuation: page.continuation };
  }
}

function storedCycle(row: StoredRow): StoredCycle {
  return {
    cycle: cycleSchema.parse(JSON.parse(String(row['cycle']))),
    cursor: JSON.parse(String(row['cursor'] ?? 'null')) as unknown,
  };
}
