import { z } from 'zod';
import { tolerant } from './tolerant';

/** Append-only. Each mode is a door through which plan rows come: the source, one request, a stored plan, the log. */
export const cycleModeSchema = tolerant(
  ['initial', 'incremental', 'full', 'onDemand', 'apply', 'revert'],
  'incremental',
);
export type CycleMode = z.output<typeof cycleModeSchema>;

/** Modes that read and judge everybody: only their end fulfils the wish for a full cycle. */
export const isOfEverybody = ({ mode }: { readonly mode: CycleMode }): boolean => mode === 'initial' || mode === 'full';

/** The cycle whose plan is applied, or whose log is undone. */
export const originSchema = z.object({
  cycleId: z.string(),
  mode: cycleModeSchema,
  /** What that one was made from in its turn. */
  of: z.string().nullable().default(null),
});
export type Origin = Readonly<z.output<typeof originSchema>>;

/** Append-only: an unknown state is not final, so the cycle's deadline ends it (docs/protocol.md 6). */
export const cycleStateSchema = tolerant(
  [
    'queued',
    'planning',
    'applying',
    'closing',
    'planned',
    'awaitingApproval',
    'succeeded',
    'succeededWithErrors',
    'failed',
    'superseded',
    'approving',
    'rejecting',
    'rejected',
    'unknown',
  ],
  'unknown',
);
export type CycleState = z.output<typeof cycleStateSchema>;

/** Nothing follows these: the turn is free. */
export const FINAL_STATES: ReadonlySet<CycleState> = new Set([
  'planned',
  'awaitingApproval',
  'succeeded',
  'succeededWithErrors',
  'failed',
  'superseded',
  'rejected',
]);

const count = z.number().default(0);

/** A row of an earlier release lacks counters that came later: they count as zero (I19). */
export const cycleCountsSchema = z.object({
  created: count,
  linked: count,
  updated: count,
  disabled: count,
  reenabled: count,
  deleted: count,
  skipped: count,
  failed: count,
  parked: count,
  held: count,
  staged: count,
});
export type CycleCounts = z.output<typeof cycleCountsSchema>;

export const callCountsSchema = z.object({ graph: count, gotoReads: count, gotoWrites: count, throttled: count });
export type CallCounts = z.output<typeof callCountsSchema>;
/** All counts zero; a new object, as they are counted in place. */
export const noCalls = (): CallCounts => callCountsSchema.parse({});

/** One owner's share of a cycle's counts; the cycle's are the sum over all owners. */
export const tallySchema = z.object({
  counts: cycleCountsSchema.prefault({}),
  skippedByReason: z.record(z.string(), z.number()).default({}),
  calls: callCountsSchema.prefault({}),
  /** How GoTo fared, in people: answered, failed for the first time, failed again (rules/quarantine). */
  target: z.object({ answered: count, faults: count, repeated: count }).prefault({}),
});
export type Tally = z.output<typeof tallySchema>;
/** All counts zero; a new object, as skips are counted in place. */
export const noTally = (): Tally => tallySchema.parse({});

/** The sum of tallies; neither argument is changed. */
export function addTallies(a: Tally, b: Tally): Tally {
  return {
    counts: sum(a.counts, b.counts),
    skippedByReason: sum(a.skippedByReason, b.skippedByReason),
    calls: sum(a.calls, b.calls),
    target: sum(a.target, b.target),
  };
}

function sum<T extends Record<string, number>>(a: T, b: T): T {
  const result: Record<string, number> = { ...a };
  for (const [key, value] of Object.entries(b)) result[key] = (result[key] ?? 0) + value;
  return result as T;
}

/** Counts one skipped person in place. */
export function countSkip(tally: Tally, reason: string): void {
  tally.counts.skipped += 1;
  tally.skippedByReason[reason] = (tally.skippedByReason[reason] ?? 0) + 1;
}

/** Every step a planner may stand in; each mode's order stands in shared/sync/cycle/itineraries.ts. */
export const PLAN_STEPS = [
  'baseline',
  'changes',
  'groupChanges',
  'assignmentChanges',
  'assignments',
  'groups',
  'direct',
  'target',
  'userGroups',
  'people',
  'dirty',
  'stored',
  'log',
  'guard',
  'approved',
  'undoneGroups',
  'dispatch',
] as const;

/** Where the planner stands; stored with the cycle after each slice. */
export const planCursorSchema = z.object({
  step: z.enum(PLAN_STEPS),
  /** How far within the step: groups or buckets done. */
  index: z.number().default(0),
  /** A page of Graph to go on with. */
  link: z.string().nullable().default(null),
  /** How many pages of the list at `link` were read. */
  pages: z.number().default(0),
  /** The mark that the judgement of user groups answers. */
  userGroupsMark: z.string().nullable().default(null),
  /** Groups that this walk over the groups has found in others: then it is repeated. */
  found: z.number().default(0),
  /** The source's lists and links of this cycle were read from this moment (ms) on. */
  sourceAt: z.number().default(0),
  usersLink: z.string().nullable().default(null),
  /** What that link follows of a user; null where an earlier release took it. */
  usersAttributes: z.string().nullable().default(null),
  groupsLink: z.string().nullable().default(null),
  /** Source ids up to here have been judged (step `dirty`); the marked group whose page stands at `link` (step `groups`). */
  after: z.string().default(''),
  /** The present slice has rows already: a repeat leaves those out. */
  isPartial: z.boolean().default(false),
  /** GoTo calls given to each lane, so that all lanes end together. */
  loads: z.array(z.number()).default([]),
  /** Chunks made so far, by `<stage>-<lane>`. */
  chunks: z.record(z.string(), z.number()).default({}),
  /** Seats that the rows recorded so far ask for and set free, by licence. */
  seats: z.record(z.string(), z.object({ asked: count, freed: count })).default({}),
  /** Failed tries of the present slice, and how often Graph made the cycle begin anew. */
  attempts: z.number().default(0),
  resyncs: z.number().default(0),
});
export type PlanCursor = z.output<typeof planCursorSchema>;
export type PlanStepName = (typeof PLAN_STEPS)[number];

const fault = z.object({ code: z.string(), message: z.string() }).nullable();

/** A cycle: its head row in the table Plans, changed only under the etag that was read. Moments in ms. */
export const cycleSchema = z.object({
  id: z.string(),
  mode: cycleModeSchema,
  trigger: tolerant(['timer', 'http'], 'timer'),
  dryRun: z.boolean().default(false),
  /** An attempt to leave the quarantine: few people, one lane (docs/protocol.md 3.9). */
  isProbe: z.boolean().default(false),
  /** Of an apply: the plan; of a revert: the cycle that is undone. */
  from: originSchema.nullable().default(null),
  /** Of a plan: the cycle that applies it, or did. Nobody applies it again. */
  appliedBy: z.string().nullable().default(null),
  state: cycleStateSchema,
  /** What it began with, and stays with: mapping and settings, lanes, and the wish for a full cycle that it answers. */
  mappingVersion: z.string(),
  policyHash: z.string(),
  /** The GoTo account it is about; null in a cycle of an earlier release. */
  accountKey: z.string().nullable().default(null),
  lanes: z.number(),
  wishEtag: z.string().nullable().default(null),
  /** Of a cycle that forgets the ties to GoTo's accounts first: the wish that asked for it. */
  linksResetEtag: z.string().nullable().default(null),
  startedAt: z.string(),
  endedAt: z.string().nullable().default(null),
  /** When the first message of a lane left, for the rate. */
  applyingSince: z.string().nullable().default(null),
  cursor: planCursorSchema,
  stage: z.number().default(0),
  /** When the stage was given to the lanes: planned long before, it is not overdue. */
  stageSince: z.number().default(0),
  /** Plan rows given to lanes. */
  expected: z.number().default(0),
  /** The number of the planner's or closer's last message: stored first, then sent (docs/protocol.md R23, R24). */
  sends: z.number().default(0),
  /** When that message is due. */
  dueAt: z.number(),
  deadlineAt: z.number(),
  /** Why the lanes write nothing more. */
  stopping: fault.default(null),
  /** Closing looks at GoTo that still showed differences. */
  proofs: z.number().default(0),
  /** GoTo did not answer when the writes were to be proven. */
  isUnproven: z.boolean().default(false),
  /** The planner's and the closer's own counts. */
  tally: tallySchema.prefault({}),
  /** Planned actions, by kind: what was given to lanes, or what a dry run intends. */
  totals: z.record(z.string(), z.number()).default({}),
  /** Removals that wait for an approval: planned, recorded, and nobody's work (I06). */
  staged: z.number().default(0),
  /** Which stage waits: that of the removals, or that of the deletions. */
  stagedStage: z.number().default(1),
  /** When (ms) an admin approved them; null before. */
  approvedAt: z.number().nullable().default(null),
  /** Of a dry run, or of what is staged: names exactly the actions of its plan. */
  planHash: z.string().nullable().default(null),
  warnings: z.array(z.string()).default([]),
  error: fault.default(null),
});
export type Cycle = Readonly<z.output<typeof cycleSchema>>;

/** The latest moment a JavaScript Date can hold, in ms: ids made from the distance to it sort newest first. */
const END_OF_TIME_MS = 8_640_000_000_000_000;

/** As `newCycleId` makes them. */
export const CYCLE_ID = /^[0-9]{16}-[a-z0-9-]{1,40}$/;

/** An id that sorts newest first as a row key. `salt` keeps two cycles of one millisecond apart. */
export function newCycleId(nowMs: number, salt: string): string {
  return `${String(END_OF_TIME_MS - nowMs).padStart(16, '0')}-${salt}`;
}

/** Sorts before the ids of all cycles that began at this moment or earlier, in ms; empty, before all, for infinity. */
export const beforeCycleIds = (ms: number): string =>
  Number.isFinite(ms) ? String(END_OF_TIME_MS - Math.trunc(ms)).padStart(16, '0') : '';

/** The start of a cycle in ms since the epoch, read from its id. */
export const startOfCycle = (cycleId: string): number => END_OF_TIME_MS - Number(cycleId.slice(0, 16));
