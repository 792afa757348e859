import { z } from 'zod';

const values = z.record(z.string(), z.unknown()).nullable();

const planEntryAnswerSchema = z
  .strictObject({
    sourceId: z.string(),
    kind: z.enum(['user', 'group']),
    displayName: z.string(),
    targetId: z.string().nullable(),
    action: z.string(),
    state: z.string(),
    staged: z.boolean(),
    reason: z.string(),
    why: z.string(),
    steps: z.array(z.strictObject({ name: z.string(), status: z.string(), description: z.string() })),
    before: values,
    after: values,
    hash: z.string(),
  })
  .meta({ id: 'PlanEntry' });
export type PlanEntryAnswer = z.output<typeof planEntryAnswerSchema>;

export const planAnswerSchema = z
  .strictObject({
    '@odata.count': z.int().nonnegative().optional(),
    cycleId: z.string(),
    dryRun: z.boolean(),
    hash: z.string().nullable(),
    totals: z.record(z.string(), z.int().nonnegative()),
    warnings: z.array(z.string()),
    entries: z.array(planEntryAnswerSchema),
    '@odata.nextLink': z.string().optional(),
  })
  .meta({ id: 'Plan' });
export type PlanAnswer = z.output<typeof planAnswerSchema>;
