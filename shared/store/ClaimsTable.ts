/** At most one person a GoTo key (I03): whoever writes to an account holds its claim. */
import type { OpenTable } from './connectTables';
import { Table } from './Table';

const CLAIM = 'claim';

/** Who holds an account; the etag guards taking it over. */
export interface Claim {
  readonly sourceId: string;
  readonly etag: string;
}

export class ClaimsTable {
  readonly #table: Table;

  constructor(open: OpenTable) {
    this.#table = new Table(open('Claims'));
  }

  /** @returns undefined when nobody holds the account */
  async get(targetKey: string): Promise<Claim | undefined> {
    const row = await this.#table.get(targetKey, CLAIM);
    return row === undefined ? undefined : { sourceId: String(row['sourceId']), etag: row.etag };
  }

  /** @returns false when somebody, perhaps the same person, holds the claim already */
  async insert(targetKey: string, sourceId: string): Promise<boolean> {
    return (await this.#table.create({ partitionKey: targetKey, rowKey: CLAIM, sourceId })) !== undefined;
  }

  /** Takes a claim over, or renews one's own. @returns false when somebody was faster */
  async take(targetKey: string, sourceId: string, etag: string): Promise<boolean> {
    const row = { partitionKey: targetKey, rowKey: CLAIM, sourceId };
    return (await this.#table.replaceIfUnchanged(row, etag)) !== undefined;
  }
}
