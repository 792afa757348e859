/** GoTo fails: no cycle begins but an attempt now and then. One row, so that of two instances one makes the attempt. */
import { z } from 'zod';
import { tolerant } from '../../model/tolerant';
import { longText } from '../longText';
import { recallJson } from '../readJson';
import type { StoredRow, Table } from '../Table';
import { JOB } from './JobRows';

const ROW = 'quarantine';

/** Moments in ms. */
const quarantineSchema = z.object({
  /** In the words of Graph's synchronizationQuarantine. */
  reason: tolerant(
    ['EncounteredQuarantineException', 'EncounteredEscrowProportionThreshold', 'QuarantinedOnDemand', 'Unknown'],
    'Unknown',
  ),
  code: z.string(),
  /** What is wrong, and what to do. */
  message: z.string(),
  seriesBegan: z.number(),
  /** When it was last looked at, and stayed. */
  currentBegan: z.number(),
  /** How often that was so. */
  seriesCount: z.number(),
  nextAttempt: z.number(),
  /** The cycle that met the fault. */
  cycleId: z.string(),
  /** When it was given up; null before. */
  disabledAt: z.number().nullable().default(null),
});
export type QuarantineValue = Readonly<z.output<typeof quarantineSchema>>;
export type StoredQuarantine = QuarantineValue & { readonly etag: string };

export class Quarantine {
  constructor(private readonly table: Table) {}

  /** @returns undefined when the job is in none; a row that cannot be read ends by itself, as none */
  static of(rows: ReadonlyMap<string, StoredRow>): StoredQuarantine | undefined {
    const row = rows.get(ROW);
    const known = recallJson(row, 'json', quarantineSchema);
    return row === undefined || known === undefined ? undefined : { ...known, etag: row.etag };
  }

  /** The same, read by itself. */
  async read(): Promise<StoredQuarantine | undefined> {
    const row = await this.table.get(JOB, ROW);
    return row === undefined ? undefined : Quarantine.of(new Map([[ROW, row]]));
  }

  /**
   * @param etag of the row that was read; undefined to begin one
   * @returns the new etag; undefined when somebody was faster
   */
  async put(value: QuarantineValue, etag: string | undefined): Promise<string | undefined> {
    const row = { partitionKey: JOB, rowKey: ROW, ...longText('json', JSON.stringify(quarantineSchema.parse(value))) };
    return etag === undefined ? this.table.create(row) : this.table.replaceIfUnchanged(row, etag);
  }

  /** Ends it, if there is one. */
  async end(): Promise<void> {
    await this.table.delete(JOB, ROW);
  }
}
