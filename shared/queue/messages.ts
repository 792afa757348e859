/**
 * Messages are a key and a reason, never a payload (I18): what to do is computed from the rows when one is handled,
 * so repeats, late arrivals and reordering are harmless.
 *
 * Field names differ from the broker's properties on purpose: the Functions host merges top-level fields of a JSON
 * body into trigger metadata (local-stack.md 3).
 */
import { z } from 'zod';

export const SYNC_JOBS_QUEUE = 'sync-jobs';
export const USER_CHANGES_QUEUE = 'user-changes';

/** The version of the message shape; a later release must still understand this one (I19). */
const VERSION = 1;

const cycleId = z.string().regex(/^[0-9]{16}-[a-z0-9-]{1,40}$/);

const jobMessage = z.object({
  v: z.literal(VERSION),
  kind: z.enum(['plan', 'close']),
  cycleId,
  step: z.number().int().min(0),
});
const userChangeMessage = z.object({
  v: z.literal(VERSION),
  kind: z.literal('user'),
  cycleId,
  sourceId: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
  reason: z.string().max(60),
  attempt: z.number().int().min(0),
});

export type JobMessage = Omit<z.output<typeof jobMessage>, 'v'>;
export type UserChangeMessage = Omit<z.output<typeof userChangeMessage>, 'v'>;

export class UnreadableMessage extends Error {
  constructor(detail: string) {
    super(`The message is not one this connector wrote (${detail}). It is set aside.`);
    this.name = 'UnreadableMessage';
  }
}

/** @throws UnreadableMessage */
export const readJobMessage = (body: unknown): JobMessage => read(jobMessage, body);
/** @throws UnreadableMessage */
export const readUserChangeMessage = (body: unknown): UserChangeMessage => read(userChangeMessage, body);

export const jobBody = (message: JobMessage) => ({ v: VERSION, ...message });
export const userChangeBody = (message: UserChangeMessage) => ({ v: VERSION, ...message });

function read<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new UnreadableMessage(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}
