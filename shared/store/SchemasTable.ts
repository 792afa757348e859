/** Imported mappings, every version of them: the active one is a pointer, the others can be read and put back. */
import { z } from 'zod';
import { chunkKey } from './chunks';
import type { OpenTable } from './connectTables';
import { piecesOf } from './longText';
import { Table, type Write } from './Table';

/** Stands for the built-in mapping: nothing was imported, or it was reset. */
export const DEFAULT_VERSION = 'default';

const VERSIONS = 'version';
const POINTER = { partitionKey: 'pointer', rowKey: 'active' } as const;

const versionRow = z.object({ rowKey: z.string(), createdAt: z.string(), chunks: z.number() });

/** createdAt in ISO time. */
export interface SchemaVersion {
  readonly id: string;
  readonly createdAt: string;
}

export class SchemasTable {
  readonly #table: Table;

  constructor(open: OpenTable) {
    this.#table = new Table(open('Schemas'));
  }

  /** DEFAULT_VERSION when none is active. */
  async activeVersion(): Promise<string> {
    const row = await this.#table.get(POINTER.partitionKey, POINTER.rowKey);
    return row === undefined ? DEFAULT_VERSION : String(row['version']);
  }

  /** The text is durable before the pointer moves: a version that is active can always be read. */
  async put(version: SchemaVersion, text: string): Promise<void> {
    const chunks = piecesOf(text);
    const rows = chunks.map((chunk, index): Write => ({
      kind: 'replace',
      row: { partitionKey: `text-${version.id}`, rowKey: chunkKey(index), chunk },
    }));
    // Below the 4 MiB of a transaction, at two bytes a character.
    for (let start = 0; start < rows.length; start += 50) await this.#table.write(rows.slice(start, start + 50));
    await this.#table.replace({
      partitionKey: VERSIONS,
      rowKey: version.id,
      createdAt: version.createdAt,
      chunks: chunks.length,
    });
    await this.activate(version.id);
  }

  /** @param version one that was put before, or DEFAULT_VERSION */
  async activate(version: string): Promise<void> {
    await this.#table.replace({ ...POINTER, version });
  }

  /** @returns the text as it was put; undefined when there is no such version */
  async text(version: string): Promise<string | undefined> {
    const row = await this.#table.get(VERSIONS, version);
    if (row === undefined) return undefined;
    let text = '';
    for await (const chunk of this.#table.partition(`text-${version}`)) text += String(chunk['chunk']);
    return text;
  }

  /** Oldest first. */
  async versions(): Promise<readonly SchemaVersion[]> {
    const versions: SchemaVersion[] = [];
    for await (const row of this.#table.partition(VERSIONS)) {
      const { rowKey, createdAt } = versionRow.parse(row);
      versions.push({ id: rowKey, createdAt });
    }
    return versions;
  }
}
