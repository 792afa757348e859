/** An ended cycle in the shape of Graph's synchronizationTaskExecution (entra-provisioning.md 1.13). */
import { adviceOf, categoryOf } from '../model/ErrorCode';
import type { Reason } from '../model/Reason';
import type { Execution } from '../store/state/Executions';
import type { ExecutionAnswer } from './answers/JobAnswer';

/** Skipped because nothing entitles the person. */
const NOT_ASSIGNED: readonly Reason[] = ['NotEffectivelyEntitled', 'Unassigned', 'SoftDeleted', 'HardDeleted'];
/** Assigned, but not to be provisioned. */
const NOT_PROVISIONED: readonly Reason[] = [
  'SignInBlocked',
  'RoleWithoutEntitlement',
  'OutOfScope',
  'InactiveByMapping',
  'InputFiltered',
  'IgnoredByMapping',
  'ImportSkipped',
];

/** Graph's counts are made from what the cycle counted: docs/api.md says from which. */
export function jobExecution(execution: Execution | undefined): ExecutionAnswer | null {
  if (execution === undefined) return null;
  const { counts, skippedByReason, mode, error } = execution;
  const skipped = (reasons: readonly Reason[]): number =>
    reasons.reduce((sum, reason) => sum + (skippedByReason[reason] ?? 0), 0);
  const imported = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const entitled = imported - counts.disabled - counts.deleted - skipped(NOT_ASSIGNED);
  return {
    activityIdentifier: execution.cycleId,
    state: execution.state,
    timeBegan: execution.timeBegan,
    timeEnded: execution.timeEnded,
    countEntitled: entitled,
    countEntitledForProvisioning: entitled - skipped(NOT_PROVISIONED),
    countEscrowed: execution.countEscrowed,
    countEscrowedRaw: execution.countEscrowed + counts.held,
    countExported: execution.countExported,
    countExports: execution.countExports,
    countImported: imported,
    countImportedDeltas: mode === 'incremental' ? imported : 0,
    countImportedReferenceDeltas: 0,
    error:
      error === null
        ? null
        : {
            code: error.code,
            message: error.message,
            tenantActionable: categoryOf(error.code) === 'nonServiceFailure',
          },
    mode,
    counts,
    skippedByReason,
    recommendedAction: error === null ? null : adviceOf(error.code),
  };
}
