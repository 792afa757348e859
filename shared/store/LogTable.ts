/**
 * The provisioning log: one entry an object and cycle. A lane's terminal entries and its tally are written in one
 * transaction of the partition `cycleId`: a message delivered twice finds the entry and counts nothing twice (I12, I14).
 */
import { odata } from '@azure/data-tables';
import { z } from 'zod';
import { addTallies, noTally, type Tally } from '../model/Cycle';
import { REASONS, type Reason } from '../model/Reason';
import type { OpenTable } from './connectTables';
import type { ModifiedProperty } from './IdentitiesTable';
import { Table, type Row, type StoredRow, type Write } from './Table';

/** Tally rows sort behind every object id. */
const TALLY_PREFIX = '~';

const entrySchema = z.object({
  cycleId: z.string(),
  sourceId: z.string(),
  targetId: z.string().nullable(),
  displayName: z.string(),
  status: z.enum(['queued', 'success', 'failure', 'skipped', 'warning', 'parked']),
  action: z.enum(['create', 'link', 'update', 'disable', 'reenable', 'delete', 'none']),
  reason: z.enum(Object.keys(REASONS) as [Reason, ...Reason[]]),
  errorCode: z.string().nullable(),
  errorMessage: z.string().nullable(),
  at: z.string(),
  durationMs: z.number(),
  modified: z.array(
    z.object({ displayName: z.string(), oldValue: z.string().nullable(), newValue: z.string().nullable() }),
  ),
});
const countsSchema = z.record(z.string(), z.number());
const tallySchema = z.object({
  queued: z.number(),
  done: z.number(),
  counts: countsSchema,
  skippedByReason: countsSchema,
  calls: countsSchema,
});

export type LogEntry = z.output<typeof entrySchema>;
export type { ModifiedProperty };

export class LogTable {
  readonly #table: Table;

  constructor(open: OpenTable) {
    this.#table = new Table(open('Log'));
  }

  async get(cycleId: string, sourceId: string): Promise<LogEntry | undefined> {
    const row = await this.#table.get(cycleId, sourceId);
    return row === undefined ? undefined : entryOf(row);
  }

  async put(entries: readonly LogEntry[]): Promise<void> {
    await this.#table.write(entries.map((entry): Write => ({ kind: 'replace', row: rowOf(entry) })));
  }

  /** Queues changes; one that ended already (a planner that died and came back) stays ended. */
  async queue(entries: readonly LogEntry[]): Promise<void> {
    for (let start = 0; start < entries.length; start += 100) {
      const part = entries.slice(start, start + 100);
      const created = await this.#table.transact(part.map((entry): Write => ({ kind: 'create', row: rowOf(entry) })));
      if (!created) await Promise.all(part.map((entry) => this.#table.create(rowOf(entry))));
    }
  }

  /** A planner's slice owns its tally row: doing the slice again replaces it. */
  async putTally(cycleId: string, owner: string, tally: Tally): Promise<void> {
    await this.#table.replace({
      partitionKey: cycleId,
      rowKey: `${TALLY_PREFIX}${owner}`,
      tally: JSON.stringify(tally),
    });
  }

  /**
   * Ends changes and counts them, all or nothing.
   * @returns false when another holder of the lane was faster; read again and decide anew
   */
  async end(cycleId: string, owner: string, entries: readonly LogEntry[], more: Tally): Promise<boolean> {
    const rowKey = `${TALLY_PREFIX}${owner}`;
    const row = await this.#table.get(cycleId, rowKey);
    const tally = addTallies(row === undefined ? noTally() : tallyOf(row), more);
    const tallyRow: Row = { partitionKey: cycleId, rowKey, tally: JSON.stringify(tally) };
    return this.#table.transact([
      row === undefined ? { kind: 'create', row: tallyRow } : { kind: 'guarded', row: tallyRow, etag: row.etag },
      ...entries.map((entry): Write => ({ kind: 'replace', row: rowOf(entry) })),
    ]);
  }

  /** The sum over all tallies of a cycle. */
  async total(cycleId: string): Promise<Tally> {
    let total = noTally();
    for await (const row of this.#table.partition(cycleId, odata`RowKey ge ${TALLY_PREFIX}`))
      total = addTallies(total, tallyOf(row));
    return total;
  }

  async *queued(cycleId: string): AsyncGenerator<LogEntry> {
    for await (const row of this.#table.partition(cycleId, odata`status eq 'queued'`)) yield entryOf(row);
  }

  async page(
    cycleId: string,
    size: number,
    continuation?: string,
  ): Promise<{ entries: LogEntry[]; continuation: string | undefined }> {
    const page = await this.#table.page(cycleId, { filter: odata`RowKey lt ${TALLY_PREFIX}`, size, continuation });
    return { entries: page.rows.map(entryOf), continuation: page.continuation };
  }
}

const rowOf = (entry: LogEntry): Row => ({
  partitionKey: entry.cycleId,
  rowKey: entry.sourceId,
  status: entry.status,
  entry: JSON.stringify(entry),
});

const entryOf = (row: StoredRow): LogEntry => entrySchema.parse(JSON.parse(String(row['entry'])));

/** A row of an earlier release may lack counters that came later: they count as zero (I19). */
function tallyOf(row: StoredRow): Tally {
  const stored = tallySchema.parse(JSON.parse(String(row['tally'])));
  const { queued, done, skippedByReason } = stored;
  const none = noTally();
  return {
    queued,
    done,
    skippedByReason,
    counts: { ...none.counts, ...stored.counts },
    calls: { ...none.calls, ...stored.calls },
  };
}
