/** A full cycle is wanted: the wish stands until a full cycle that saw it has ended (docs/protocol.md R21). */
import type { StoredRow, Table } from '../Table';
import { JOB } from './JobRows';

const ROW = 'wish';

export class FullCycleWish {
  constructor(private readonly table: Table) {}

  /** The wish's etag, when there is one. */
  static of(rows: ReadonlyMap<string, StoredRow>): string | undefined {
    return rows.get(ROW)?.etag;
  }

  /** A wish that was there becomes a new one, which only a cycle that sees it fulfils. */
  async make(why: string): Promise<void> {
    await this.table.replace({ partitionKey: JOB, rowKey: ROW, why });
  }

  /** @param etag the wish that the cycle saw at its start; a younger one stays */
  async fulfil(etag: string): Promise<void> {
    await this.table.delete(JOB, ROW, etag);
  }
}
