/**
 * The image of Entra that changes are told by: assignments, and the direct members of the groups that count, as last
 * read. It moves only after who differs has been marked (docs/protocol.md R1).
 *
 * A group's members are read page by page into a generation of their own and switched in at the end, so that a read cut
 * short never counts.
 */
import { z } from 'zod';
import { assignmentSchema, type Assignment } from '../model/Assignment';
import { ConnectorError } from '../model/ConnectorError';
import { chunkKey, toChunks } from './chunks';
import type { OpenTable } from './connectTables';
import { longText } from './longText';
import { readJson } from './readJson';
import { Table, type StoredRow, type Write } from './Table';

const ids = z.array(z.string());
const listSchema = z.array(assignmentSchema);
const ASSIGNMENTS = 'assignments';
/** Pages of a long list that is being read; the last such list stays until the next one. */
const LISTED = 'assignments-listed';
const HEAD = '!head';
const GROUP = 'group-';
/** Members in one row: as many as Graph gives at once, about 40,000 characters. */
const PAGE_SIZE = 999;

/** Direct members of a group. */
export interface GroupMembers {
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

/** Nobody, and no group. */
export const NO_MEMBERS: GroupMembers = { users: new Set(), groups: new Set() };

/** Part of a list of assignments. */
export interface ListedPage {
  readonly assignments: readonly Assignment[];
  /** Grants to applications included: what Graph counts. */
  readonly rows: number;
}

/** A known group without its users. */
export interface KnownGroup {
  readonly id: string;
  /** The read that counts. */
  readonly generation: string;
  /** Groups that are direct members; none where they are not followed. */
  readonly groups: readonly string[];
}

export class ImageTable {
  readonly #table: Table;

  constructor(open: OpenTable) {
    this.#table = new Table(open('Image'));
  }

  /** The complete assignment list as last read. */
  async assignments(): Promise<Assignment[]> {
    const items: Assignment[] = [];
    for await (const row of this.#table.partition(ASSIGNMENTS)) items.push(...readJson(row, 'json', listSchema));
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

  /**
   * Stores one page of a list of assignments that is longer than a slice; one that is read again takes the place of the former.
   * @param generation of the read, made of digits, letters and dashes
   */
  async listPage(generation: string, page: number, { assignments, rows }: ListedPage): Promise<void> {
    if (page === 0) await this.#table.deletePartition(LISTED);
    await this.#table.replace({
      partitionKey: LISTED,
      rowKey: `${generation}:${chunkKey(page)}`,
      rows,
      ...longText('assignments', JSON.stringify(assignments)),
    });
  }

  /** The first `pages` pages of such a list. @throws ConnectorError IncompleteRead when one of them is not there */
  async listedPages(generation: string, pages: number): Promise<ListedPage[]> {
    const listed: ListedPage[] = [];
    for await (const row of this.#table.range(LISTED, `${generation}:`)) {
      if (!isWithin(row, generation, pages)) continue;
      listed.push({
        assignments: readJson(row, 'assignments', listSchema),
        rows: Number(row['rows']),
      });
    }
    if (listed.length === pages) return listed;
    throw new ConnectorError('Pages of the list of assignments are gone. Nothing was changed; it is read again.', {
      code: 'IncompleteRead',
      sent: false,
      repeatable: true,
      scope: 'job',
    });
  }

  /** The users of every known group, a page at a time. */
  async *groups(): AsyncGenerator<{ readonly id: string; readonly users: readonly string[] }> {
    let generation = '';
    // A group's head comes before its pages, and the rows of one group in a row.
    for await (const row of this.#table.all()) {
      if (!row.partitionKey.startsWith(GROUP)) continue;
      const id = row.partitionKey.slice(GROUP.length);
      if (row.rowKey === HEAD) {
        generation = `${id}/${String(row['generation'])}:`;
      } else if (`${id}/${row.rowKey}`.startsWith(generation) && generation !== '') {
        yield { id, users: idsIn(row, 'members') };
      }
    }
  }

  /** Every known group, without its users: what is in what. */
  async *heads(): AsyncGenerator<KnownGroup> {
    for await (const row of this.#table.rowsNamed(HEAD))
      yield {
        id: row.partitionKey.slice(GROUP.length),
        generation: String(row['generation']),
        groups: idsIn(row, 'groups'),
      };
  }

  /** @returns undefined when the group was never read to its end */
  async members(groupId: string): Promise<GroupMembers | undefined> {
    const head = await this.#table.get(`${GROUP}${groupId}`, HEAD);
    return head === undefined ? undefined : this.#pages(groupId, String(head['generation']));
  }

  async #pages(groupId: string, generation: string, pages = Infinity): Promise<GroupMembers> {
    const [users, groups] = [new Set<string>(), new Set<string>()];
    for await (const row of this.#table.range(`${GROUP}${groupId}`, `${generation}:`)) {
      if (!isWithin(row, generation, pages)) continue;
      for (const id of idsIn(row, 'members')) users.add(id);
      for (const id of idsIn(row, 'groups')) groups.add(id);
    }
    return { users, groups };
  }

  /**
   * Stores one page of a read that is under way; one that is read again after a crash takes the place of the former.
   * @param generation of the read, made of digits, letters and dashes
   * @param members at most 999 of both kinds
   */
  async addPage(
    groupId: string,
    generation: string,
    page: number,
    members: { readonly users: readonly string[]; readonly groups: readonly string[] },
  ): Promise<void> {
    await this.#table.replace({
      partitionKey: `${GROUP}${groupId}`,
      rowKey: `${generation}:${chunkKey(page)}-${chunkKey(0)}`,
      ...longText('members', JSON.stringify(members.users)),
      ...groupsColumn(members.groups),
    });
  }

  /** The members in the first `pages` pages of a read. A longer one that died may have left more. */
  async pagesOf(groupId: string, generation: string, pages: number): Promise<GroupMembers> {
    return this.#pages(groupId, generation, pages);
  }

  /** The read has come to its end: from now on its first `pages` pages are the image, and no other is kept. */
  async switchTo(groupId: string, generation: string, pages: number): Promise<void> {
    const partitionKey = `${GROUP}${groupId}`;
    const groups = new Set<string>();
    const writes: Write[] = [];
    for await (const row of this.#table.partition(partitionKey)) {
      if (row.rowKey === HEAD) continue;
      if (!isWithin(row, generation, pages)) writes.push({ kind: 'delete', row: keyOf(row) });
      else for (const id of idsIn(row, 'groups')) groups.add(id);
    }
    await this.#table.replace({ partitionKey, rowKey: HEAD, generation, ...groupsColumn([...groups]) });
    await this.#table.write(writes);
  }

  /** Replaces a group's members at once: what a delta made of them. */
  async putMembers(groupId: string, generation: string, { users, groups }: GroupMembers): Promise<void> {
    const all = [
      ...[...users].map((id) => ({ id, isUser: true })),
      ...[...groups].map((id) => ({ id, isUser: false })),
    ];
    const pages = Math.ceil(all.length / PAGE_SIZE);
    for (let page = 0; page < pages; page += 1) {
      const part = all.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
      await this.addPage(groupId, generation, page, {
        users: part.filter((one) => one.isUser).map((one) => one.id),
        groups: part.filter((one) => !one.isUser).map((one) => one.id),
      });
    }
    await this.switchTo(groupId, generation, pages);
  }

  /** Deletes everything of a group that does not count any more. */
  async forget(groupId: string): Promise<void> {
    await this.#table.deletePartition(`${GROUP}${groupId}`);
  }
}

const keyOf = ({ partitionKey, rowKey }: StoredRow) => ({ partitionKey, rowKey });

const isWithin = ({ rowKey }: StoredRow, generation: string, pages: number): boolean =>
  rowKey.startsWith(`${generation}:`) && (pages === Infinity || rowKey < `${generation}:${chunkKey(pages)}`);

const idsIn = (row: StoredRow, column: 'members' | 'groups'): string[] => readJson(row, column, ids, '[]');

const groupsColumn = (groups: readonly string[]): ReturnType<typeof longText> =>
  groups.length === 0 ? {} : longText('groups', JSON.stringify(groups));
