import { z } from 'zod';
import { ROLES } from '../access/Role';
import { cycleAnswerSchema } from './CycleAnswer';
import { peopleAnswerSchema } from './PeopleAnswer';

const count = z.int().nonnegative();
const moment = z.iso.datetime();
/** What Graph does not have. docs/api.md lists them, and so does every answer's schema. */
const extension = (description: string) => ({ description, 'x-graph-extension': true });

const synchronizationError = z.strictObject({
  code: z.string(),
  message: z.string(),
  tenantActionable: z.boolean().meta({ description: 'Somebody here can mend it; false: it is a service’s fault.' }),
});

const executionAnswerSchema = z
  .strictObject({
    activityIdentifier: z.string().meta({ description: 'The id of the cycle.' }),
    state: z.enum(['Succeeded', 'Failed', 'EntryLevelErrors']),
    timeBegan: moment,
    timeEnded: moment,
    countEntitled: z.int().meta({ description: 'Of those: assigned to the enterprise application.' }),
    countEntitledForProvisioning: z.int().meta({ description: 'Of those: in scope.' }),
    countEscrowed: count.meta({ description: 'Changes that failed, or wait for something.' }),
    countEscrowedRaw: count.meta({ description: 'The same, with those that were not tried.' }),
    countExported: count.meta({ description: 'Accounts that were made, tied or changed.' }),
    countExports: count.meta({ description: 'Changes that were planned.' }),
    countImported: count.meta({ description: 'People who were judged.' }),
    countImportedDeltas: count.meta({ description: 'The same of an incremental cycle.' }),
    countImportedReferenceDeltas: count.meta({ description: 'Always 0: members are no objects of their own.' }),
    error: synchronizationError.nullable(),
    mode: z.string().meta(extension('initial, incremental, full, apply or revert')),
    counts: z.record(z.string(), z.int()).meta(extension('by action, as those of the cycle')),
    skippedByReason: z.record(z.string(), count).meta(extension('skipped people by reason')),
    recommendedAction: z.string().nullable().meta(extension('what to do about the error')),
  })
  .meta({ id: 'SynchronizationTaskExecution' });
export type ExecutionAnswer = z.output<typeof executionAnswerSchema>;

const stageAnswerSchema = z.strictObject({
  name: z.enum(['source', 'target', 'judgement', 'removals', 'changes', 'proof']),
  state: z.enum(['waiting', 'running', 'done']),
  expected: count.nullable(),
  done: count.nullable(),
});
export type StageAnswer = z.output<typeof stageAnswerSchema>;

export const jobAnswerSchema = z
  .looseObject({
    id: z.string(),
    templateId: z.string(),
    schedule: z.looseObject({
      state: z.enum(['Active', 'Disabled', 'Paused', 'Quarantine']),
      interval: z.string().meta({ description: 'ISO 8601 duration between the next two runs.' }),
      expiration: moment.nullable(),
      expression: z.string().meta(extension('SYNC_SCHEDULE')),
      nextRunDateTime: moment.nullable().meta(extension('when the timer starts the next cycle')),
    }),
    status: z.looseObject({
      code: z.enum(['NotConfigured', 'NotRun', 'Active', 'Paused', 'Quarantine']),
      countSuccessiveCompleteFailures: count,
      escrowsPruned: z.boolean().meta({ description: 'Always false: nobody who waits is given up.' }),
      lastExecution: executionAnswerSchema.nullable(),
      lastSuccessfulExecution: executionAnswerSchema.nullable(),
      lastSuccessfulExecutionWithExports: executionAnswerSchema.nullable(),
      progress: z.array(
        z.strictObject({
          units: z.string(),
          completedUnits: count,
          totalUnits: count,
          progressObservationDateTime: moment,
        }),
      ),
      quarantine: z
        .looseObject({
          currentBegan: z.iso.datetime(),
          seriesBegan: z.iso.datetime(),
          seriesCount: z.number(),
          nextAttempt: z.iso.datetime().nullable().meta({ description: 'Null when nothing is tried by itself.' }),
          reason: z.string(),
          error: z.looseObject({ code: z.string(), message: z.string(), tenantActionable: z.boolean() }),
          removals: z
            .looseObject({ count: z.number(), cycleId: z.string() })
            .optional()
            .meta({ description: 'Of TooManyDeletes: they wait for an approval, everything else goes on.' }),
        })
        .nullable(),
      steadyStateFirstAchievedTime: moment.meta({ description: '0001-01-01T00:00:00Z before the first good cycle.' }),
      steadyStateLastAchievedTime: moment,
      synchronizedEntryCountByType: z.array(z.strictObject({ key: z.string(), value: count })),
      troubleshootingUrl: z.string().nullable(),
      demandedWaitUntil: moment.nullable().meta(extension('GoTo demanded a wait: nothing is sent to it before')),
      connection: z
        .strictObject({
          connected: z.boolean(),
          toDo: z.string().optional().meta({ description: 'How to connect it.' }),
          credentials: z.array(
            z.strictObject({
              name: z.enum(['refreshToken', 'personalAccessToken', 'clientSecret']),
              endDateTime: moment.nullable(),
              daysLeft: count.nullable().meta({ description: 'Null where nobody knows.' }),
            }),
          ),
        })
        .meta(extension('whether there is anything to sign in to GoTo with, and how long it lasts')),
      currentCycle: cycleAnswerSchema.nullable().meta(extension('the cycle that runs, with rate and time left')),
      currentStages: z
        .array(stageAnswerSchema)
        .meta(extension('the stages of the cycle that runs; empty when none does')),
      people: peopleAnswerSchema.meta(extension('people in scope, managed, failing, held, waiting for a seat')),
      awaitingApproval: z
        .strictObject({
          cycleId: z.string(),
          removals: count,
          deletions: count.meta({
            description: 'Those whose suspended account would be deleted: all of them, or none.',
          }),
          sinceDateTime: moment,
        })
        .nullable()
        .meta(extension('removals that wait for an admin')),
      firstPlan: z
        .strictObject({ cycleId: z.string() })
        .nullable()
        .meta(extension('START_WITH_PLAN: the plan that has to be applied before anything is done')),
    }),
    synchronizationJobSettings: z.array(z.strictObject({ name: z.string(), value: z.string() })),
    mappingVersion: z.string().meta(extension('of the mapping in use; "default" for the built-in one')),
    releaseVersion: z.string().meta(extension('of the connector')),
    role: z.enum(ROLES).meta(extension('of whoever asks: a Reader looks, an Admin acts, too')),
  })
  .meta({ id: 'SynchronizationJob' });
export type JobAnswer = z.output<typeof jobAnswerSchema>;
