/** Who renews GoTo's token: one process at a time, so that a refresh token that rotates is spent once. */
import type { Clock } from '../../model/Clock';
import type { Table } from '../Table';

const KEY = { partitionKey: 'lease', rowKey: 'gotoToken' } as const;

export class TokenRenewalLease {
  #etag: string | undefined;

  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  /** @param untilMs when the lease ends by itself, should its holder die. @returns false while somebody else holds it */
  async take(untilMs: number): Promise<boolean> {
    const row = await this.table.get(KEY.partitionKey, KEY.rowKey);
    if (row !== undefined && Number(row['until'] ?? 0) > this.clock.now()) return false;
    const next = { ...KEY, until: String(untilMs) };
    this.#etag =
      row === undefined ? await this.table.create(next) : await this.table.replaceIfUnchanged(next, row.etag);
    return this.#etag !== undefined;
  }

  /** Ends one's own lease; nobody else's. */
  async free(): Promise<void> {
    if (this.#etag !== undefined) await this.table.delete(KEY.partitionKey, KEY.rowKey, this.#etag);
    this.#etag = undefined;
  }
}
