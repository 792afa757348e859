/** The last cycle and the last good one, for the status. */
import { z } from 'zod';
import { cycleCountsSchema } from '../../model/Cycle';
import type { StoredRow, Table } from '../Table';
import { longText } from '../longText';
import { recallJson } from '../readJson';
import { JOB } from './JobRows';

const executionSchema = z.object({
  cycleId: z.string(),
  mode: z.string(),
  state: z.enum(['Succeeded', 'Failed', 'EntryLevelErrors']).catch('Failed'),
  timeBegan: z.string(),
  timeEnded: z.string(),
  /** Rows that were given to lanes. */
  countExports: z.number().default(0),
  countExported: z.number(),
  countEscrowed: z.number(),
  counts: cycleCountsSchema.prefault({}),
  skippedByReason: z.record(z.string(), z.number()).default({}),
  /** Cycles that failed one behind the other, this one included. */
  failuresInARow: z.number().default(0),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});

export type Execution = z.output<typeof executionSchema>;

const LAST = 'lastExecution';
const LAST_GOOD = 'lastSuccess';
const LAST_EXPORTING = 'lastExport';
const FIRST_GOOD = 'firstSuccess';

export class Executions {
  constructor(private readonly table: Table) {}

  /** @returns undefined before the first cycle has ended */
  static lastOf(rows: ReadonlyMap<string, StoredRow>): Execution | undefined {
    return executionOf(rows.get(LAST));
  }

  /** @returns undefined before a cycle has ended without failing */
  static lastGoodOf(rows: ReadonlyMap<string, StoredRow>): Execution | undefined {
    return executionOf(rows.get(LAST_GOOD));
  }

  /** @returns undefined before a cycle that did not fail has written something */
  static lastExportingOf(rows: ReadonlyMap<string, StoredRow>): Execution | undefined {
    return executionOf(rows.get(LAST_EXPORTING));
  }

  /** @returns undefined before a cycle has ended without failing */
  static firstGoodOf(rows: ReadonlyMap<string, StoredRow>): Execution | undefined {
    return executionOf(rows.get(FIRST_GOOD));
  }

  /** The last cycle, and unless it failed the last good one. May be repeated. */
  async put(ended: Omit<Execution, 'failuresInARow'>): Promise<void> {
    const execution: Execution = { ...ended, failuresInARow: await this.#failuresWith(ended) };
    const json = longText('json', JSON.stringify(execution));
    const row = (rowKey: string) => ({ partitionKey: JOB, rowKey, ...json });
    if (execution.state !== 'Failed') {
      await this.table.create(row(FIRST_GOOD));
      await this.table.replace(row(LAST_GOOD));
      if (execution.countExported > 0) await this.table.replace(row(LAST_EXPORTING));
    }
    // The count of failures goes by this row, so it comes last.
    await this.table.replace(row(LAST));
  }

  async #failuresWith({ cycleId, state }: Pick<Execution, 'cycleId' | 'state'>): Promise<number> {
    if (state !== 'Failed') return 0;
    const last = executionOf(await this.table.get(JOB, LAST));
    return last?.cycleId === cycleId ? last.failuresInARow : (last?.failuresInARow ?? 0) + 1;
  }
}

const executionOf = (row: StoredRow | undefined): Execution | undefined => recallJson(row, 'json', executionSchema);
