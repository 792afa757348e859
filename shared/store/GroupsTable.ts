/** Direct members of the assigned groups, as last read: the source's half that a group delta changes. */
import { z } from 'zod';
import { chunkKey, toChunks } from './chunks';
import type { OpenTable } from './connectTables';
import { Table, type Write } from './Table';

const ids = z.array(z.string());

export class GroupsTable {
  readonly #table: Table;

  constructor(open: OpenTable) {
    this.#table = new Table(open('Groups'));
  }

  /** Members of every known group. A W3 company (2,000 groups of 100) is 2,000 rows. */
  async all(): Promise<Map<string, Set<string>>> {
    const groups = new Map<string, Set<string>>();
    for await (const row of this.#table.all()) {
      const members = groups.get(row.partitionKey) ?? new Set<string>();
      for (const id of ids.parse(JSON.parse(String(row['members'])))) members.add(id);
      groups.set(row.partitionKey, members);
    }
    return groups;
  }

  async put(groupId: string, members: Iterable<string>): Promise<void> {
    const chunks = toChunks([...members]);
    const rows = (chunks.length === 0 ? ['[]'] : chunks).map((text, index) => ({
      partitionKey: groupId,
      rowKey: chunkKey(index),
      members: text,
    }));
    const writes: Write[] = rows.map((row) => ({ kind: 'replace', row }));
    // A group that shrank leaves chunks behind: they go in the same transaction.
    for await (const row of this.#table.partition(groupId)) {
      if (!rows.some((kept) => kept.rowKey === row.rowKey)) writes.push({ kind: 'delete', row });
    }
    await this.#table.write(writes);
  }

  async delete(groupId: string): Promise<void> {
    await this.#table.deletePartition(groupId);
  }
}
