import { z } from 'zod';
import { noTally, tallySchema } from './Cycle';

/** Rows of stage 0 ended in the plan. */
export const STAGE = { removals: 1, changes: 2, groups: 3, undoneGroups: 4, deletions: 5 } as const;

/** Stages whose rows wait for the guard, or for an approval. Deletions always do, apart from whoever else leaves. */
export const GUARDED: readonly number[] = [STAGE.removals, STAGE.deletions];

/**
 * In which order stages are worked: groups before the people who move into them, and access is taken before it is given:
 * seats get free, and addresses too. Groups that an undo takes away go when their people have left them.
 */
const ORDER: readonly number[] = [STAGE.groups, STAGE.removals, STAGE.changes, STAGE.undoneGroups, STAGE.deletions];

/** Stages whose rows are user groups. */
export const isOfGroups = (stage: number): boolean => stage === STAGE.groups || stage === STAGE.undoneGroups;

/** The stage that comes first. @param stages at least one */
export const firstOf = (stages: readonly number[]): number =>
  ORDER.find((stage) => stages.includes(stage)) ?? Math.min(...stages);

/** Whether a stage comes after another one. */
export const isAfter = (stage: number, other: number): boolean => placeOf(stage) > placeOf(other);

const placeOf = (stage: number): number => ORDER.indexOf(stage);

/** Plan rows named by one message. */
export const CHUNK_SIZE = 25;

/** Up to 25 plan rows of one lane and stage: what one message names. Changed only under the etag that was read. */
export const chunkSchema = z.object({
  stage: z.number(),
  lane: z.number(),
  chunk: z.number(),
  rows: z.number(),
  done: z.number(),
  tally: tallySchema.prefault({}),
  /** The number of the last message for it: stored first, then sent (docs/protocol.md R23). */
  sends: z.number(),
  /** When that message is due (ms). */
  dueAt: z.number(),
  /** When (ms) rows of it ended, or waited, last: the lane's sign of life. */
  movedAt: z.number().default(0),
});
export type Chunk = Readonly<z.output<typeof chunkSchema>>;
export type ChunkKey = Pick<Chunk, 'stage' | 'lane' | 'chunk'>;

/** A chunk that nobody has worked on. @param nowMs when its first message is due */
export const newChunk = (key: ChunkKey, rows: number, nowMs: number): Chunk => ({
  ...key,
  rows,
  done: 0,
  tally: noTally(),
  sends: 1,
  dueAt: nowMs,
  movedAt: 0,
});
