/** The answer of provision on demand: the four steps of Entra's page, with what was read and found in each. */
import type { LogEntry } from '../model/LogEntry';
import { textOf } from '../model/Person';
import { adviceOf, categoryOf } from '../model/ErrorCode';
import { REASONS } from '../model/Reason';
import { modifiedProperties } from '../sync/apply/modifiedProperties';
import type { Provisioned } from '../sync/demand/provisionOnDemand';
import { STATUSES } from './provisioningStatus';
import { entryId } from './provisioningSummary';

/** Names and kinds of steps are Graph's (entra-provisioning.md 1.13). */
interface Step {
  readonly name: string;
  readonly provisioningStepType: 'import' | 'scoping' | 'matching' | 'export';
  readonly status: 'success' | 'failure' | 'skipped' | 'warning';
  readonly description: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const EXPORTS = {
  create: 'EntryExportAdd',
  link: 'EntryExportUpdate',
  update: 'EntryExportUpdate',
  reenable: 'EntryExportUpdate',
  disable: 'EntryExportUpdate',
  delete: 'EntryExportDelete',
  recover: 'EntryExportUpdate',
  none: 'EntrySynchronizationSkip',
} as const;

/** One person's answer. */
export function provisionedView(one: Provisioned) {
  const { judged, cycleId } = one;
  const { entry } = judged;
  const entries = entriesOf(one);
  const last = entries.at(-1);
  const action = actionStep(one);
  return {
    cycleId,
    dryRun: cycleId === null,
    sourceId: entry.sourceId,
    displayName: entry.displayName,
    targetId: last?.targetId ?? entry.targetId,
    status: action.status,
    action: last?.action ?? entry.action,
    reason: last?.reason ?? entry.reason,
    why: entry.why,
    errorInformation: errorOf(one),
    steps: [importStep(one), scopeStep(one), matchStep(one), action],
    modifiedProperties: modifiedOf(one),
    logEntryIds: entries.map(entryId),
  };
}
export type ProvisionedView = ReturnType<typeof provisionedView>;

const entriesOf = ({ result, written }: Provisioned): readonly LogEntry[] => result?.entries ?? written;

function errorOf({ result, waits, written }: Provisioned) {
  const code = result?.code ?? (written.length > 0 ? null : (waits?.code ?? null));
  if (code === null) return null;
  return {
    errorCode: code,
    errorCategory: categoryOf(code),
    reason: result?.message ?? waits?.message ?? null,
    recommendedAction: adviceOf(code),
  };
}

function modifiedOf(one: Provisioned) {
  const { entry } = one.judged;
  if (one.cycleId !== null) return entriesOf(one).flatMap(({ modified }) => modified);
  if (entry.observed === 'ambiguous') return [];
  const redacted = entry.desired.kind === 'active' ? entry.desired.redacted : [];
  return modifiedProperties(entry.before ?? {}, entry.after ?? {}, redacted);
}

function importStep({ judged: { entry, read } }: Provisioned): Step {
  const { person } = read;
  const gone = { soft: 'In the recycle bin of Entra.', hard: 'Entra does not have this user any more.', no: '' };
  return {
    name: 'EntryImport',
    provisioningStepType: 'import',
    status: 'success',
    description: person === undefined ? gone[read.read.deleted] : `Read from Entra: ${entry.displayName}.`,
    details: {
      objectId: entry.sourceId,
      ...(person === undefined
        ? {}
        : { userPrincipalName: textOf(person, 'userPrincipalName'), mail: textOf(person, 'mail') }),
    },
  };
}

function scopeStep({ judged: { entry, read }, context }: Provisioned): Step {
  const { person, grants } = read;
  const { desired, roleIds } = entry;
  const roles = roleIds.flatMap((id) => context.entitlements.role(id) ?? []);
  const clauses =
    person === undefined
      ? []
      : context.policy.mapping.clausesOf(person, {
          appRoles: roles,
          isSoftDeleted: false,
          nowMs: context.engine.clock.now(),
        });
  return {
    name: 'EntrySynchronizationScoping',
    provisioningStepType: 'scoping',
    status: desired.kind === 'active' ? 'success' : 'skipped',
    description: desired.kind === 'active' ? 'Active, assigned and in scope.' : reasonInWords(desired),
    details: {
      IsActive: person !== undefined && person.attributes['accountEnabled'] !== false,
      Assigned: grants.some(({ via }) => via !== 'directory'),
      IsEffectivelyEntitledForProvisioning: context.entitlements.of(roleIds).entitled,
      IsInProvisioningScopeDisplayName: desired.kind === 'active',
      Roles: roles.map((role) => role.displayName),
      AssignedThrough: grants.map(({ via }) =>
        via === 'direct' ? 'directly' : via === 'directory' ? 'the directory' : (read.groupNames.get(via) ?? via),
      ),
      ScopeEvaluationResult: clauses,
    },
  };
}

const reasonInWords = (desired: Exclude<Provisioned['judged']['entry']['desired'], { kind: 'active' }>): string =>
  desired.kind === 'leave' && desired.detail !== undefined
    ? `${REASONS[desired.reason]} ${desired.detail}`
    : REASONS[desired.reason];

function matchStep({ judged: { entry, tried } }: Provisioned): Step {
  const { observed } = entry;
  const texts = {
    none: 'There was nothing to look for.',
    absent: 'GoTo has no such account.',
    ambiguous: REASONS.DuplicateTargetEntries,
    found: 'GoTo has the account.',
  };
  const found = tried.length === 0 ? 'none' : observed === 'absent' || observed === 'ambiguous' ? observed : 'found';
  return {
    name: 'EntryMatch',
    provisioningStepType: 'matching',
    status: found === 'none' ? 'skipped' : found === 'ambiguous' ? 'failure' : 'success',
    description: texts[found],
    details: { tried, targetId: entry.targetId },
  };
}

/** A preview promises no more than the request then keeps: what takes access may need an approval (I06). */
function intention({ action, removal }: Provisioned['judged']['entry']): string {
  if (action === 'delete') return 'An admin would be asked about this. ';
  return removal
    ? 'This would be done within the limit of removals; above it an admin is asked. '
    : 'This would be done. ';
}

function actionStep(one: Provisioned): Step {
  const { result, waits, cycleId } = one;
  const { entry } = one.judged;
  const last = entriesOf(one).at(-1);
  const action = last?.action ?? (result === null ? entry.action : 'none');
  const base = { name: EXPORTS[action], provisioningStepType: 'export', details: { action } } as const;
  if (last !== undefined)
    return { ...base, status: STATUSES[last.status], description: last.errorMessage ?? REASONS[last.reason] };
  if (waits !== null) return { ...base, status: 'warning', description: `${waits.message} The next cycle goes on.` };
  const isNothing = entry.action === 'none' || entry.observed === 'ambiguous' || entry.reason === 'RedundantExport';
  const intended = cycleId === null && !isNothing ? intention(entry) : '';
  const status = entry.observed === 'ambiguous' ? 'failure' : entry.action === 'none' ? 'skipped' : 'success';
  return { ...base, status, description: `${intended}${REASONS[entry.reason]}` };
}
