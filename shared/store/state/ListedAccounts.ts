/** GoTo's accounts as listed in a full cycle, page by page, for its slices; deleted when it ends. */
import { z } from 'zod';
import { accountSchema, type Account } from '../../model/Account';
import { chunkKey, toChunks } from '../chunks';
import type { OpenTable } from '../connectTables';
import { longText } from '../longText';
import { readJson } from '../readJson';
import { Table, type StoredRow, type Write } from '../Table';

/** A page as it is kept. */
export interface ListedPage {
  readonly accounts: readonly Account[];
  /** Keys of rows that are no people's: they count for completeness. */
  readonly deviceKeys: readonly string[];
  /** Rows of the whole list, as this page tells. */
  readonly total: number;
}

/** Which part of the list a page is. */
export interface ListedSpan {
  /** Rows before it, devices included. */
  readonly offset: number;
  readonly rows: number;
  /** People's keys. */
  readonly keys: readonly string[];
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
      for (const key of devicesIn(row)) keys.add(key);
      if (row['total'] !== undefined) totals.push(Number(row['total']));
    }
    await this.#table.write(writes);
    return { distinct: keys.size, firstTotal: totals[0] ?? 0, lastTotal: totals.at(-1) ?? 0 };
  }

  /** The list; nothing when the cycle has none. */
  async *read(cycleId: string): AsyncGenerator<Account> {
    for await (const row of this.#table.partition(cycleId)) yield* accountsIn(row);
  }

  /** The pages of the list in order, as GoTo counted them; nothing when the cycle has none. */
  async *pages(cycleId: string): AsyncGenerator<ListedSpan> {
    let page = { name: '', offset: 0, keys: [] as string[], rows: 0 };
    for await (const row of this.#table.partition(cycleId)) {
      const name = row.rowKey.slice(0, chunkKey(0).length);
      if (name !== page.name) {
        if (page.name !== '') yield page;
        page = { name, offset: page.offset + page.rows, keys: [], rows: 0 };
      }
      const keys = accountsIn(row).map((account) => account.key);
      page.keys.push(...keys);
      page.rows += keys.length + devicesIn(row).length;
    }
    if (page.name !== '') yield page;
  }

  /** Whether the list has rows that are no people's. */
  async hasDevices(cycleId: string): Promise<boolean> {
    for await (const row of this.#table.partition(cycleId)) if (devicesIn(row).length > 0) return true;
    return false;
  }

  /** Deletes the list. */
  async forget(cycleId: string): Promise<void> {
    await this.#table.deletePartition(cycleId);
  }
}

const accountsSchema = z.array(accountSchema);
const accountsIn = (row: StoredRow): Account[] => readJson(row, 'json', accountsSchema);

const devicesSchema = z.array(z.string());
/** Only a page's first row names them. */
const devicesIn = (row: StoredRow): string[] => readJson(row, 'devices', devicesSchema, '[]');
