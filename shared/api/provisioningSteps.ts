/** How an entry of the log came about, step by step, with Graph's names and kinds (entra-provisioning.md 1.13). */
import type { LogEntry } from '../model/LogEntry';
import { REASONS, type Reason } from '../model/Reason';
import type { LogEntryAnswer } from './answers/LogAnswer';
import { statusOf } from './provisioningStatus';

type Step = LogEntryAnswer['provisioningSteps'][number];

/** The person was read, and nothing came of it before any account was looked for. */
const OUT_OF_SCOPE: ReadonlySet<Reason> = new Set<Reason>([
  'NotEffectivelyEntitled',
  'RoleWithoutEntitlement',
  'SignInBlocked',
  'SoftDeleted',
  'HardDeleted',
  'Unassigned',
  'AbsenceUnconfirmed',
  'OutOfScopeDeletionsSkipped',
  'OutOfScope',
  'InactiveByMapping',
  'InputFiltered',
  'IgnoredByMapping',
  'DeprovisioningNotMapped',
  'Protected',
  'HeldByRevert',
]);

/** What kind of step a write, or its absence, is. */
const EXPORTS: Readonly<Record<LogEntry['action'], string>> = {
  create: 'EntryExportAdd',
  link: 'EntryExportUpdate',
  update: 'EntryExportUpdate',
  reenable: 'EntryExportUpdate',
  disable: 'EntryExportUpdate',
  delete: 'EntryExportDelete',
  none: 'EntrySynchronizationSkip',
};

/** The last one is what was done, or why nothing was; its details have the connector's own words. */
export function provisioningSteps(entry: LogEntry): Step[] {
  const isLeaver = OUT_OF_SCOPE.has(entry.reason);
  const steps = [importStep(entry)];
  const last = lastStep(entry, isLeaver);
  if (entry.reason === 'ImportSkipped') return [{ ...last, name: 'EntryImport', provisioningStepType: 'import' }];
  if (last.provisioningStepType === 'scoping') return [...steps, last];
  steps.push({
    name: 'EntrySynchronizationScoping',
    provisioningStepType: 'scoping',
    status: isLeaver ? 'skipped' : 'success',
    description: isLeaver ? REASONS[entry.reason] : 'Active, assigned and in scope.',
    details: {},
  });
  // Nobody's account was found, or it was not even looked for.
  const isUnmatched = entry.action === 'none' && entry.targetId === null;
  if (last.provisioningStepType === 'matching' || isUnmatched) return [...steps, last];
  return [...steps, matchStep(entry), last];
}

function importStep({ action, reason, displayName }: LogEntry): Step {
  const kind = reason === 'HardDeleted' ? 'Delete' : action === 'create' || action === 'link' ? 'Add' : 'Update';
  return {
    name: `EntryImport${kind}`,
    provisioningStepType: 'import',
    status: 'success',
    description: `Read from Entra: ${displayName}.`,
    details: {},
  };
}

const matchStep = ({ action, targetId }: LogEntry): Step => ({
  name: action === 'create' ? 'EntrySynchronizationAdd' : 'EntrySynchronizationUpdate',
  provisioningStepType: 'matching',
  status: 'success',
  description: action === 'create' ? 'GoTo had no such account.' : 'The account in GoTo is the person’s.',
  details: targetId === null ? {} : { ReportableIdentifier: targetId },
});

function lastStep(entry: LogEntry, isLeaver: boolean): Step {
  const { action, reason, status } = entry;
  const isAmbiguous = reason === 'DuplicateTargetEntries' || entry.errorCode === 'DuplicateTargetEntries';
  const type = isAmbiguous ? 'matching' : action !== 'none' ? 'export' : isLeaver ? 'scoping' : 'processing';
  return {
    name: EXPORTS[action],
    provisioningStepType: type,
    status: statusOf(entry),
    description: REASONS[reason],
    details: {
      connectorAction: action,
      connectorStatus: status,
      SkipReason: reason,
      ...(entry.targetId === null ? {} : { ReportableIdentifier: entry.targetId }),
    },
  };
}
