/** Where the planner and the closer of a cycle stand; stored with the cycle after each slice. */
import { z } from 'zod';
import { isoTime } from '../model/Clock';
import type { CycleMode } from '../model/Cycle';
import { DEFAULT_VERSION } from '../store/SchemasTable';

const phase = z.enum([
  'source',
  'groups',
  'direct',
  'target',
  'people',
  'changes',
  'affected',
  'dispatch',
  'close',
  'verify',
]);

const cursorSchema = z.object({
  phase,
  /** How far within the phase: groups, people or buckets done. */
  index: z.number(),
  /** Slices done; names the next message and the slice's tally. */
  step: z.number(),
  /** Failed tries of the present slice. */
  attempts: z.number(),
  /** The delta link in progress, in phase `changes`. */
  link: z.string().nullable(),
  /** The links the watermark will be made of. */
  usersLink: z.string().nullable(),
  groupsLink: z.string().nullable(),
  assignmentsDigest: z.string(),
  /** Lane messages that had ended at the last look, and when that number last grew. */
  doneSeen: z.number(),
  doneSince: z.string(),
  /** Closing lists that still showed differences. */
  verifications: z.number(),
  /** The mapping that the cycle began with, and stays with. */
  mappingVersion: z.string().default(DEFAULT_VERSION),
  seenAt: z.string(),
});

export type PlanCursor = z.output<typeof cursorSchema>;
export type Phase = z.output<typeof phase>;

export const readCursor = (stored: unknown): PlanCursor => cursorSchema.parse(stored);

export function firstCursor(mode: CycleMode, nowMs: number, mappingVersion: string): PlanCursor {
  return {
    phase: mode === 'incremental' ? 'changes' : 'source',
    index: 0,
    step: 0,
    attempts: 0,
    link: null,
    usersLink: null,
    groupsLink: null,
    assignmentsDigest: '',
    doneSeen: 0,
    doneSince: isoTime(nowMs),
    verifications: 0,
    mappingVersion,
    seenAt: isoTime(nowMs),
  };
}

/** When a planner or closer last stored its place, in ms since the epoch. */
export const lastSignOfLife = (stored: unknown): number => Date.parse(readCursor(stored).seenAt);
