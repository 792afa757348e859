/** The wait that GoTo demanded, known to every instance. It is never shortened: the later moment stands. */
import type { Table } from '../Table';

const KEY = { partitionKey: 'wait', rowKey: 'goto' } as const;
const TRIES = 5;

export class DemandedWait {
  constructor(private readonly table: Table) {}

  /** @returns the moment (ms) before which nothing may be sent; 0 when there is none */
  async read(): Promise<number> {
    return Number((await this.table.get(KEY.partitionKey, KEY.rowKey))?.['until'] ?? 0);
  }

  /** @returns the moment (ms) that stands now */
  async raise(untilMs: number): Promise<number> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const row = await this.table.get(KEY.partitionKey, KEY.rowKey);
      const known = Number(row?.['until'] ?? 0);
      if (known >= untilMs) return known;
      const next = { ...KEY, until: String(untilMs) };
      const stored =
        row === undefined ? await this.table.create(next) : await this.table.replaceIfUnchanged(next, row.etag);
      if (stored !== undefined) return untilMs;
    }
    return untilMs;
  }
}
