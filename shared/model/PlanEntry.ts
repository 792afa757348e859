import { z } from 'zod';
import { accountSchema } from './Account';
import { desiredSchema } from './Desired';
import { digest } from './hash';
import { holdChangeSchema } from './HoldChange';
import { logEntrySchema } from './LogEntry';
import { reasonSchema } from './Reason';
import { tolerant } from './tolerant';

export const planActionSchema = tolerant(
  ['create', 'link', 'update', 'disable', 'reenable', 'delete', 'recover', 'none'],
  'none',
);
export type PlanAction = z.output<typeof planActionSchema>;

/** One step of how the plan came about, with Entra's names (entra-provisioning.md 1.13). */
export const planStepSchema = z.object({
  name: z.enum(['EntryImport', 'EntrySynchronizationScoping', 'EntryMatch', 'EntryExport']).catch('EntryExport'),
  status: z.enum(['success', 'skipped', 'failure', 'warning']).catch('warning'),
  description: z.string(),
});
export type PlanStep = Readonly<z.output<typeof planStepSchema>>;

/** "Look at this person again": the mark that a plan row answers, as gather read it (docs/protocol.md R3). */
const markRefSchema = z.object({
  etag: z.string(),
  since: z.number(),
  attempts: z.number(),
  /** Kept while the row waits: a confirmed absence stays confirmed. */
  absentSince: z.number().nullable().default(null),
  seatSince: z.number().nullable().default(null),
});
export type MarkRef = Readonly<z.output<typeof markRefSchema>>;

/** @param mark as gather read it */
export const markRefOf = (mark: MarkRef | null): MarkRef | null =>
  mark === null
    ? null
    : {
        etag: mark.etag,
        since: mark.since,
        attempts: mark.attempts,
        absentSince: mark.absentSince,
        seatSince: mark.seatSince,
      };

const values = z.record(z.string(), z.unknown()).nullable();

/** What a cycle intends for one person, and why: the plan as a value. */
export const planEntrySchema = z.object({
  sourceId: z.string(),
  kind: z.enum(['user', 'group']).catch('user'),
  displayName: z.string(),
  action: planActionSchema,
  reason: reasonSchema,
  /** One sentence for people. */
  why: z.string(),
  steps: z.array(planStepSchema).readonly(),
  targetId: z.string().nullable(),
  /** The person loses the last managed licence: only a row that says so may do it (I06). */
  removal: z.boolean(),
  /** Single licences that this plan may take. */
  drops: z.array(z.string()).readonly(),
  desired: desiredSchema,
  roleIds: z.array(z.string()).readonly(),
  /** Groups through which the person was last seen entitled: asked once more before access is taken (I05). */
  proofGroupIds: z.array(z.string()).readonly(),
  /** The GoTo row as listed in this cycle, or proof that there is none; null when nothing was listed. */
  observed: z.union([accountSchema, z.literal('absent'), z.literal('ambiguous')]).nullable(),
  before: values,
  after: values,
  /** Since when (ms) an absence waits for a second read that agrees; null when there is no such doubt. */
  absentSince: z.number().nullable(),
  /** The earliest read these facts rest on (ms). */
  factsAt: z.number(),
  /** Since when (ms) the person is to have access, as far as Entra or a mark tells: seats go in this order. */
  wantedSince: z.number().nullable().default(null),
  mark: markRefSchema.nullable(),
  /** The person's row when this was planned: as long as it is the same, nobody wrote meanwhile. */
  personEtag: z.string().nullable(),
  /** Null: the hold is left alone, and whoever is held is not written to. */
  hold: holdChangeSchema.nullable().default(null),
  /** What makes two intended actions the same: the basis of "apply exactly this plan". */
  hash: z.string().default(''),
});
export type PlanEntry = Readonly<z.output<typeof planEntrySchema>>;

/** How the handling of a plan row ended. A result of another release counts as not answered: the mark stays. */
export const planResultSchema = z.object({
  outcome: tolerant(['done', 'skip', 'failed', 'parked', 'held', 'superseded', 'doubt', 'refused'], 'held'),
  /** Codes of shared/model/ErrorCode.ts. */
  code: z.string().nullable(),
  message: z.string().nullable(),
  entries: z.array(logEntrySchema).readonly(),
});
export type PlanResult = Readonly<z.output<typeof planResultSchema>>;

/** A plan entry with its hash: who, what, to which account, with which values; not why, and not when. */
export const planEntry = (
  plan: Omit<PlanEntry, 'hash' | 'hold' | 'wantedSince'> & Partial<Pick<PlanEntry, 'hold' | 'wantedSince'>>,
): PlanEntry => ({
  hold: null,
  wantedSince: null,
  ...plan,
  hash: digest([plan.sourceId, plan.action, plan.targetId, plan.after, plan.removal, [...plan.drops].sort()]),
});

/** Whether somebody comes into a user group, or into another one. */
export const isMove = ({ kind, after }: PlanEntry): boolean =>
  kind === 'user' && typeof after?.['groupKey'] === 'string';
