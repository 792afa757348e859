import { z } from 'zod';

const count = z.int().nonnegative();

export const cycleAnswerSchema = z
  .strictObject({
    id: z.string(),
    mode: z.string().meta({ description: 'initial, incremental, full, onDemand, apply or revert' }),
    trigger: z.string(),
    dryRun: z.boolean(),
    from: z.string().nullable().meta({ description: 'The plan it applies, or the cycle it takes back.' }),
    appliedBy: z.string().nullable().meta({ description: 'Of a plan: the cycle that applies it.' }),
    state: z.string().meta({
      description:
        'queued, planning, applying, closing; ended: planned, awaitingApproval, succeeded, succeededWithErrors, failed, superseded, rejected',
    }),
    startDateTime: z.iso.datetime(),
    endDateTime: z.iso.datetime().nullable(),
    progress: z.strictObject({
      expected: count,
      done: count,
      percentage: count,
      ratePerSecond: z.number(),
      secondsLeft: z.number().nullable(),
    }),
    counts: z.record(z.string(), count),
    skippedByReason: z.record(z.string(), count),
    calls: z.record(z.string(), count),
    warnings: z.array(z.string()),
    waitingUntil: z.iso.datetime().nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: 'Cycle' });

/** A cycle, as the API shows it. */
export type CycleAnswer = z.output<typeof cycleAnswerSchema>;

export const cyclesAnswerSchema = z
  .strictObject({
    '@odata.count': count.optional(),
    value: z.array(cycleAnswerSchema),
    '@odata.nextLink': z.string().optional(),
  })
  .meta({ id: 'Cycles' });
export type CyclesAnswer = z.output<typeof cyclesAnswerSchema>;
