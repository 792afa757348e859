import { z } from 'zod';

const system = z.looseObject({ id: z.string(), displayName: z.string() });
const identity = z.looseObject({ id: z.string().nullable(), displayName: z.string(), identityType: z.string() });

export const logEntryAnswerSchema = z
  .looseObject({
    id: z.string(),
    activityDateTime: z.iso.datetime(),
    jobId: z.string(),
    cycleId: z.string(),
    changeId: z.string(),
    provisioningAction: z.enum(['create', 'delete', 'disable', 'update', 'stagedDelete', 'other']),
    durationInMilliseconds: z.number(),
    initiatedBy: z.looseObject({ initiatorType: z.string() }),
    sourceSystem: system,
    targetSystem: system,
    sourceIdentity: identity,
    targetIdentity: identity,
    provisioningStatusInfo: z.strictObject({
      status: z.enum(['success', 'failure', 'skipped', 'warning']),
      errorInformation: z
        .strictObject({
          errorCode: z.string(),
          errorCategory: z.string(),
          reason: z.string().nullable(),
          additionalDetails: z.string().nullable(),
          recommendedAction: z.string().nullable(),
        })
        .nullable(),
    }),
    provisioningSteps: z.array(
      z.strictObject({
        name: z.string(),
        provisioningStepType: z.string(),
        status: z.string(),
        description: z.string(),
        details: z.record(z.string(), z.unknown()),
      }),
    ),
    modifiedProperties: z.array(
      z.strictObject({ displayName: z.string(), oldValue: z.string().nullable(), newValue: z.string().nullable() }),
    ),
  })
  .meta({ id: 'ProvisioningObjectSummary' });
export type LogEntryAnswer = z.output<typeof logEntryAnswerSchema>;
