/** The plan whose removals wait for an admin, or are being approved or rejected (docs/protocol.md 3.6). */
import type { StoredRow, Table } from '../Table';
import { JOB } from './JobRows';

const ROW = 'await';

export interface Awaited {
  readonly cycleId: string;
  /** People who would lose access, or their account. */
  readonly removals: number;
  /** Those of them whose account would be deleted: they have lost access long ago. */
  readonly deletions: number;
  /** Since when (ms) somebody has to decide. */
  readonly since: number;
}

export class AwaitedApproval {
  constructor(private readonly table: Table) {}

  /** @returns undefined when nothing waits */
  static of(rows: ReadonlyMap<string, StoredRow>): Awaited | undefined {
    const row = rows.get(ROW);
    return row === undefined
      ? undefined
      : {
          cycleId: String(row['cycleId']),
          removals: Number(row['removals'] ?? 0),
          deletions: Number(row['deletions'] ?? 0),
          since: Number(row['since'] ?? 0),
        };
  }

  /** The newest plan that waits is the one to decide: an older one was superseded before. */
  async put({ since, ...plan }: Awaited): Promise<void> {
    await this.table.replace({ partitionKey: JOB, rowKey: ROW, ...plan, since: String(since) });
  }

  /** Nothing of this plan waits any more; another plan's row stays. */
  async clear(cycleId: string): Promise<void> {
    const row = await this.table.get(JOB, ROW);
    if (row?.['cycleId'] === cycleId) await this.table.delete(JOB, ROW, row.etag);
  }
}
