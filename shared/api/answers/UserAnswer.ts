import { z } from 'zod';
import { logEntryAnswerSchema } from './LogAnswer';

const moment = z.iso.datetime();
const silence = z
  .strictObject({ code: z.string(), message: z.string() })
  .nullable()
  .meta({ description: 'Why this side could not be asked; null when it answered.' });
const license = z.strictObject({
  key: z.string(),
  description: z.string().meta({ description: 'Empty when GoTo did not tell.' }),
});
const changes = z.array(
  z.strictObject({ displayName: z.string(), oldValue: z.string().nullable(), newValue: z.string().nullable() }),
);
const printed = z.union([z.string(), z.null(), z.array(z.unknown())]);

export const userAnswerSchema = z
  .strictObject({
    id: z.string().meta({ description: 'Object id in Entra.' }),
    displayName: z.string(),
    answer: z
      .string()
      .meta({ description: 'Why this person has an account or has none, and what to do, in one sentence.' }),
    reason: z.string().meta({ description: 'The same as a code: of docs/troubleshooting.md.' }),
    whatToDo: z.string().nullable().meta({ description: 'Null when nothing is to be done.' }),
    readDateTime: moment,
    source: z
      .strictObject({
        state: z.enum(['active', 'signInBlocked', 'softDeleted', 'hardDeleted', 'unknown']),
        userPrincipalName: z.string().nullable(),
        mail: z.string().nullable(),
        readDateTime: moment
          .nullable()
          .meta({ description: 'Older than `readDateTime` when Entra could not be asked.' }),
        error: silence,
      })
      .meta({ description: 'The person in Entra.' }),
    assignments: z
      .array(
        z.strictObject({
          via: z.enum(['direct', 'group', 'directory']).meta({
            description: 'directory: as everybody, where SCOPE is all and nothing else assigns the person.',
          }),
          groupId: z.string().nullable(),
          groupName: z.string().nullable(),
          roles: z.array(z.strictObject({ id: z.string(), displayName: z.string().nullable() })),
        }),
      )
      .meta({
        description: 'Through what the person is assigned to the enterprise application, and with which roles.',
      }),
    scope: z
      .strictObject({
        isActive: z.boolean(),
        isAssigned: z.boolean(),
        isEntitled: z.boolean().meta({ description: 'A role of theirs gives licences.' }),
        isInScope: z.boolean(),
        clauses: z.array(
          z.strictObject({
            filter: z.string(),
            attribute: z.string(),
            operator: z.string(),
            operands: z.array(z.string()),
            value: printed,
            holds: z.boolean(),
          }),
        ),
      })
      .nullable()
      .meta({ description: 'Null when Entra could not be asked.' }),
    mapped: z
      .strictObject({
        attributes: z.record(z.string(), z.string()),
        licenses: z.array(license),
        group: z.string().nullable().meta({ description: 'Name of the user group; null where groups are left alone.' }),
      })
      .nullable()
      .meta({ description: 'What the mapping gives for the person; null when it gives nothing.' }),
    account: z
      .strictObject({
        state: z.enum(['found', 'none', 'several', 'unknown']),
        key: z.string().nullable(),
        status: z.string().nullable().meta({ description: 'INVITED, ACTIVE, INACTIVE or SUSPENDED.' }),
        email: z.string().nullable(),
        firstName: z.string().nullable(),
        lastName: z.string().nullable(),
        licenses: z.array(license),
        groupKey: z.string().nullable(),
        groupName: z.string().nullable().meta({ description: 'Where it is the group that the person is to be in.' }),
        isAdmin: z.boolean(),
        lookedFor: z.array(z.strictObject({ attribute: z.enum(['key', 'email']), value: z.string(), found: z.int() })),
        error: silence,
      })
      .meta({ description: 'The account in GoTo.' }),
    link: z
      .strictObject({
        accountKey: z.string(),
        origin: z.enum(['created', 'adopted']),
        state: z.enum(['active', 'disabled']),
        disabledDateTime: moment.nullable().meta({ description: 'Null while it is active, or where nobody noted it.' }),
        deletionDateTime: moment
          .nullable()
          .meta({ description: 'From when on a full cycle proposes to delete it (DELETE_AFTER_DAYS); null: never.' }),
      })
      .nullable()
      .meta({ description: 'The account that the connector manages for the person.' }),
    next: z
      .strictObject({
        action: z.string(),
        reason: z.string(),
        why: z.string(),
        detail: z.string().nullable().meta({ description: 'More of it, such as where an expression fails.' }),
        changes,
        dateTime: moment.nullable(),
        mode: z
          .enum(['incremental', 'full'])
          .meta({ description: 'full: it shows in GoTo alone, which only a full cycle reads.' }),
      })
      .nullable()
      .meta({ description: 'What the next cycle would do for the person by what is known now, and when it comes.' }),
    waiting: z
      .strictObject({
        errorCode: z.string().nullable(),
        message: z.string().nullable(),
        recommendedAction: z.string().nullable(),
        attempts: z.int(),
        nextAttemptDateTime: moment.nullable(),
      })
      .nullable()
      .meta({ description: 'The person is to be looked at again.' }),
    hold: z
      .strictObject({ kind: z.enum(['revert', 'rejected', 'unknown']), cycleId: z.string().nullable() })
      .nullable()
      .meta({ description: 'Nothing is changed until the person is released.' }),
    staged: z
      .strictObject({ cycleId: z.string(), sinceDateTime: moment })
      .nullable()
      .meta({ description: 'The removal of the person waits for an approval.' }),
    isJobPaused: z.boolean().meta({ description: 'Nothing is changed for anybody until the job is started.' }),
    isJobQuarantined: z
      .boolean()
      .meta({ description: 'GoTo fails: an attempt is made now and then, and nothing else is changed.' }),
    isFirstPlanWaiting: z
      .boolean()
      .meta({ description: 'START_WITH_PLAN: nothing is changed for anybody until the first plan is applied.' }),
    isBeingChanged: z.boolean(),
    log: z.array(logEntryAnswerSchema).meta({ description: 'The newest entries, newest first.' }),
  })
  .meta({ id: 'User' });
/** One person's story. */
export type UserAnswer = z.output<typeof userAnswerSchema>;
