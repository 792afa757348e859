/** Up to where Entra was read: Graph's delta links and a digest of the assignments (I04). */
import { z } from 'zod';
import type { StoredRow, Table } from '../Table';
import { longText } from '../longText';
import { recallJson } from '../readJson';
import { JOB } from './JobRows';

const ROW = 'watermark';

const watermarkSchema = z.object({
  usersLink: z.string(),
  groupsLink: z.string(),
  assignmentsDigest: z.string(),
  takenAt: z.number(),
  /** The mapping whose attributes the users' link follows. */
  mappingVersion: z.string(),
  /** What it follows of a user; null where an earlier release did not say. */
  attributes: z.string().nullable().default(null),
});

export type WatermarkValue = z.output<typeof watermarkSchema>;
export type StoredWatermark = WatermarkValue & { readonly etag: string };

export class Watermark {
  constructor(private readonly table: Table) {}

  /** One that cannot be read counts as lost: a full read follows. */
  static of(rows: ReadonlyMap<string, StoredRow>): StoredWatermark | undefined {
    const row = rows.get(ROW);
    const known = recallJson(row, 'json', watermarkSchema);
    return row === undefined || known === undefined ? undefined : { ...known, etag: row.etag };
  }

  /** The watermark, read by itself; like `of`, undefined when it is lost. */
  async read(): Promise<StoredWatermark | undefined> {
    const row = await this.table.get(JOB, ROW);
    return row === undefined ? undefined : Watermark.of(new Map([[ROW, row]]));
  }

  /** @returns false when somebody else moved it meanwhile: then theirs stands */
  async move(value: WatermarkValue, etag: string | undefined): Promise<boolean> {
    const row = { partitionKey: JOB, rowKey: ROW, ...longText('json', JSON.stringify(value)) };
    if (etag !== undefined) return (await this.table.replaceIfUnchanged(row, etag)) !== undefined;
    if ((await this.table.create(row)) !== undefined) return true;
    // A watermark that cannot be read is replaced.
    if ((await this.read()) !== undefined) return false;
    await this.table.replace(row);
    return true;
  }

  /** Forgets where Entra was read up to: the next cycle is an initial one. */
  async forget(): Promise<void> {
    await this.table.delete(JOB, ROW);
  }
}
