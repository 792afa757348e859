/** An admin paused the job: nothing is written to GoTo, and no cycle begins but a dry run, until somebody starts it again. */
import type { StoredRow, Table } from '../Table';
import { JOB } from './JobRows';

const ROW = 'pause';

export interface Paused {
  /** When (ms) it began. */
  readonly since: number;
}

export class Pause {
  constructor(private readonly table: Table) {}

  /** @returns undefined when the job is not paused */
  static of(rows: ReadonlyMap<string, StoredRow>): Paused | undefined {
    const row = rows.get(ROW);
    return row === undefined ? undefined : { since: Number(row['since'] ?? 0) };
  }

  /** The same, read by itself. */
  async read(): Promise<Paused | undefined> {
    const row = await this.table.get(JOB, ROW);
    return row === undefined ? undefined : Pause.of(new Map([[ROW, row]]));
  }

  /** @returns false when the job is paused already: its beginning stays */
  async begin(nowMs: number): Promise<boolean> {
    const row = { partitionKey: JOB, rowKey: ROW, since: String(nowMs) };
    return (await this.table.create(row)) !== undefined;
  }

  /** Ends the pause, if there is one. */
  async end(): Promise<void> {
    await this.table.delete(JOB, ROW);
  }
}
