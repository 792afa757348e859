/**
 * Loaded into the benchmark's Azurite. Its store finds a row by walking the whole partition, and a range by walking the
 * table, which at 10,000 people costs more than everything that is measured. Here both go by the indices it keeps.
 */
import { createRequire } from 'node:module';

type Find = Readonly<Record<string, unknown>>;
interface ResultSet {
  find(query: Find): ResultSet;
  where(keep: (row: unknown) => boolean): ResultSet;
  data(): unknown[];
}
interface Rows {
  readonly binaryIndices: Readonly<Record<string, { readonly values: readonly number[] } | undefined>>;
  readonly data: readonly Find[];
  calculateRange(operator: string, property: string, value: unknown): readonly [first: number, last: number];
  chain(): ResultSet;
  findOne: (this: Rows, query: Find) => unknown;
}
interface TableStore {
  getEntityCollection(account: string, table: string, context: unknown): Rows;
  queryTableEntities: (
    this: TableStore,
    context: unknown,
    account: string,
    table: string,
    options: { readonly filter?: string },
    ...more: unknown[]
  ) => unknown;
}

const fromAzurite = createRequire(createRequire(__filename).resolve('azurite/dist/src/azurite.js'));
const { Collection } = fromAzurite('lokijs') as { readonly Collection: { readonly prototype: Rows } };
const { default: Store } = fromAzurite('./table/persistence/LokiTableMetadataStore.js') as {
  readonly default: { readonly prototype: TableStore };
};

const size = ([first, last]: readonly [number, number]): number => last - first + 1;

/** The index with the fewest rows for an exact key. */
const findOne = Collection.prototype.findOne;
Collection.prototype.findOne = function (this: Rows, query: Find): unknown {
  const { PartitionKey, RowKey } = query;
  const rowKeys = this.binaryIndices['RowKey'];
  if (rowKeys === undefined || PartitionKey === undefined || RowKey === undefined) return findOne.call(this, query);
  const range = this.calculateRange('$eq', 'RowKey', RowKey);
  if (size(range) > size(this.calculateRange('$eq', 'PartitionKey', PartitionKey))) return findOne.call(this, query);
  for (let place = range[0]; place <= range[1]; place += 1) {
    const row = this.data[rowKeys.values[place] ?? -1];
    if (row?.['PartitionKey'] === PartitionKey && row['RowKey'] === RowKey) return row;
  }
  return null;
};

const PARTITION = /PartitionKey eq '([^']*)'/;
const RANGE = /RowKey ge '([^']*)' and RowKey lt '([^']*)'/;

/** Azurite's own filter then judges what the index has found. */
const query = Store.prototype.queryTableEntities;
Store.prototype.queryTableEntities = function (this: TableStore, context, account, table, options, ...more): unknown {
  const partition = PARTITION.exec(options.filter ?? '')?.[1];
  if (partition === undefined) return query.call(this, context, account, table, options, ...more);
  const rows = this.getEntityCollection(account, table, context);
  const [, from, to] = RANGE.exec(options.filter ?? '') ?? [];
  const byPartition: Find = { PartitionKey: partition };
  const byRange: Find = { RowKey: { $between: [from, to] } };
  const isRange =
    from !== undefined &&
    size(rows.calculateRange('$between', 'RowKey', [from, to])) <
      size(rows.calculateRange('$eq', 'PartitionKey', partition));
  const found: Rows = Object.create(rows, {
    chain: { value: () => rows.chain().find(isRange ? byRange : byPartition) },
  }) as Rows;
  const own: TableStore = Object.create(this, { getEntityCollection: { value: () => found } }) as TableStore;
  return query.call(own, context, account, table, options, ...more);
};
