/** The last cycle and the last good one, for the status. */
import { z } from 'zod';
import type { StoredRow, Table } from '../Table';
import { longText, readLongText } from '../longText';
import { JOB } from './JobRows';

const executionSchema = z.object({
  cycleId: z.string(),
  mode: z.string(),
  state: z.enum(['Succeeded', 'Failed', 'EntryLevelErrors']).catch('Failed'),
  timeBegan: z.string(),
  timeEnded: z.string(),
  countExported: z.number(),
  countEscrowed: z.number(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});

export type Execution = z.output<typeof executionSchema>;

const LAST = 'lastExecution';
const LAST_GOOD = 'lastSuccess';

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

  /** The last cycle, and unless it failed the last good one. */
  async put(execution: Execution): Promise<void> {
    const json = longText('json', JSON.stringify(execution));
    await this.table.replace({ partitionKey: JOB, rowKey: LAST, ...json });
    if (execution.state !== 'Failed') await this.table.replace({ partitionKey: JOB, rowKey: LAST_GOOD, ...json });
  }
}

function executionOf(row: StoredRow | undefined): Execution | undefined {
  if (row === undefined) return undefined;
  try {
    return executionSchema.parse(JSON.parse(readLongText(row, 'json') ?? ''));
  } catch {
    return undefined;
  }
}
