import type { PersonNames } from '../store/PeopleTable';
import { adviceOf, categoryOf } from '../model/ErrorCode';
import type { EnterpriseApp } from '../model/Assignment';
import type { LogEntry } from '../model/LogEntry';
import type { LogEntryAnswer } from './answers/LogAnswer';
import { JOB_ID } from './jobOf';
import { actionOf, statusOf } from './provisioningStatus';
import { provisioningSteps } from './provisioningSteps';

/** What an entry does not know of itself. */
interface About {
  readonly names?: PersonNames | undefined;
  readonly app?: EnterpriseApp | undefined;
}

/** The properties of an entry, for `$select`. */
export const SUMMARY_PROPERTIES = [
  ...[
    'id',
    'activityDateTime',
    'tenantId',
    'jobId',
    'cycleId',
    'changeId',
    'provisioningAction',
    'durationInMilliseconds',
  ],
  ...[
    'initiatedBy',
    'servicePrincipal',
    'sourceSystem',
    'targetSystem',
    'sourceIdentity',
    'targetIdentity',
    'provisioningStatusInfo',
  ],
  ...['provisioningSteps', 'modifiedProperties'],
] as const satisfies readonly (keyof LogEntryAnswer)[];

/** What the entry is about, in Graph's words. */
export const identityTypeOf = ({ kind }: LogEntry): 'Group' | 'User' => (kind === 'group' ? 'Group' : 'User');

/**
 * An entry in the shape of Graph's provisioningObjectSummary (entra-provisioning.md 1.13).
 * @param about the person's names today, where they were looked up, and the enterprise application, where it is known
 */
export function summaryOf(entry: LogEntry, { names, app }: About): LogEntryAnswer {
  return {
    id: entryId(entry),
    activityDateTime: entry.at,
    // Nothing the connector may read tells it.
    tenantId: null,
    jobId: JOB_ID,
    cycleId: entry.cycleId,
    changeId: entryId(entry),
    provisioningAction: actionOf(entry),
    durationInMilliseconds: entry.durationMs,
    initiatedBy: { id: '', displayName: 'Entra–GoToMeeting connector', initiatorType: 'system' },
    servicePrincipal: app === undefined ? null : { id: app.id, displayName: app.displayName },
    sourceSystem: { id: 'entra', displayName: 'Microsoft Entra ID', details: null },
    targetSystem: {
      id: 'goto',
      displayName: 'GoToMeeting',
      details: app === undefined ? null : { ServicePrincipalId: app.id, ServicePrincipalDisplayName: app.displayName },
    },
    sourceIdentity: {
      id: entry.sourceId,
      displayName: entry.displayName,
      identityType: identityTypeOf(entry),
      details: names === undefined ? null : { mail: names.mail, userPrincipalName: names.userPrincipalName },
    },
    targetIdentity: {
      id: entry.targetId,
      displayName: entry.displayName,
      identityType: identityTypeOf(entry),
      details: null,
    },
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
    provisioningSteps: provisioningSteps(entry),
    modifiedProperties: [...entry.modified],
  };
}

/** One a write, and one for a cycle's end without a write. */
export const entryId = ({ cycleId, sourceId, intentId }: LogEntry): string =>
  `${cycleId}.${sourceId}${intentId === null ? '' : `.${intentId}`}`;
