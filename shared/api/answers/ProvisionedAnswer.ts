import { z } from 'zod';

const step = z.strictObject({
  name: z.string(),
  provisioningStepType: z.enum(['import', 'scoping', 'matching', 'export']),
  status: z.enum(['success', 'failure', 'skipped', 'warning']),
  description: z.string(),
  details: z.record(z.string(), z.unknown()),
});

const plain = z
  .strictObject({
    cycleId: z.string().nullable(),
    dryRun: z.boolean(),
    sourceId: z.string(),
    displayName: z.string(),
    targetId: z.string().nullable(),
    status: z.enum(['success', 'failure', 'skipped', 'warning']),
    action: z.string(),
    reason: z.string(),
    why: z.string(),
    errorInformation: z
      .strictObject({
        errorCode: z.string(),
        errorCategory: z.string(),
        reason: z.string().nullable(),
        recommendedAction: z.string(),
      })
      .nullable(),
    steps: z.array(step),
    modifiedProperties: z.array(
      z.strictObject({ displayName: z.string(), oldValue: z.string().nullable(), newValue: z.string().nullable() }),
    ),
    logEntryIds: z.array(z.string()),
  })
  .meta({ id: 'Provisioned' });

/** In the form of the question. */
export const provisionedAnswerSchema = z
  .union([
    plain,
    z.strictObject({
      key: z.string().meta({ description: 'JSON text: what came of it.' }),
      value: z.string().meta({ description: 'JSON text: what was done, step by step.' }),
    }),
  ])
  .meta({ id: 'ProvisionedOnDemand' });
