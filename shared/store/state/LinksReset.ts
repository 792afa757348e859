/** The ties between people and accounts are to be forgotten: the next cycle does it before anything else, a slice at a time. */
import type { StoredRow, Table } from '../Table';
import { JOB } from './JobRows';

const ROW = 'forgetLinks';

export class LinksReset {
  constructor(private readonly table: Table) {}

  /** The wish's etag, when there is one. */
  static of(rows: ReadonlyMap<string, StoredRow>): string | undefined {
    return rows.get(ROW)?.etag;
  }

  /** A wish that was there becomes a new one, which only a cycle that sees it fulfils. */
  async make(): Promise<void> {
    await this.table.replace({ partitionKey: JOB, rowKey: ROW });
  }

  /** @param etag the wish that the cycle saw at its start; a younger one stays */
  async fulfil(etag: string): Promise<void> {
    await this.table.delete(JOB, ROW, etag);
  }
}
