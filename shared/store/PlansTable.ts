/**
 * A cycle and its plan in one partition: `!head` the cycle, `c-` the chunks given to lanes, `r-` the plan rows. Head,
 * chunks and rows are written together, so what is counted is always what is there.
 *
 * Upholds I14 (expected and done are counts of rows) with docs/protocol.md R5 (recording is guarded by the head's etag) and R6
 * (ending by the chunk's).
 */
import { odata } from '@azure/data-tables';
import { chunkSchema, type Chunk, type ChunkKey } from '../model/Chunk';
import { cycleSchema, type Cycle } from '../model/Cycle';
import { planEntrySchema, planResultSchema, type PlanEntry, type PlanResult } from '../model/PlanEntry';
import { tolerant } from '../model/tolerant';
import type { OpenTable } from './connectTables';
import { longText } from './longText';
import { readJson } from './readJson';
import { Table, type Row, type StoredRow, type Write } from './Table';

const HEAD = '!head';
const SEAT = '!seat-';
/** Of a row that nobody has ended: none. */
const resultSchema = planResultSchema.nullable();
const rowState = tolerant(['open', 'ended', 'planned', 'staged', 'unknown'], 'unknown');

/** A head as read. */
export interface StoredCycle {
  readonly cycle: Cycle;
  readonly etag: string;
}

/** A chunk as read. */
export interface StoredChunk extends Chunk {
  readonly etag: string;
}

/** What is planned for one person, who has it, and how it ended. */
export interface PlanRow extends ChunkKey {
  readonly entry: PlanEntry;
  readonly state: 'open' | 'ended' | 'planned' | 'staged' | 'unknown';
  /** Not before this moment (ms). */
  readonly nextAttemptAt: number;
  readonly attempts: number;
  readonly result: PlanResult | null;
}

/** Where a row stands, and whom it is about. */
export interface PlanRowKey {
  readonly rowKey: string;
  readonly sourceId: string;
}

const ROWS = odata`RowKey ge ${'r-'} and RowKey lt ${'r-~'}`;

/** Rows that no lane has: ended by the planner. */
export const UNASSIGNED: ChunkKey = { stage: 0, lane: 0, chunk: 0 };

/** The most rows and chunks recorded at once, beside the head (azure-functions.md 8.1). */
export const RECORD_SIZE = 98;

export class PlansTable {
  readonly #table: Table;

  constructor(open: OpenTable) {
    this.#table = new Table(open('Plans'));
  }

  /** @throws UnreadableRow for a head that cannot be read at all; unknown values in it are tolerated */
  async cycle(cycleId: string): Promise<StoredCycle | undefined> {
    const row = await this.#table.get(cycleId, HEAD);
    return row === undefined ? undefined : { cycle: readJson(row, 'cycle', cycleSchema), etag: row.etag };
  }

  /** The cycle, and the licences noted by `noteShortage`: what its lanes watch, in one query. @throws as `cycle` */
  async watched(
    cycleId: string,
  ): Promise<{ readonly cycle: Cycle | undefined; readonly shortages: ReadonlyMap<string, string> }> {
    let cycle: Cycle | undefined;
    const shortages = new Map<string, string>();
    for await (const row of this.#table.range(cycleId, '!')) {
      if (row.rowKey === HEAD) cycle = readJson(row, 'cycle', cycleSchema);
      else if (row.rowKey.startsWith(SEAT)) shortages.set(row.rowKey.slice(SEAT.length), String(row['upTo'] ?? ''));
    }
    return { cycle, shortages };
  }

  /** @returns the etag; undefined when the cycle was born already */
  async begin(cycle: Cycle): Promise<string | undefined> {
    return this.#table.create(headRow(cycle));
  }

  /** @returns the new etag; undefined when somebody changed the cycle meanwhile */
  async put(cycle: Cycle, etag: string): Promise<string | undefined> {
    return this.#table.replaceIfUnchanged(headRow(cycle), etag);
  }

  /** Records rows, their chunks and the planner's place in one transaction. @returns the head's new etag, or undefined */
  async record(
    cycle: Cycle,
    etag: string,
    rows: readonly PlanRow[],
    chunks: readonly Chunk[],
  ): Promise<string | undefined> {
    const committed = await this.#table.transact([
      ...headAndChunks(cycle, etag, chunks),
      ...rows.map((row): Write => ({ kind: 'replace', row: planRow(cycle.id, row) })),
    ]);
    return committed?.get(HEAD);
  }

  /** Rows that make progress, with the chunks they are given to, in one transaction. @returns as `record` */
  async advance(
    cycle: Cycle,
    etag: string,
    rows: readonly PlanRow[],
    chunks: readonly Chunk[],
  ): Promise<string | undefined> {
    const committed = await this.#table.transact([
      ...headAndChunks(cycle, etag, chunks),
      ...rows.map((row): Write => ({ kind: 'merge', row: { ...planRowKey(cycle.id, row), ...progressOf(row) } })),
    ]);
    return committed?.get(HEAD);
  }

  /** @returns undefined when there is no such chunk */
  async chunk(cycleId: string, key: ChunkKey): Promise<StoredChunk | undefined> {
    const row = await this.#table.get(cycleId, chunkRowKey(key));
    return row === undefined ? undefined : chunkOf(row);
  }

  /** @param stage only the chunks of this stage */
  async chunks(cycleId: string, stage?: number): Promise<StoredChunk[]> {
    const prefix = stage === undefined ? 'c-' : `c-${stage}-`;
    const chunks: StoredChunk[] = [];
    for await (const row of this.#table.range(cycleId, prefix)) chunks.push(chunkOf(row));
    return chunks;
  }

  /** The rows of one chunk, in order of source ids. */
  async rowsOf(cycleId: string, key: ChunkKey): Promise<PlanRow[]> {
    const rows: PlanRow[] = [];
    for await (const row of this.#table.range(cycleId, `${rowPrefix(key)}-`)) rows.push(planRowOf(row));
    return rows;
  }

  /** Ends rows and counts them, all or nothing. @returns the chunk's new etag; undefined when another holder was faster */
  async endChunk(cycleId: string, chunk: Chunk, etag: string, rows: readonly PlanRow[]): Promise<string | undefined> {
    const row = chunkRow(cycleId, chunk);
    const committed = await this.#table.transact([
      { kind: 'guarded', row, etag },
      // What was planned stays as it is: it is the larger part of the row.
      ...rows.map((one): Write => ({ kind: 'merge', row: { ...planRowKey(cycleId, one), ...progressOf(one) } })),
    ]);
    return committed?.get(row.rowKey);
  }

  /** Every plan row, the planner's own first, then by stage, lane and chunk. @param stage only the rows of this stage */
  async *rows(cycleId: string, stage?: number): AsyncGenerator<PlanRow> {
    const prefix = stage === undefined ? 'r-' : `r-${stage}-`;
    for await (const row of this.#table.range(cycleId, prefix)) yield planRowOf(row);
  }

  /** One page of `rows`. @param after only rows behind this key, see `rowKeyOf` */
  async rowsPage(
    cycleId: string,
    size: number,
    after?: string,
  ): Promise<{ readonly rows: readonly PlanRow[]; readonly isLast: boolean }> {
    const page = await this.#table.page(cycleId, { filter: ROWS, size, after });
    return { rows: page.rows.map(planRowOf), isLast: page.isLast };
  }

  /** Ids of people that have a row in the cycle. */
  async recorded(cycleId: string): Promise<Set<string>> {
    const ids = new Set<string>();
    for await (const row of this.#table.range(cycleId, 'r-')) ids.add(sourceIdOf(row));
    return ids;
  }

  /** The first rows of a cycle by their keys, and whom they are about: also of those that nobody can read any more. */
  async firstRows(cycleId: string, size: number): Promise<readonly PlanRowKey[]> {
    const { rows } = await this.#table.page(cycleId, { filter: ROWS, size });
    return rows.map((row) => ({ rowKey: row.rowKey, sourceId: sourceIdOf(row) }));
  }

  /** Deletes rows that nobody works on any more, unguarded. */
  async deleteRows(cycleId: string, rows: readonly PlanRowKey[]): Promise<void> {
    await this.#table.write(
      rows.map(({ rowKey }): Write => ({ kind: 'delete', row: { partitionKey: cycleId, rowKey } })),
    );
  }

  /** Corrects what a row says happened (closing). */
  async correct(cycleId: string, rows: readonly PlanRow[]): Promise<void> {
    await this.#table.write(rows.map((row): Write => ({ kind: 'replace', row: planRow(cycleId, row) })));
  }

  /**
   * Licences that nobody can have together any more in this cycle: asked for once (goto-api.md 2.9).
   * @param upTo the last turn that gets them (`seatTurn`); empty: nobody's
   */
  async noteShortage(cycleId: string, licenseKeys: string, upTo = ''): Promise<void> {
    await this.#table.merge({ partitionKey: cycleId, rowKey: `${SEAT}${licenseKeys}`, upTo });
  }

  /** Deletes the plan rows, as long as nobody else has the cycle: theirs stay. @returns the head's new etag, or undefined */
  async forgetRows(cycle: Cycle, etag: string): Promise<string | undefined> {
    const rows: Write[] = [];
    for await (const { partitionKey, rowKey } of this.#table.range(cycle.id, 'r-'))
      rows.push({ kind: 'delete', row: { partitionKey, rowKey } });
    let current: string | undefined = etag;
    for (let start = 0; start < rows.length && current !== undefined; start += RECORD_SIZE) {
      const part = rows.slice(start, start + RECORD_SIZE);
      current = (await this.#table.transact([...headAndChunks(cycle, current, []), ...part]))?.get(HEAD);
    }
    return current;
  }

  /** Deletes head, chunks and rows. */
  async delete(cycleId: string): Promise<void> {
    await this.#table.deletePartition(cycleId);
  }
}

const pad = (value: number, length: number): string => String(value).padStart(length, '0');
const keyText = ({ stage, lane, chunk }: ChunkKey): string => `${stage}-${pad(lane, 3)}-${pad(chunk, 5)}`;
const chunkRowKey = (key: ChunkKey): string => `c-${keyText(key)}`;
const rowPrefix = (key: ChunkKey): string => `r-${keyText(key)}`;

const headAndChunks = (cycle: Cycle, etag: string, chunks: readonly Chunk[]): Write[] => [
  { kind: 'guarded', row: headRow(cycle), etag },
  ...chunks.map((chunk): Write => ({ kind: 'replace', row: chunkRow(cycle.id, chunk) })),
];

const headRow = (cycle: Cycle): Row => ({
  partitionKey: cycle.id,
  rowKey: HEAD,
  state: cycle.state,
  ...longText('cycle', JSON.stringify(cycle)),
});

const chunkRow = (cycleId: string, chunk: Chunk): Row => ({
  partitionKey: cycleId,
  rowKey: chunkRowKey(chunk),
  chunk: JSON.stringify(chunk),
});

/** Where a row stands in its cycle, and how such a place looks. */
export const rowKeyOf = (row: PlanRow): string => `${rowPrefix(row)}-${row.entry.sourceId}`;
export const PLAN_ROW_KEY = /^r-\d-\d{3}-\d{5}-[\w.-]{1,100}$/;

const planRowKey = (cycleId: string, row: PlanRow) => ({
  partitionKey: cycleId,
  rowKey: rowKeyOf(row),
});

/** How far it has come. A row gets its result once. */
const progressOf = (row: PlanRow) => ({
  state: row.state,
  nextAttemptAt: String(row.nextAttemptAt),
  attempts: row.attempts,
  ...(row.result === null ? {} : longText('result', JSON.stringify(row.result))),
});

const planRow = (cycleId: string, row: PlanRow): Row => ({
  ...planRowKey(cycleId, row),
  ...progressOf(row),
  ...longText('entry', JSON.stringify(row.entry)),
});

/** Properties of the SDK beside the columns are dropped by the schema. */
const chunkOf = (row: StoredRow): StoredChunk => ({
  ...readJson(row, 'chunk', chunkSchema),
  etag: row.etag,
});

const ROW_KEY = /^r-(\d+)-(\d+)-(\d+)-(.*)$/;
const sourceIdOf = (row: StoredRow): string => ROW_KEY.exec(row.rowKey)?.[4] ?? '';

function planRowOf(row: StoredRow): PlanRow {
  const [, stage, lane, chunk] = ROW_KEY.exec(row.rowKey) ?? [];
  return {
    stage: Number(stage),
    lane: Number(lane),
    chunk: Number(chunk),
    entry: readJson(row, 'entry', planEntrySchema),
    state: rowState.parse(row['state']),
    nextAttemptAt: Number(row['nextAttemptAt'] ?? 0),
    attempts: Number(row['attempts'] ?? 0),
    result: readJson(row, 'result', resultSchema, 'null'),
  };
}
