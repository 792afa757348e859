/** One table of Table Storage: created on first use, rows as plain objects of text columns, transactions cut to size. */
import { RestError } from '@azure/core-rest-pipeline';
import { odata, type TableClient, type TransactionAction } from '@azure/data-tables';

/** Azure's limit for one transaction (azure-functions.md 8.1). */
const TRANSACTION_SIZE = 100;
/** A text column holds 32,768 UTF-16 units (azure-functions.md 8.1); a little is left free. */
export const MAX_COLUMN_LENGTH = 32_000;

export interface Row {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly [column: string]: string | number | undefined;
}

export type StoredRow = Row & { readonly etag: string };

export type Write =
  | { readonly kind: 'merge' | 'replace'; readonly row: Row }
  | { readonly kind: 'create'; readonly row: Row }
  | { readonly kind: 'delete'; readonly row: Pick<Row, 'partitionKey' | 'rowKey'> }
  | { readonly kind: 'guarded'; readonly row: Row; readonly etag: string };

export class Table {
  #ready: Promise<void> | undefined;

  constructor(private readonly client: TableClient) {}

  async get(partitionKey: string, rowKey: string): Promise<StoredRow | undefined> {
    await this.#create();
    try {
      return await this.client.getEntity<Row>(partitionKey, rowKey);
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  /** Every row of a partition, through empty pages too, in order of row keys. */
  async *partition(partitionKey: string, filter?: string): AsyncGenerator<StoredRow> {
    await this.#create();
    const own = odata`PartitionKey eq ${partitionKey}`;
    const rows = this.client.listEntities<Row>({
      queryOptions: { filter: filter === undefined ? own : `${own} and ${filter}` },
    });
    for await (const row of rows) yield row;
  }

  /** Every row of the table: only where the table is small by design. */
  async *all(): AsyncGenerator<StoredRow> {
    await this.#create();
    for await (const row of this.client.listEntities<Row>()) yield row;
  }

  /** One page in row-key order, for lists that are read page by page. */
  async page(
    partitionKey: string,
    options: {
      readonly filter?: string | undefined;
      readonly size: number;
      readonly continuation?: string | undefined;
    },
  ): Promise<{ readonly rows: readonly StoredRow[]; readonly continuation: string | undefined }> {
    await this.#create();
    const own = odata`PartitionKey eq ${partitionKey}`;
    const filter = options.filter === undefined ? own : `${own} and ${options.filter}`;
    const pages = this.client.listEntities<Row>({ queryOptions: { filter } }).byPage({
      maxPageSize: options.size,
      ...(options.continuation === undefined ? {} : { continuationToken: options.continuation }),
    });
    for await (const page of pages) {
      if (page.length === 0 && page.continuationToken !== undefined) continue;
      return { rows: page, continuation: page.continuationToken };
    }
    return { rows: [], continuation: undefined };
  }

  async merge(row: Row): Promise<void> {
    await this.#create();
    await this.client.upsertEntity(row, 'Merge');
  }

  async replace(row: Row): Promise<void> {
    await this.#create();
    await this.client.upsertEntity(row, 'Replace');
  }

  /** @returns false when the row exists already */
  async create(row: Row): Promise<boolean> {
    await this.#create();
    try {
      await this.client.createEntity(row);
      return true;
    } catch (error) {
      if (statusOf(error) === 409) return false;
      throw error;
    }
  }

  /** @returns false when somebody changed the row since it was read */
  async replaceIfUnchanged(row: Row, etag: string): Promise<boolean> {
    await this.#create();
    try {
      await this.client.updateEntity(row, 'Replace', { etag });
      return true;
    } catch (error) {
      if (statusOf(error) === 412 || statusOf(error) === 404) return false;
      throw error;
    }
  }

  async delete(partitionKey: string, rowKey: string): Promise<void> {
    await this.#create();
    try {
      await this.client.deleteEntity(partitionKey, rowKey);
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
    }
  }

  async deletePartition(partitionKey: string): Promise<void> {
    const writes: Write[] = [];
    for await (const row of this.partition(partitionKey)) writes.push({ kind: 'delete', row });
    await this.write(writes);
  }

  /** Writes of any number and partition; each transaction of up to 100 rows of one partition is all or nothing. */
  async write(writes: readonly Write[]): Promise<void> {
    await this.#create();
    for (const [, own] of groupBy(writes, (write) => write.row.partitionKey)) {
      for (let start = 0; start < own.length; start += TRANSACTION_SIZE) {
        await this.client.submitTransaction(own.slice(start, start + TRANSACTION_SIZE).map(actionOf));
      }
    }
  }

  /** All or nothing; @returns false when a guard (etag, or a row that must not exist) failed and nothing was written */
  async transact(writes: readonly Write[]): Promise<boolean> {
    await this.#create();
    try {
      await this.client.submitTransaction(writes.map(actionOf));
      return true;
    } catch (error) {
      if (statusOf(error) === 412 || statusOf(error) === 409 || statusOf(error) === 404) return false;
      throw error;
    }
  }

  #create(): Promise<void> {
    this.#ready ??= this.client.createTable().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }
}

function actionOf(write: Write): TransactionAction {
  switch (write.kind) {
    case 'create':
      return ['create', write.row];
    case 'delete':
      return ['delete', write.row];
    case 'merge':
      return ['upsert', write.row, 'Merge'];
    case 'replace':
      return ['upsert', write.row, 'Replace'];
    case 'guarded':
      return ['update', write.row, 'Replace', { etag: write.etag }];
  }
}

const statusOf = (error: unknown): number | undefined => (error instanceof RestError ? error.statusCode : undefined);

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const own = groups.get(keyOf(item));
    if (own === undefined) groups.set(keyOf(item), [item]);
    else own.push(item);
  }
  return groups;
}
