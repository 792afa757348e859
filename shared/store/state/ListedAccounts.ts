/** GoTo's accounts as listed in a full cycle, for its slices; deleted when it ends. */
import { z } from 'zod';
import { accountSchema, type Account } from '../../model/Account';
import { chunkKey, toChunks } from '../chunks';
import type { OpenTable } from '../connectTables';
import { Table } from '../Table';

export class ListedAccounts {
  readonly #table: Table;

  constructor(open: OpenTable) {
    this.#table = new Table(open('Listed'));
  }

  /** Stores the complete list, in the place of an earlier try of the same cycle. */
  async put(cycleId: string, accounts: readonly Account[]): Promise<void> {
    await this.#table.deletePartition(cycleId);
    const rows = toChunks(accounts).map((json, index) => ({ partitionKey: cycleId, rowKey: chunkKey(index), json }));
    await this.#table.write(rows.map((row) => ({ kind: 'replace', row })));
  }

  /** The list; nothing when the cycle has none. */
  async *read(cycleId: string): AsyncGenerator<Account> {
    for await (const row of this.#table.partition(cycleId))
      yield* z.array(accountSchema).parse(JSON.parse(String(row['json'])));
  }

  /** Deletes the list. */
  async forget(cycleId: string): Promise<void> {
    await this.#table.deletePartition(cycleId);
  }
}
