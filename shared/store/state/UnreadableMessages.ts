/** Messages nobody could read, kept by their ids for whoever looks into it. */
import { digest } from '../../model/hash';
import type { OpenTable } from '../connectTables';
import { Table } from '../Table';

const PARTITION = 'unreadable';

export class UnreadableMessages {
  readonly #table: Table;

  constructor(open: OpenTable) {
    this.#table = new Table(open('Unreadable'));
  }

  /** @param at ISO time */
  async keep(queue: string, messageId: string, reason: string, at: string): Promise<void> {
    await this.#table.merge({
      partitionKey: PARTITION,
      rowKey: digest(`${queue}/${messageId}`),
      queue,
      messageId,
      reason,
      at,
    });
  }

  /** @param at ISO time */
  async forgetBefore(at: string): Promise<void> {
    const old = this.#table.partition(PARTITION, `at lt '${at}'`);
    await this.#table.deleteAll(old);
  }
}
