/**
 * User groups in GoTo, in one partition as they are few: `g:` the row that decides for a wanted group (ManagedGroup), `n:`
 * the name of each group of Entra as last read.
 */
import { managedGroupSchema, type ManagedGroup } from '../model/ManagedGroup';
import type { OpenTable } from './connectTables';
import { longText, readLongText } from './longText';
import { recallJson } from './readJson';
import { Table, type Write } from './Table';

const PARTITION = 'groups';

/** A group's row as read. */
export interface StoredGroup {
  readonly group: ManagedGroup;
  /** Null while there is no row. */
  readonly etag: string | null;
}

/** How a group is called in Entra. */
export interface SourceName {
  readonly name: string;
  /** What it was called before, until GoTo knows the new name. */
  readonly former: string | null;
  /** The group in GoTo that is to be renamed to it: whoever is in it stays. */
  readonly renamedKey: string | null;
}

export class GroupsTable {
  readonly #table: Table;

  constructor(open: OpenTable) {
    this.#table = new Table(open('Groups'));
  }

  /** Every wanted group by its id. A row that cannot be read is left out: the group is looked for by name. */
  async all(): Promise<Map<string, ManagedGroup>> {
    const groups = new Map<string, ManagedGroup>();
    for await (const row of this.#table.range(PARTITION, 'g:')) {
      const group = recallJson(row, 'json', managedGroupSchema);
      if (group !== undefined) groups.set(row.rowKey.slice('g:'.length), group);
    }
    return groups;
  }

  /** @param id of `groupId`. @param name for a group without a row, or with one that cannot be read */
  async get(id: string, name: string): Promise<StoredGroup> {
    const row = await this.#table.get(PARTITION, `g:${id}`);
    const known = recallJson(row, 'json', managedGroupSchema);
    return { group: known ?? managedGroupSchema.parse({ name }), etag: row?.etag ?? null };
  }

  /**
   * @param etag of the row that was read; null when there was none
   * @param takesOver the key of a group that goes by this row alone from now on: rows of other names that have it go
   * @returns the new etag; undefined when somebody changed the row meanwhile
   */
  async change(
    id: string,
    group: ManagedGroup,
    etag: string | null,
    takesOver: string | null = null,
  ): Promise<string | undefined> {
    const row = { partitionKey: PARTITION, rowKey: `g:${id}`, ...longText('json', JSON.stringify(group)) };
    const own: Write = etag === null ? { kind: 'create', row } : { kind: 'guarded', row, etag };
    const former = takesOver === null ? [] : [...(await this.all())].filter(([, one]) => one.key === takesOver);
    const committed = await this.#table.transact([
      own,
      ...former
        .filter(([other]) => other !== id)
        .map(([other]): Write => ({ kind: 'delete', row: { partitionKey: PARTITION, rowKey: `g:${other}` } })),
    ]);
    return committed?.get(row.rowKey);
  }

  /** Names of groups of Entra, by their ids. */
  async names(): Promise<Map<string, SourceName>> {
    const names = new Map<string, SourceName>();
    for await (const row of this.#table.range(PARTITION, 'n:'))
      names.set(row.rowKey.slice('n:'.length), {
        name: readLongText(row, 'name') ?? '',
        former: readLongText(row, 'former') ?? null,
        renamedKey: readLongText(row, 'renamedKey') ?? null,
      });
    return names;
  }

  async putNames(names: ReadonlyMap<string, SourceName>): Promise<void> {
    await this.#table.write(
      [...names].map(([id, { name, former, renamedKey }]): Write => ({
        kind: 'replace',
        row: {
          partitionKey: PARTITION,
          rowKey: `n:${id}`,
          ...longText('name', name),
          ...(former === null ? {} : longText('former', former)),
          ...(renamedKey === null ? {} : longText('renamedKey', renamedKey)),
        },
      })),
    );
  }
}
