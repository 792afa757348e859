/** What the first release knew of people: read once, so that their accounts stay theirs (I19). Nothing is written here. */
import { RestError } from '@azure/core-rest-pipeline';
import { z } from 'zod';
import { linkSchema } from '../model/Link';
import { modifiedPropertySchema } from '../model/LogEntry';
import { reasonSchema } from '../model/Reason';
import type { OpenTable } from './connectTables';
import { Table } from './Table';

const firstIntentSchema = z.object({
  cycleId: z.string(),
  action: z.enum(['create', 'update', 'disable', 'reenable', 'link']),
  reason: reasonSchema,
  link: linkSchema.nullable(),
  modified: z.array(modifiedPropertySchema),
});

const rowSchema = z.object({
  rowKey: z.string(),
  link: z.string().optional(),
  pending: z.string().optional(),
});

/** What an identity row of the first release says. */
export interface FirstReleasePerson {
  readonly sourceId: string;
  readonly link: z.output<typeof linkSchema> | null;
  readonly pending: z.output<typeof firstIntentSchema> | null;
}

export class FirstReleaseTable {
  constructor(private readonly open: OpenTable) {}

  /** Everybody with a link or an open intent. A row that cannot be read is left out: its person is matched by address. */
  async *people(): AsyncGenerator<FirstReleasePerson> {
    const rows = new Table(this.open('Identities'), false).all();
    try {
      for await (const row of rows) {
        const person = personOf(row);
        if (person !== undefined) yield person;
      }
    } catch (error) {
      // The usual case: there never was a first release here.
      if (!(error instanceof RestError) || error.statusCode !== 404) throw error;
    }
  }
}

function personOf(stored: unknown): FirstReleasePerson | undefined {
  const row = rowSchema.safeParse(stored);
  if (!row.success) return undefined;
  const link = readColumn(row.data.link, linkSchema);
  const pending = readColumn(row.data.pending, firstIntentSchema);
  return link === null && pending === null ? undefined : { sourceId: row.data.rowKey, link, pending };
}

function readColumn<S extends z.ZodType>(text: string | undefined, schema: S): z.output<S> | null {
  if (text === undefined || text === '') return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
