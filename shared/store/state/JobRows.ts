/** The rows of the job as a whole, one partition, so that a start reads them all at once (docs/protocol.md 3.1). */
import type { OpenTable } from '../connectTables';
import { Table, type StoredRow } from '../Table';

/** The one partition of the table Job. */
export const JOB = 'job';

/** Opens the table Job; nothing is sent yet. */
export const openJob = (open: OpenTable): Table => new Table(open('Job'));

/** All rows by name. */
export async function readJobRows(table: Table): Promise<ReadonlyMap<string, StoredRow>> {
  const rows = new Map<string, StoredRow>();
  for await (const row of table.partition(JOB)) rows.set(row.rowKey, row);
  return rows;
}
