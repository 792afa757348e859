/** Cycles, newest first by row key: a copy of each head for lists, with the counts a finished one ended with. */
import { odata } from '@azure/data-tables';
import { isoTime } from '../model/Clock';
import { cycleSchema, noTally, startOfCycle, tallySchema, type Cycle, type Tally } from '../model/Cycle';
import type { OpenTable } from './connectTables';
import { longText, readLongText } from './longText';
import { readJson } from './readJson';
import { Table, type StoredRow } from './Table';

const PARTITION = 'cycles';
/** Ids of cycles that went on after they had ended: their removals were approved, perhaps weeks later. */
const APPROVED = 'approved';

/** A cycle as a list shows it. */
export interface ListedCycle {
  readonly cycle: Cycle;
  /** What a finished cycle ended with; null while it runs. */
  readonly final: FinalCounts | null;
}

/** Rows ended by lanes, and all counts. */
export interface FinalCounts {
  readonly done: number;
  readonly tally: Tally;
}

export class CyclesTable {
  readonly #table: Table;

  constructor(open: OpenTable) {
    this.#table = new Table(open('Cycles'));
  }

  /** @returns undefined when there is no such cycle */
  async get(id: string): Promise<ListedCycle | undefined> {
    const row = await this.#table.get(PARTITION, id);
    return row === undefined ? undefined : listedCycle(row);
  }

  /** @returns false when it is listed already, perhaps with its end */
  async begin(cycle: Cycle): Promise<boolean> {
    return (await this.#table.create(cycleRow(cycle))) !== undefined;
  }

  /** The cycle with what it ended with. */
  async put(cycle: Cycle, final: FinalCounts): Promise<void> {
    if (cycle.approvedAt !== null)
      await this.#table.replace({ partitionKey: APPROVED, rowKey: cycle.id, at: String(cycle.approvedAt) });
    await this.#table.replace({ ...cycleRow(cycle), ...longText('final', JSON.stringify(final)) });
  }

  /** One page, newest first. @param after only cycles whose ids sort behind this text */
  async page(
    size: number,
    after?: string,
  ): Promise<{ readonly cycles: readonly ListedCycle[]; readonly isLast: boolean }> {
    const page = await this.#table.page(PARTITION, { size, after });
    return { cycles: page.rows.map(listedCycle), isLast: page.isLast };
  }

  /** Cycles that began before the one with this id would have, oldest last. */
  async *olderThan(id: string): AsyncGenerator<string> {
    for await (const row of this.#table.partition(PARTITION, odata`RowKey gt ${id}`)) yield row.rowKey;
  }

  /** Cycles with approved removals, newest first, and when (ms) they were approved. */
  async *approved(): AsyncGenerator<{ readonly id: string; readonly at: number }> {
    for await (const { rowKey, at } of this.#table.partition(APPROVED)) yield { id: rowKey, at: Number(at) };
  }

  /** Deletes the list entry; plan and log are deleted before. */
  async delete(id: string): Promise<void> {
    await this.#table.delete(APPROVED, id);
    await this.#table.delete(PARTITION, id);
  }
}

const cycleRow = (cycle: Cycle) => ({
  partitionKey: PARTITION,
  rowKey: cycle.id,
  ...longText('cycle', JSON.stringify(cycle)),
});

function listedCycle(row: StoredRow): ListedCycle {
  try {
    const final = readLongText(row, 'final');
    const counts = final === undefined ? null : (JSON.parse(final) as { done?: unknown; tally?: unknown });
    return {
      cycle: readJson(row, 'cycle', cycleSchema),
      final: counts === null ? null : { done: Number(counts.done ?? 0), tally: tallySchema.parse(counts.tally ?? {}) },
    };
  } catch {
    return unreadable(row.rowKey);
  }
}

/** One entry of another release must not hide all others: its id alone tells when the cycle began. It is nobody's work here. */
function unreadable(id: string): ListedCycle {
  const startedAt = isoTime(startOfCycle(id));
  const cycle = cycleSchema.parse({
    id,
    mode: 'incremental',
    trigger: 'timer',
    state: 'unknown',
    mappingVersion: '',
    policyHash: '',
    lanes: 1,
    startedAt,
    endedAt: startedAt,
    cursor: { step: 'dispatch' },
    dueAt: 0,
    deadlineAt: 0,
    error: {
      code: 'UnreadableRow',
      message: 'The entry of this cycle was written by another release, and cannot be read by this one.',
    },
  });
  return { cycle, final: { done: 0, tally: noTally() } };
}
