import { z } from 'zod';

/** Whatever stands in it is ours: Graph leaves it open. */
const details = z.record(z.string(), z.unknown()).nullable();
const system = z.strictObject({ id: z.string(), displayName: z.string(), details });
const identity = z.strictObject({
  id: z.string().nullable(),
  displayName: z.string(),
  identityType: z.enum(['User', 'Group']),
  details,
});

export const logEntryAnswerSchema = z
  .strictObject({
    id: z.string(),
    activityDateTime: z.iso.datetime(),
    tenantId: z.string().nullable(),
    jobId: z.string(),
    cycleId: z.string(),
    changeId: z.string(),
    provisioningAction: z.enum(['create', 'delete', 'disable', 'update', 'stagedDelete', 'other']),
    durationInMilliseconds: z.number(),
    initiatedBy: z.strictObject({
      id: z.string(),
      displayName: z.string(),
      initiatorType: z.enum(['user', 'application', 'system']),
    }),
    servicePrincipal: z.strictObject({ id: z.string(), displayName: z.string() }).nullable(),
    sourceSystem: system,
    targetSystem: system,
    sourceIdentity: identity,
    targetIdentity: identity,
    provisioningStatusInfo: z.strictObject({
      status: z.enum(['success', 'failure', 'skipped', 'warning']),
      errorInformation: z
        .strictObject({
          errorCode: z.string(),
          errorCategory: z.enum(['failure', 'nonServiceFailure', 'success']),
          reason: z.string().nullable(),
          additionalDetails: z.string().nullable(),
          recommendedAction: z.string().nullable(),
        })
        .nullable(),
    }),
    provisioningSteps: z.array(
      z.strictObject({
        name: z.string(),
        provisioningStepType: z.enum(['import', 'scoping', 'matching', 'processing', 'referenceResolution', 'export']),
        status: z.enum(['success', 'failure', 'skipped', 'warning']),
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

export const logAnswerSchema = z
  .strictObject({
    '@odata.count': z.int().nonnegative().optional(),
    '@gotomeeting.message': z.string().optional().meta({ description: 'Why nothing was found, for whoever asked.' }),
    // With $select an entry has what was asked for.
    value: z.array(logEntryAnswerSchema.partial()),
    '@odata.nextLink': z.string().optional(),
  })
  .meta({ id: 'ProvisioningLog' });
