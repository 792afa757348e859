/** States of authorizations under way: each is used once, by the browser that began with it. */
import type { Clock } from '../../model/Clock';
import type { Table } from '../Table';

const PARTITION = 'pendingAuthorization';

interface Pending {
  readonly stateDigest: string;
  readonly challenge: string;
  readonly untilMs: number;
}

export class PendingAuthorizationRows {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  /** What has been over for as long again as it was good is forgotten meanwhile: until then its page says why. */
  async add({ stateDigest, challenge, untilMs }: Pending): Promise<void> {
    const lifeMs = untilMs - this.clock.now();
    for await (const row of this.table.partition(PARTITION)) {
      if (Number(row['until']) + lifeMs < this.clock.now()) await this.table.delete(PARTITION, row.rowKey);
    }
    await this.table.create({ partitionKey: PARTITION, rowKey: stateDigest, challenge, until: String(untilMs) });
  }

  async find(stateDigest: string): Promise<(Pending & { readonly use: () => Promise<boolean> }) | undefined> {
    const row = await this.table.get(PARTITION, stateDigest);
    if (row === undefined) return undefined;
    return {
      stateDigest,
      challenge: String(row['challenge']),
      untilMs: Number(row['until']),
      use: () => this.table.delete(PARTITION, stateDigest, row.etag),
    };
  }
}
