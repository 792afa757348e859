/**
 * Who lost access, or was about to, within the last 24 hours: the basis of the removal limit (I06). All that is added
 * is guarded by one row, so that two who reserve at once do not both see the same room (docs/protocol.md R14).
 */
import type { OpenTable } from './connectTables';
import { Table, type Write } from './Table';

const PARTITION = 'removals';
const GUARD = 'guard';
const PERSON = 'p-';
/** Length of the window, in ms. */
const WINDOW_MS = 24 * 3_600_000;
/** People of one transaction, the guard beside them (azure-functions.md 8.1). */
const SIZE = 98;

/** The window as read. */
export interface StoredWindow {
  readonly people: ReadonlySet<string>;
  /** Guards what is added; null before the first time. */
  readonly etag: string | null;
}

export class RemovalWindow {
  readonly #table: Table;

  constructor(open: OpenTable) {
    this.#table = new Table(open('Window'));
  }

  /** The people of the last 24 hours; older rows are deleted when they are met. */
  async read(nowMs: number): Promise<StoredWindow> {
    // The guard first: who is added after it was read makes it another one.
    const guard = await this.#table.get(PARTITION, GUARD);
    const people = new Set<string>();
    for await (const row of this.#table.range(PARTITION, PERSON)) {
      if (Number(row['at'] ?? 0) > nowMs - WINDOW_MS) people.add(row.rowKey.slice(PERSON.length));
      // By etag: somebody may be counted anew this very moment.
      else await this.#table.delete(PARTITION, row.rowKey, row.etag);
    }
    return { people, etag: guard?.etag ?? null };
  }

  /** Nothing was taken from the person after all. What another cycle has counted stays. */
  async giveBack(sourceId: string, cycleId: string): Promise<void> {
    const row = await this.#table.get(PARTITION, `${PERSON}${sourceId}`);
    if (row?.['cycleId'] === cycleId) await this.#table.delete(PARTITION, row.rowKey, row.etag);
  }

  /** Adds people, in as many guarded transactions as they need. @returns false when somebody was faster */
  async add(sourceIds: readonly string[], cycleId: string, nowMs: number, etag: string | null): Promise<boolean> {
    let guard = etag;
    for (let start = 0; start < sourceIds.length; start += SIZE) {
      const row = { partitionKey: PARTITION, rowKey: GUARD, at: String(nowMs) };
      const committed = await this.#table.transact([
        guard === null ? { kind: 'create', row } : { kind: 'guarded', row, etag: guard },
        ...sourceIds.slice(start, start + SIZE).map((id): Write => ({
          kind: 'replace',
          row: { partitionKey: PARTITION, rowKey: `${PERSON}${id}`, at: String(nowMs), cycleId },
        })),
      ]);
      if (committed === undefined) return false;
      guard = committed.get(GUARD) ?? null;
    }
    return true;
  }
}
