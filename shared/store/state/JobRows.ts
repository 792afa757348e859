/** The rows of the job as a whole, one partition, so that a start reads them all at once (docs/protocol.md 3.1). */
import type { OpenTable } from '../connectTables';
import { Table, type StoredRow } from '../Table';

export const JOB = 'job';

export const openJob = (open: OpenTable): Table => new Table(open('Job'));

/** All rows by name. */
export async function readJobRows(table: Table): Promise<ReadonlyMap<string, StoredRow>> {
  const rows = new Map<string, StoredRow>();
  for await (const row of table.partition(JOB)) rows.set(row.rowKey, row);
  return rows;
}
