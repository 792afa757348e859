/**
 * The image of Entra that changes are told by: assignments, and the direct members of assigned groups, as last read. It
 * moves only after who differs has been marked (docs/protocol.md R1).
 *
 * A group's members are read page by page into a generation of their own and switched in at the end, so that a read cut
 * short never counts.
 */
import { z } from 'zod';
import { assignmentSchema, type Assignment } from '../model/Assignment';
import { chunkKey, toChunks } from './chunks';
import type { OpenTable } from './connectTables';
import { Table, type StoredRow, type Write } from './Table';

const ids = z.array(z.string());
const ASSIGNMENTS = 'assignments';
const HEAD = '!head';
const GROUP = 'group-';

export class ImageTable {
  readonly #table: Table;

  constructor(open: OpenTable) {
    this.#table = new Table(open('Image'));
  }

  /** The complete assignment list as last read. */
  async assignments(): Promise<Assignment[]> {
    const items: Assignment[] = [];
    for await (const row of this.#table.partition(ASSIGNMENTS))
      items.push(...z.array(assignmentSchema).parse(JSON.parse(String(row['json']))));
    return items;
  }

  /** A crash in between leaves a mixture of two lists, both of whose differences are marked already. */
  async putAssignments(values: readonly Assignment[]): Promise<void> {
    const rows = toChunks(values).map((json, index) => ({ partitionKey: ASSIGNMENTS, rowKey: chunkKey(index), json }));
    const writes: Write[] = rows.map((row) => ({ kind: 'replace', row }));
    for await (const row of this.#table.partition(ASSIGNMENTS))
      if (!rows.some((kept) => kept.rowKey === row.rowKey)) writes.push({ kind: 'delete', row: keyOf(row) });
    await this.#table.write(writes);
  }

  /** Members of every known group. */
  async groups(): Promise<Map<string, Set<string>>> {
    const generations = new Map<string, string>();
    const groups = new Map<string, Set<string>>();
    const pages: StoredRow[] = [];
    for await (const row of this.#table.all()) {
      if (!row.partitionKey.startsWith(GROUP)) continue;
      if (row.rowKey === HEAD) {
        const id = row.partitionKey.slice(GROUP.length);
        generations.set(id, String(row['generation']));
        groups.set(id, new Set());
      } else pages.push(row);
    }
    for (const row of pages) {
      const id = row.partitionKey.slice(GROUP.length);
      if (!row.rowKey.startsWith(`${generations.get(id) ?? ''}:`)) continue;
      for (const member of ids.parse(JSON.parse(String(row['members'])))) groups.get(id)?.add(member);
    }
    return groups;
  }

  /** @returns undefined when the group was never read to its end */
  async members(groupId: string): Promise<Set<string> | undefined> {
    const head = await this.#table.get(`${GROUP}${groupId}`, HEAD);
    return head === undefined ? undefined : this.#pages(groupId, String(head['generation']));
  }

  async #pages(groupId: string, generation: string): Promise<Set<string>> {
    const members = new Set<string>();
    for await (const row of this.#table.range(`${GROUP}${groupId}`, `${generation}:`))
      for (const id of ids.parse(JSON.parse(String(row['members'])))) members.add(id);
    return members;
  }

  /** Stores one page of a read that is under way. @param generation of the read, made of digits, letters and dashes */
  async addPage(groupId: string, generation: string, page: number, members: readonly string[]): Promise<void> {
    const rows = pageRows(groupId, generation, page, members);
    const writes: Write[] = rows.map((row) => ({ kind: 'replace', row }));
    // A page that is read again after a crash may have become shorter.
    for await (const row of this.#table.range(`${GROUP}${groupId}`, `${generation}:${chunkKey(page)}-`))
      if (!rows.some((kept) => kept.rowKey === row.rowKey)) writes.push({ kind: 'delete', row: keyOf(row) });
    await this.#table.write(writes);
  }

  /** The members that a read has stored so far. */
  async pagesOf(groupId: string, generation: string): Promise<Set<string>> {
    return this.#pages(groupId, generation);
  }

  /** The read has come to its end: from now on it is the image. */
  async switchTo(groupId: string, generation: string): Promise<void> {
    await this.#table.replace({ partitionKey: `${GROUP}${groupId}`, rowKey: HEAD, generation });
    const writes: Write[] = [];
    for await (const row of this.#table.partition(`${GROUP}${groupId}`))
      if (row.rowKey !== HEAD && !row.rowKey.startsWith(`${generation}:`))
        writes.push({ kind: 'delete', row: keyOf(row) });
    await this.#table.write(writes);
  }

  /** Replaces a group's members at once: what a delta made of them. */
  async putMembers(groupId: string, generation: string, members: ReadonlySet<string>): Promise<void> {
    await this.addPage(groupId, generation, 0, [...members]);
    await this.switchTo(groupId, generation);
  }

  async forget(groupId: string): Promise<void> {
    await this.#table.deletePartition(`${GROUP}${groupId}`);
  }
}

const keyOf = ({ partitionKey, rowKey }: StoredRow) => ({ partitionKey, rowKey });

function pageRows(groupId: string, generation: string, page: number, members: readonly string[]) {
  const chunks = toChunks(members);
  return (chunks.length === 0 ? ['[]'] : chunks).map((text, index) => ({
    partitionKey: `${GROUP}${groupId}`,
    rowKey: `${generation}:${chunkKey(page)}-${chunkKey(index)}`,
    members: text,
  }));
}
