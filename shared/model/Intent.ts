import { z } from 'zod';
import { holdChangeSchema } from './HoldChange';
import { linkSchema } from './Link';
import { modifiedPropertySchema } from './LogEntry';
import { reasonSchema } from './Reason';
import { tolerant } from './tolerant';

/**
 * A write that is about to be sent. It stands on the person's row before the request leaves, so that whoever comes after
 * a crash verifies before anything is repeated (I03, I09); while it lives it is the lease on the person (docs/protocol.md 1).
 */
export const intentSchema = z.object({
  id: z.string(),
  /** The cycle that began it. */
  cycleId: z.string(),
  /** The GoTo account it is for; null in one of an earlier release. */
  accountKey: z.string().nullable().default(null),
  /** `transfer`: GoTo took the account but waits for the person; it is looked for and never requested again. */
  kind: tolerant(['create', 'update', 'transfer', 'delete'], 'update'),
  action: tolerant(['create', 'link', 'update', 'disable', 'reenable', 'delete'], 'update'),
  reason: reasonSchema,
  /** The link as it is once the write happened; its key is empty while a creation has none. */
  link: linkSchema,
  /** The names of the fields of `link.applied` that the write changes: what a look compares. */
  fields: z.array(z.string()).readonly(),
  /** What those fields held before. */
  before: z.record(z.string(), z.unknown()),
  modified: z.array(modifiedPropertySchema).readonly(),
  warning: z.string().nullable().default(null),
  /** What becomes of the person's hold with the result. */
  hold: holdChangeSchema.nullable().default(null),
  /** The facts it rests on were read at this moment (ms). */
  factsAt: z.number(),
  /** From this moment (ms) on it must not be sent. */
  deadAt: z.number(),
  /** Creations that went out with one request share it; null for a write of its own. */
  batch: z.string().nullable().default(null),
});

export type Intent = Readonly<z.output<typeof intentSchema>>;
