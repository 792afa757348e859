import type { StoredRow, Table } from '../Table';
import { JOB } from './JobRows';

/** The GoTo account in which people's accounts are: what ties, claims and plans speak of. */

const ROW = 'account';

export class KnownAccount {
  constructor(private readonly table: Table) {}

  /** @returns undefined before there was anything to do in it, and while an earlier release did it */
  static of(rows: ReadonlyMap<string, StoredRow>): string | undefined {
    const key = rows.get(ROW)?.['key'];
    return key === undefined ? undefined : String(key);
  }

  /** @param key of the account that is about to be written to */
  async put(key: string): Promise<void> {
    await this.table.replace({ partitionKey: JOB, rowKey: ROW, key });
  }
}
