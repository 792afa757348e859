import type { PersonNames } from '../store/PeopleTable';
import { adviceOf, categoryOf } from '../model/ErrorCode';
import type { LogEntry } from '../model/LogEntry';
import { REASONS } from '../model/Reason';
import { JOB_ID } from './jobOf';

export type Summary = ReturnType<typeof summaryOf>;

/** The properties of an entry, for `$select`. */
export const SUMMARY_PROPERTIES = [
  ...['id', 'activityDateTime', 'jobId', 'cycleId', 'changeId', 'provisioningAction', 'durationInMilliseconds'],
  ...['initiatedBy', 'sourceSystem', 'targetSystem', 'sourceIdentity', 'targetIdentity', 'provisioningStatusInfo'],
  ...['provisioningSteps', 'modifiedProperties'],
] as const satisfies readonly (keyof Summary)[];

const ACTIONS = {
  create: 'create',
  delete: 'delete',
  disable: 'disable',
  update: 'update',
  reenable: 'update',
  link: 'other',
  none: 'other',
} as const;
/** Graph's words for how an entry ended. */
export const STATUSES = {
  success: 'success',
  failure: 'failure',
  skipped: 'skipped',
  warning: 'warning',
  parked: 'failure',
} as const;

/** The action and the status in Graph's words. */
export const actionOf = (entry: LogEntry) => ACTIONS[entry.action];
export const statusOf = (entry: LogEntry) => STATUSES[entry.status];

/** What the entry is about, in Graph's words. */
const identityTypeOf = ({ kind }: LogEntry) => (kind === 'group' ? 'Group' : 'User');

/**
 * An entry in the shape of Graph's provisioningObjectSummary (entra-provisioning.md 1.13).
 * @param names of the person today, where they were looked up
 */
export function summaryOf(entry: LogEntry, names?: PersonNames) {
  return {
    id: entryId(entry),
    activityDateTime: entry.at,
    jobId: JOB_ID,
    cycleId: entry.cycleId,
    changeId: entryId(entry),
    provisioningAction: actionOf(entry),
    durationInMilliseconds: entry.durationMs,
    initiatedBy: { id: '', displayName: 'Entra–GoToMeeting connector', initiatorType: 'system' },
    sourceSystem: { id: 'entra', displayName: 'Microsoft Entra ID' },
    targetSystem: { id: 'goto', displayName: 'GoToMeeting' },
    sourceIdentity: {
      id: entry.sourceId,
      displayName: entry.displayName,
      identityType: identityTypeOf(entry),
      details: names === undefined ? null : { mail: names.mail, userPrincipalName: names.userPrincipalName },
    },
    targetIdentity: { id: entry.targetId, displayName: entry.displayName, identityType: identityTypeOf(entry) },
    provisioningStatusInfo: {
      status: statusOf(entry),
      errorInformation:
        entry.errorCode !== null
          ? {
              errorCode: entry.errorCode,
              errorCategory: categoryOf(entry.errorCode),
              reason: entry.errorMessage,
              additionalDetails: null,
              recommendedAction: adviceOf(entry.errorCode),
            }
          : null,
    },
    provisioningSteps: [
      {
        name: entry.action === 'none' ? 'EntrySynchronizationSkip' : 'EntryExport',
        provisioningStepType: entry.action === 'none' ? 'scoping' : 'export',
        status: statusOf(entry),
        description: REASONS[entry.reason],
        details: { connectorAction: entry.action, connectorStatus: entry.status, SkipReason: entry.reason },
      },
    ],
    modifiedProperties: [...entry.modified],
  };
}

/** One a write, and one for a cycle's end without a write. */
export const entryId = ({ cycleId, sourceId, intentId }: LogEntry): string =>
  `${cycleId}.${sourceId}${intentId === null ? '' : `.${intentId}`}`;
