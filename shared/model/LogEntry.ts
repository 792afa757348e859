import { z } from 'zod';
import { reasonSchema } from './Reason';
import { tolerant } from './tolerant';

export const modifiedPropertySchema = z.object({
  displayName: z.string(),
  oldValue: z.string().nullable(),
  newValue: z.string().nullable(),
});
export type ModifiedProperty = Readonly<z.output<typeof modifiedPropertySchema>>;

const values = z.record(z.string(), z.unknown()).nullable().default(null);

/** One entry of the provisioning log: what became of one person in one cycle, or of one write (I12). */
export const logEntrySchema = z.object({
  cycleId: z.string(),
  /** What the entry is about: a person, or a user group. */
  kind: z.enum(['user', 'group']).catch('user').default('user'),
  sourceId: z.string(),
  targetId: z.string().nullable(),
  displayName: z.string(),
  status: tolerant(['success', 'failure', 'skipped', 'warning', 'parked'], 'warning'),
  action: tolerant(['create', 'link', 'update', 'disable', 'reenable', 'delete', 'none'], 'none'),
  reason: reasonSchema,
  errorCode: z.string().nullable(),
  errorMessage: z.string().nullable(),
  at: z.string(),
  durationMs: z.number(),
  modified: z.array(modifiedPropertySchema).readonly(),
  /** The write this entry stands for; null when nothing was written. */
  intentId: z.string().nullable().default(null),
  /** The account before and after, as far as it was written: the basis of an undo. */
  before: values,
  after: values,
});

export type LogEntry = Readonly<z.output<typeof logEntrySchema>>;

/** A log entry with what is not known yet left empty. */
export const logEntry = (
  known: Pick<LogEntry, 'cycleId' | 'sourceId' | 'displayName' | 'status' | 'action' | 'reason' | 'at'> &
    Partial<LogEntry>,
): LogEntry => ({
  kind: 'user',
  targetId: null,
  errorCode: null,
  errorMessage: null,
  durationMs: 0,
  modified: [],
  intentId: null,
  before: null,
  after: null,
  ...known,
});
