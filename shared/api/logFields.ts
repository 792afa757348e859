import type { LogEntry } from '../model/LogEntry';
import type { PersonNames } from '../store/PeopleTable';
import { JOB_ID } from './jobOf';
import type { FilterField, FilterFields } from './odata/FilterFields';
import { actionOf, statusOf } from './provisioningStatus';
import { entryId, identityTypeOf } from './provisioningSummary';

/** An entry of the log, or only the person it is about: what is missing is not known. */
export interface LogItem {
  readonly sourceId: string;
  readonly entry?: LogEntry;
  /** As the person is called today; undefined when the names were not looked up. */
  readonly names?: PersonNames;
}

const ofEntry = (
  type: FilterField<LogItem>['type'],
  valueOf: (entry: LogEntry) => string | number | null,
  ignoresCase = false,
): FilterField<LogItem> => ({
  type,
  ignoresCase,
  valueOf: ({ entry }) => (entry === undefined ? undefined : valueOf(entry)),
});

/** What people type to find somebody. */
const ofPerson = (valueOf: (names: PersonNames) => string | null): FilterField<LogItem> => ({
  type: 'text',
  ignoresCase: true,
  valueOf: ({ names }) => (names === undefined ? undefined : valueOf(names)),
});

/** What the log can be filtered and ordered by: Graph's paths, and the connector's own reason, action and status. */
export const LOG_FIELDS: FilterFields<LogItem> = {
  id: ofEntry('text', entryId),
  activityDateTime: ofEntry('moment', (entry) => entry.at),
  cycleId: ofEntry('text', (entry) => entry.cycleId),
  jobId: ofEntry('text', () => JOB_ID),
  provisioningAction: ofEntry('text', (entry) => actionOf(entry)),
  durationInMilliseconds: ofEntry('number', (entry) => entry.durationMs),
  // Graph compares the status without regard to case, the rest with it (entra-provisioning.md 1.13).
  'provisioningStatusInfo/status': ofEntry('text', (entry) => statusOf(entry), true),
  'provisioningStatusInfo/errorInformation/errorCode': ofEntry('text', (entry) => entry.errorCode),
  'targetIdentity/id': ofEntry('text', (entry) => entry.targetId),
  'sourceIdentity/identityType': ofEntry('text', identityTypeOf, true),
  'sourceIdentity/id': { type: 'text', valueOf: ({ sourceId }) => sourceId },
  'sourceIdentity/displayName': ofPerson((names) => names.displayName),
  'sourceIdentity/mail': ofPerson((names) => names.mail),
  'sourceIdentity/userPrincipalName': ofPerson((names) => names.userPrincipalName),
  reason: ofEntry('text', (entry) => entry.reason),
  connectorAction: ofEntry('text', (entry) => entry.action),
  connectorStatus: ofEntry('text', (entry) => entry.status),
};

/** The fields that are looked up by name. */
export const NAME_FIELDS: readonly string[] = [
  'sourceIdentity/displayName',
  'sourceIdentity/mail',
  'sourceIdentity/userPrincipalName',
];
