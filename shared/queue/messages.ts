/**
 * A message is a key, never a payload (I18): what to do stands in the rows it names, so repeats, late arrivals and
 * reordering are harmless. Its number was stored before it was sent; an older number only makes sure that the younger
 * message is under way (docs/protocol.md R23, R24).
 *
 * Field names differ from the broker's properties on purpose: the Functions host merges top-level fields of a JSON
 * body into trigger metadata (local-stack.md 3).
 */
import { z } from 'zod';
import { isOfGroups } from '../model/Chunk';
import { CYCLE_ID } from '../model/Cycle';

/** Messages of planner and closer (infra/queues.json). */
export const SYNC_JOBS_QUEUE = 'sync-jobs';
/** Messages of the lanes (infra/queues.json). */
export const USER_CHANGES_QUEUE = 'user-changes';
/** Messages of the groups' lane (infra/queues.json). */
export const GROUP_CHANGES_QUEUE = 'group-changes';
/** All queues of the connector. */
export const QUEUES = [SYNC_JOBS_QUEUE, USER_CHANGES_QUEUE, GROUP_CHANGES_QUEUE] as const;

/** The version of the message shape; a later release must still understand this one (I19). */
const VERSION = 2;

const cycleId = z.string().regex(CYCLE_ID);
const number = z.number().int().min(0);

/** Plans or closes a cycle: its head says which. */
const jobMessage = z.object({ v: z.literal(VERSION), kind: z.literal('job'), cycleId, n: number });
/** Up to 25 plan rows of one lane. */
const chunkMessage = z.object({
  v: z.literal(VERSION),
  kind: z.literal('chunk'),
  cycleId,
  stage: number,
  lane: number,
  chunk: number,
  n: number,
});
/** What the first release sent: its cycles are not continued, but the people it names are looked at (I19). */
const firstJobMessage = z.object({ v: z.literal(1), kind: z.enum(['plan', 'close']), cycleId });
const firstUserMessage = z.object({
  v: z.literal(1),
  kind: z.literal('user'),
  cycleId,
  sourceId: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
});

export type JobMessage = Omit<z.output<typeof jobMessage>, 'v'>;
export type ChunkMessage = Omit<z.output<typeof chunkMessage>, 'v'>;
export type FirstJobMessage = z.output<typeof firstJobMessage>;
export type FirstUserMessage = z.output<typeof firstUserMessage>;

/** Another program's message, or one of a newer release. */
export class UnreadableMessage extends Error {
  constructor(detail: string) {
    super(`The message is not one this connector wrote (${detail}). It is set aside.`);
    this.name = 'UnreadableMessage';
  }
}

/** @throws UnreadableMessage */
export const readJobMessage = (body: unknown): JobMessage | FirstJobMessage =>
  read(
    z.discriminatedUnion('kind', [
      jobMessage,
      firstJobMessage.extend({ kind: z.literal('plan') }),
      firstJobMessage.extend({ kind: z.literal('close') }),
    ]),
    body,
  );
/** @throws UnreadableMessage */
export const readChunkMessage = (body: unknown): ChunkMessage | FirstUserMessage =>
  read(z.discriminatedUnion('kind', [chunkMessage, firstUserMessage]), body);

/** @throws UnreadableMessage */
export const readGroupMessage = (body: unknown): ChunkMessage => read(chunkMessage, body);

/** The queue a message goes to: groups have one of their own. */
export function queueOf(message: JobMessage | ChunkMessage): (typeof QUEUES)[number] {
  if (message.kind === 'job') return SYNC_JOBS_QUEUE;
  return isOfGroups(message.stage) ? GROUP_CHANGES_QUEUE : USER_CHANGES_QUEUE;
}

/** What leaves when a message, or a request, has been handled. */
export interface Outgoing {
  readonly message: JobMessage | ChunkMessage;
  /** Not before this moment (ms). */
  readonly dueAt: number;
  /** Tells a repeat that must arrive from a duplicate that must not. */
  readonly again?: string;
}

/** The body as sent, with its version. */
export const bodyOf = (message: JobMessage | ChunkMessage) => ({ v: VERSION, ...message });

/** Made from what the message stands for, so that the broker's duplicate detection drops a repeat (azure-functions.md 2.2). */
export function messageIdOf({ message, again = '' }: Outgoing): string {
  const { cycleId, n } = message;
  return message.kind === 'job'
    ? `${cycleId}:job:${n}${again}`
    : `${cycleId}:${message.stage}:${message.lane}:${message.chunk}:${n}${again}`;
}

/** The planner and the closer share one session: two of them never run at once. A lane has one each. */
export const sessionOf = (message: JobMessage | ChunkMessage): string =>
  message.kind === 'job' ? 'gotomeeting' : `lane-${message.lane}`;

function read<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new UnreadableMessage(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}
