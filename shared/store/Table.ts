/** One table of Table Storage: created on first use, rows as plain objects of text columns, transactions cut to size. */
import { RestError } from '@azure/core-rest-pipeline';
import { odata, type TableClient, type TransactionAction } from '@azure/data-tables';
import { inParallel } from '../concurrency/inParallel';
import { ConnectorError } from '../model/ConnectorError';

/** Azure's limits for one transaction: 100 rows and 4 MiB, at two bytes a character (azure-functions.md 8.1). */
const TRANSACTION_SIZE = 100;
const TRANSACTION_LENGTH = 1_500_000;
/** Partitions written to at once: each has its own 2,000 rows a second (azure-functions.md 8.1). */
const PARALLEL_PARTITIONS = 8;
/** A text column holds 32,768 UTF-16 units (azure-functions.md 8.1); a little is left free. */
export const MAX_COLUMN_LENGTH = 32_000;

/** What no key holds, nor more than 1 KiB (azure-functions.md 8.1). To be asked for it is a wrong question to the service, too. */
const IMPOSSIBLE = /[/\\#?\p{Cc}]/u;
const MAX_KEY_LENGTH = 512;

/** An entity of text and 32-bit columns. */
export interface Row {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly [column: string]: string | number | undefined;
}

export type StoredRow = Row & { readonly etag: string };

type Key = Pick<Row, 'partitionKey' | 'rowKey'>;

export type Write =
  | { readonly kind: 'merge' | 'replace' | 'create'; readonly row: Row }
  /** Only while the row is the one that was read. */
  | { readonly kind: 'guarded' | 'guardedMerge'; readonly row: Row; readonly etag: string }
  /** Never guarded: the SDK drops the etag of a delete within a transaction. `Table.delete` keeps it. */
  | { readonly kind: 'delete'; readonly row: Key };

/** The rows of a transaction that was committed, by row key: their new etags. */
export type Committed = ReadonlyMap<string, string>;

export class Table {
  #ready: Promise<void> | undefined;

  /** @param isOurs false for a table of another release, which is not made when it is missing */
  constructor(
    private readonly client: TableClient,
    private readonly isOurs = true,
  ) {}

  /** @returns undefined when there is no such row. @throws ConnectorError StorageUnreachable, like every method here */
  async get(partitionKey: string, rowKey: string): Promise<StoredRow | undefined> {
    if (isImpossible(partitionKey) || isImpossible(rowKey)) return undefined;
    return this.#call(async () => {
      try {
        return await this.client.getEntity<Row>(partitionKey, rowKey);
      } catch (error) {
        if (statusOf(error) === 404 && !isTableMissing(error)) return undefined;
        throw error;
      }
    });
  }

  /** Every row of a partition, through empty pages too, in order of row keys. */
  partition(partitionKey: string, filter?: string): AsyncGenerator<StoredRow> {
    const own = odata`PartitionKey eq ${partitionKey}`;
    return this.#query(filter === undefined ? own : `${own} and ${filter}`);
  }

  /** Rows of a partition whose keys begin with `prefix`, or lie between it and `last`, in order: a range, so other rows cost nothing. */
  async *range(partitionKey: string, prefix: string, last = prefix): AsyncGenerator<StoredRow> {
    if (!isImpossible(prefix)) yield* this.partition(partitionKey, rangeFilter(prefix, last));
  }

  /** Every row of the table: only where the table is small by design. */
  all(): AsyncGenerator<StoredRow> {
    return this.#query();
  }

  /** Rows of this key in every partition: only where such rows are few, or all of them are wanted. */
  rowsNamed(rowKey: string): AsyncGenerator<StoredRow> {
    return this.#query(odata`RowKey eq ${rowKey}`);
  }

  async *#query(filter?: string): AsyncGenerator<StoredRow> {
    const list = () =>
      this.client
        .listEntities<Row>(filter === undefined ? {} : { queryOptions: { filter } })
        .byPage({ maxPageSize: 1_000 });
    let pages = list();
    let page = await this.#call(() => (pages = list()).next());
    while (page.done !== true) {
      yield* page.value;
      // Of a list that was begun the rest is not to be had by asking again.
      page = await this.#call(() => pages.next(), false);
    }
  }

  /**
   * One page in row-key order, for lists that are read page by page. Where it ended is a row key and not the token of the
   * service: a token that a client made up would be refused as a fault of ours.
   */
  async page(
    partitionKey: string,
    options: {
      readonly filter?: string | undefined;
      readonly size: number;
      /** Only rows behind this row key. */
      readonly after?: string | undefined;
    },
  ): Promise<{ readonly rows: readonly StoredRow[]; readonly isLast: boolean }> {
    const filter = [
      odata`PartitionKey eq ${partitionKey}`,
      ...(options.filter === undefined ? [] : [options.filter]),
      ...(options.after === undefined ? [] : [odata`RowKey gt ${options.after}`]),
    ].join(' and ');
    return this.#call(async () => {
      const pages = this.client.listEntities<Row>({ queryOptions: { filter } }).byPage({ maxPageSize: options.size });
      for await (const page of pages) {
        if (page.length === 0 && page.continuationToken !== undefined) continue;
        return { rows: page, isLast: page.continuationToken === undefined };
      }
      return { rows: [], isLast: true };
    });
  }

  /** Inserts the row, or changes the columns it names. */
  async merge(row: Row): Promise<void> {
    await this.#call(() => this.client.upsertEntity(row, 'Merge'));
  }

  /** Inserts the row, or puts it in the place of the one that is there. */
  async replace(row: Row): Promise<void> {
    await this.#call(() => this.client.upsertEntity(row, 'Replace'));
  }

  /** @returns the new etag; undefined when the row exists already */
  async create(row: Row): Promise<string | undefined> {
    return this.#guarded(async () => (await this.client.createEntity(row)).etag ?? '');
  }

  /** @returns the new etag; undefined when somebody changed or deleted the row since it was read */
  async replaceIfUnchanged(row: Row, etag: string): Promise<string | undefined> {
    return this.#guarded(async () => (await this.client.updateEntity(row, 'Replace', { etag })).etag ?? '');
  }

  /**
   * @param etag guards; without it the row is deleted whatever it holds
   * @returns false when the guard failed, or there was no row
   */
  async delete(partitionKey: string, rowKey: string, etag = '*'): Promise<boolean> {
    const deleted = await this.#guarded(() => this.client.deleteEntity(partitionKey, rowKey, { etag }));
    return deleted !== undefined;
  }

  /** Deletes every row of the partition, unguarded. */
  async deletePartition(partitionKey: string): Promise<void> {
    await this.deleteAll(this.partition(partitionKey));
  }

  /** Deletes what it is given, in transactions; rows of one partition must come in a row. */
  async deleteAll(rows: AsyncIterable<StoredRow>): Promise<void> {
    let open: Write[] = [];
    for await (const { partitionKey, rowKey } of rows) {
      if (open.length === TRANSACTION_SIZE || (open[0] !== undefined && open[0].row.partitionKey !== partitionKey)) {
        await this.write(open);
        open = [];
      }
      open.push({ kind: 'delete', row: { partitionKey, rowKey } });
    }
    await this.write(open);
  }

  /**
   * Writes of any number and partition, unguarded; each transaction of one partition is all or nothing. Those of one
   * partition keep their order, partitions do not wait for each other.
   */
  async write(writes: readonly Write[]): Promise<void> {
    const partitions = Object.values(groupBy(writes, (write) => write.row.partitionKey));
    await inParallel(partitions, PARALLEL_PARTITIONS, async (own) => {
      for (const part of partsOf(own)) {
        if (await this.transact(part)) continue;
        // A row to delete was gone: one by one the others still go through.
        for (const write of part) await this.transact([write]);
      }
    });
  }

  /** All or nothing. @returns undefined when a guard (an etag, or a row that must not exist) failed and nothing was written */
  async transact(writes: readonly Write[]): Promise<Committed | undefined> {
    const [only, ...others] = writes;
    if (only !== undefined && others.length === 0) {
      // Alone, a write needs no transaction, whose envelope costs more than the write.
      return this.#guarded(async () => new Map([[only.row.rowKey, (await this.#send(only)).etag ?? '']]));
    }
    return this.#guarded(async () => {
      const { subResponses } = await this.client.submitTransaction(writes.map(actionOf));
      return new Map(writes.map((write, index) => [write.row.rowKey, subResponses[index]?.etag ?? '']));
    });
  }

  async #send(write: Write): Promise<{ readonly etag?: string }> {
    const { client } = this;
    switch (write.kind) {
      case 'create':
        return client.createEntity(write.row);
      case 'delete':
        await client.deleteEntity(write.row.partitionKey, write.row.rowKey);
        return {};
      case 'merge':
        return client.upsertEntity(write.row, 'Merge');
      case 'replace':
        return client.upsertEntity(write.row, 'Replace');
      case 'guarded':
        return client.updateEntity(write.row, 'Replace', { etag: write.etag });
      case 'guardedMerge':
        return client.updateEntity(write.row, 'Merge', { etag: write.etag });
    }
  }

  /** @returns undefined when the service says that a guard failed */
  async #guarded<T>(work: () => Promise<T>): Promise<T | undefined> {
    return this.#call(async () => {
      try {
        return await work();
      } catch (error) {
        if ([404, 409, 412].includes(statusOf(error) ?? 0) && !isTableMissing(error)) return undefined;
        throw error;
      }
    });
  }

  /**
   * A storage that does not answer is a fault of the connection, with a sentence that says what to do. A table that somebody
   * deleted under this process is made anew, once.
   */
  async #call<T>(work: () => Promise<T>, isRepeatable = true): Promise<T> {
    try {
      await this.#create();
      return await work();
    } catch (error) {
      if (!(error instanceof RestError)) throw error;
      const isGone = this.isOurs && isTableMissing(error);
      if (isGone) this.#ready = undefined;
      if (isGone && isRepeatable) return this.#call(work, false);
      const status = error.statusCode;
      const isRefused = status === 401 || status === 403;
      const isUnreachable = isGone || isRefused || status === undefined || status >= 500 || [408, 429].includes(status);
      if (!isUnreachable) throw error;
      throw new ConnectorError(isRefused ? REFUSED : isGone ? GONE : UNANSWERED, {
        code: 'StorageUnreachable',
        status,
        sent: true,
        repeatable: true,
        scope: 'job',
        cause: error,
      });
    }
  }

  #create(): Promise<void> {
    if (!this.isOurs) return Promise.resolve();
    this.#ready ??= this.client.createTable().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }
}

const REFUSED =
  'Table Storage refuses the identity. Give it the role Storage Table Data Contributor; a new role can take minutes to count.';
const GONE =
  'A table of the connector was deleted. It is made anew, and what it held is read again from Entra and GoTo.';
const UNANSWERED = 'Table Storage does not answer. Check AzureWebJobsStorage and its network; it is tried again.';

const isImpossible = (key: string): boolean => IMPOSSIBLE.test(key) || key.length > MAX_KEY_LENGTH;

/** Row keys are ASCII: `~` sorts behind every character they hold, and the next prefix behind that. */
const rangeFilter = (first: string, last: string): string => odata`RowKey ge ${first} and RowKey lt ${`${last}~~`}`;

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
    case 'guardedMerge':
      return ['update', write.row, 'Merge', { etag: write.etag }];
  }
}

/** Parts that each fit one transaction, by number and by size. */
function partsOf(writes: readonly Write[]): Write[][] {
  const parts: Write[][] = [];
  let current: Write[] = [];
  let length = 0;
  for (const write of writes) {
    const own = Object.values(write.row).reduce<number>((sum, value) => sum + String(value).length, 0);
    if (current.length > 0 && (current.length === TRANSACTION_SIZE || length + own > TRANSACTION_LENGTH)) {
      parts.push(current);
      current = [];
      length = 0;
    }
    current.push(write);
    length += own;
  }
  return current.length === 0 ? parts : [...parts, current];
}

const statusOf = (error: unknown): number | undefined => (error instanceof RestError ? error.statusCode : undefined);

/** Gone, or about to be: a deleted table keeps its name for a while. */
const isTableMissing = (error: unknown): boolean =>
  error instanceof RestError && /TableNotFound|TableBeingDeleted/.test(error.message + String(error.code));

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, T[]> {
  const groups: Record<string, T[]> = {};
  for (const item of items) (groups[keyOf(item)] ??= []).push(item);
  return groups;
}
