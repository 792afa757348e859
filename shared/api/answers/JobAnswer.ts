import { z } from 'zod';
import { cycleAnswerSchema } from './CycleAnswer';

const execution = z
  .looseObject({
    activityIdentifier: z.string(),
    state: z.enum(['Succeeded', 'Failed', 'EntryLevelErrors']),
    timeBegan: z.iso.datetime(),
    timeEnded: z.iso.datetime(),
    countExported: z.number(),
    countEscrowed: z.number(),
    error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
  })
  .nullable();

export const jobAnswerSchema = z
  .looseObject({
    id: z.string(),
    templateId: z.string(),
    schedule: z.looseObject({ state: z.string(), expression: z.string() }),
    status: z.looseObject({
      code: z.enum(['NotConfigured', 'NotRun', 'Active', 'Paused', 'Quarantine']),
      lastExecution: execution,
      lastSuccessfulExecution: execution,
      quarantine: z
        .looseObject({
          currentBegan: z.iso.datetime(),
          seriesBegan: z.iso.datetime(),
          seriesCount: z.number(),
          nextAttempt: z.iso.datetime().nullable(),
          reason: z.string(),
          error: z.looseObject({ code: z.string(), message: z.string(), tenantActionable: z.boolean() }),
          removals: z.looseObject({ count: z.number(), cycleId: z.string() }).optional(),
        })
        .nullable(),
      demandedWaitUntil: z.iso.datetime().nullable(),
      currentCycle: cycleAnswerSchema.nullable(),
    }),
  })
  .meta({ id: 'SynchronizationJob' });
export type JobAnswer = z.output<typeof jobAnswerSchema>;
