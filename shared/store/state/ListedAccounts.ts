/** GoTo's accounts as listed in a full cycle, page by page, for its slices; deleted when it ends. */
import { z } from 'zod';
import { accountSchema, type Account } from '../../model/Account';
import { chunkKey, toChunks } from '../chunks';
import type { OpenTable } from '../connectTables';
import { longText, readLongText } from '../longText';
import { Table, type StoredRow, type Write } from '../Table';

/** A page as it is kept. */
export interface ListedPage {
  readonly accounts: readonly Account[];
  /** Keys of rows that are no people's: they count for completeness. */
  readonly deviceKeys: readonly string[];
  /** Rows of the whole list, as this page tells. */
  readonly total: number;
}

/** What the pages say together. */
export interface ListCensus {
  /** Distinct keys, devices included. */
  readonly distinct: number;
  readonly firstTotal: number;
  readonly lastTotal: number;
}

export class ListedAccounts {
  readonly #table: Table;

  constructor(open: OpenTable) {
    this.#table = new Table(open('Listed'));
  }

  /** Stores a page in the place of an earlier try of the same cycle. */
  async putPage(cycleId: string, page: number, { accounts, deviceKeys, total }: ListedPage): Promise<void> {
    const chunks = accounts.length === 0 ? ['[]'] : toChunks(accounts);
    const rows = chunks.map((json, index) => ({
      partitionKey: cycleId,
      rowKey: `${chunkKey(page)}-${chunkKey(index)}`,
      json,
      ...(index === 0 ? { total, ...longText('devices', JSON.stringify(deviceKeys)) } : {}),
    }));
    const writes: Write[] = rows.map((row) => ({ kind: 'replace', row }));
    for await (const { partitionKey, rowKey } of this.#table.range(cycleId, `${chunkKey(page)}-`))
      if (!rows.some((kept) => kept.rowKey === rowKey)) writes.push({ kind: 'delete', row: { partitionKey, rowKey } });
    await this.#table.write(writes);
  }

  /** Deletes what an earlier, longer try left behind the last page, and counts. @param pages of the list */
  async census(cycleId: string, pages: number): Promise<ListCensus> {
    const keys = new Set<string>();
    const totals: number[] = [];
    const writes: Write[] = [];
    for await (const row of this.#table.partition(cycleId)) {
      if (row.rowKey >= chunkKey(pages)) {
        writes.push({ kind: 'delete', row: { partitionKey: cycleId, rowKey: row.rowKey } });
        continue;
      }
      for (const { key } of accountsIn(row)) keys.add(key);
      const devices = deviceKeysIn(row);
      if (devices === undefined) continue;
      for (const key of devices) keys.add(key);
      totals.push(Number(row['total']));
    }
    await this.#table.write(writes);
    return { distinct: keys.size, firstTotal: totals[0] ?? 0, lastTotal: totals.at(-1) ?? 0 };
  }

  /** The list; nothing when the cycle has none. */
  async *read(cycleId: string): AsyncGenerator<Account> {
    for await (const row of this.#table.partition(cycleId)) yield* accountsIn(row);
  }

  /** Whether the list has rows that are no people's. */
  async hasDevices(cycleId: string): Promise<boolean> {
    for await (const row of this.#table.partition(cycleId)) if (deviceKeysIn(row)?.length) return true;
    return false;
  }

  /** Deletes the list. */
  async forget(cycleId: string): Promise<void> {
    await this.#table.deletePartition(cycleId);
  }
}

const accountsIn = (row: StoredRow): Account[] => z.array(accountSchema).parse(JSON.parse(String(row['json'])));

/** Stands with the first part of a page only. */
function deviceKeysIn(row: StoredRow): readonly string[] | undefined {
  const devices = readLongText(row, 'devices');
  return devices === undefined ? undefined : z.array(z.string()).parse(JSON.parse(devices));
}
