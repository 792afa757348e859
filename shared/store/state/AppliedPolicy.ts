/** The settings and mapping with which the last full cycle ended: when today's differ, everybody is evaluated anew. */
import type { StoredRow, Table } from '../Table';
import { JOB } from './JobRows';

const ROW = 'policy';

export class AppliedPolicy {
  constructor(private readonly table: Table) {}

  /** @returns undefined before the first full cycle has ended */
  static of(rows: ReadonlyMap<string, StoredRow>): string | undefined {
    const row = rows.get(ROW);
    return row === undefined ? undefined : String(row['hash']);
  }

  /** @param hash of `policyHash` */
  async put(hash: string): Promise<void> {
    await this.table.replace({ partitionKey: JOB, rowKey: ROW, hash });
  }
}
