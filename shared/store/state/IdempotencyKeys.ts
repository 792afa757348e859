/** Which cycle a request with an Idempotency-Key started. Keys are hashed: they may hold any character. */
import { digest } from '../../model/hash';
import type { OpenTable } from '../connectTables';
import { Table } from '../Table';

const PARTITION = 'idempotency';

export class IdempotencyKeys {
  readonly #table: Table;

  constructor(open: OpenTable) {
    this.#table = new Table(open('Idempotency'));
  }

  /** @returns undefined for a key that was not used before */
  async cycleOf(key: string): Promise<string | undefined> {
    const row = await this.#table.get(PARTITION, digest(key));
    return row === undefined ? undefined : String(row['cycleId']);
  }

  /** @param at ISO time */
  async remember(key: string, cycleId: string, at: string): Promise<void> {
    await this.#table.create({ partitionKey: PARTITION, rowKey: digest(key), cycleId, at });
  }

  /** @param at ISO time */
  async forgetBefore(at: string): Promise<void> {
    const old = this.#table.partition(PARTITION, `at lt '${at}'`);
    await this.#table.deleteAll(old);
  }
}
