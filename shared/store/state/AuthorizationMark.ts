/** That the connector was authorized anew in the browser: who finds another id than before signs in to GoTo again. */
import { randomUUID } from 'node:crypto';
import type { Table } from '../Table';

const KEY = { partitionKey: 'authorization', rowKey: 'goto' } as const;

export class AuthorizationMark {
  constructor(private readonly table: Table) {}

  /** @returns undefined before the first one */
  async current(): Promise<string | undefined> {
    const id = (await this.table.get(KEY.partitionKey, KEY.rowKey))?.['id'];
    return id === undefined ? undefined : String(id);
  }

  /** @param atMs when, in ms since the epoch */
  async replace(atMs: number): Promise<void> {
    await this.table.replace({ ...KEY, id: randomUUID(), at: new Date(atMs).toISOString() });
  }
}
