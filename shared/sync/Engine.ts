import type { EntraSource } from '../entra/EntraSource';
import type { GotoAccounts } from '../goto/GotoAccounts';
import type { Pacing } from '../goto/Pacing';
import type { EntitlementRule } from '../mapping/Entitlements';
import type { Mapping } from '../mapping/Mapping';
import type { Clock } from '../model/Clock';
import type { ChangeQueue } from '../queue/ChangeQueue';
import type { CyclesTable } from '../store/CyclesTable';
import type { IdentitiesTable } from '../store/IdentitiesTable';
import type { GroupsTable } from '../store/GroupsTable';
import type { LogTable } from '../store/LogTable';
import type { SchemasTable } from '../store/SchemasTable';
import type { StateTable } from '../store/StateTable';
import type { Telemetry } from '../telemetry/Telemetry';

/** What the engine works with; the composition root makes it once a process. */
export interface Engine {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly entra: EntraSource;
  readonly accounts: GotoAccounts;
  readonly pacing: Pacing;
  readonly queue: ChangeQueue;
  readonly cycles: CyclesTable;
  readonly identities: IdentitiesTable;
  readonly groups: GroupsTable;
  readonly log: LogTable;
  readonly state: StateTable;
  readonly schemas: SchemasTable;
  /** Of the cycle at work: see withMapping. */
  readonly mapping: Mapping;
  readonly policy: EnginePolicy;
  readonly timing: EngineTiming;
}

export interface EnginePolicy {
  readonly roleEntitlements: Readonly<Record<string, EntitlementRule>>;
  readonly provisionDefaultAccess: boolean;
  readonly skipOutOfScopeDeletions: boolean;
  readonly driftPolicy: 'report' | 'repair';
  /** Ids, user principal names or mail addresses, compared in lower case. */
  readonly protectedUsers: readonly string[];
}

/** All durations in ms; amounts in rows. */
export interface EngineTiming {
  /** Two reads that agree on an absence must lie this far apart: Graph's replicas lag 30–60 s (graph-source.md 1.3). */
  readonly absenceConfirmationMs: number;
  /** How often the closer looks whether all lanes are done. */
  readonly closePollMs: number;
  /** No progress for so long and what is still queued is sent again. */
  readonly resendAfterMs: number;
  /** GoTo's reads lag its writes; the closing list waits, and is read again, this long (goto-api.md 2.1). */
  readonly verifyDelayMs: number;
  /** A cycle without a sign of life for so long is taken up again by the timer. */
  readonly resumeAfterMs: number;
  /** First wait before a failed change is tried again; doubles. */
  readonly retryMs: number;
  /** First wait of a person whose change failed for good in one cycle; doubles up to a day (brief.md G3). Below the default interval of cycles. */
  readonly escrowMs: number;
  /** Groups read in one slice of the planner. */
  readonly groupsPerSlice: number;
  /** People looked up or evaluated in one slice. */
  readonly peoplePerSlice: number;
  /** Delta pages read in one slice. */
  readonly deltaPagesPerSlice: number;
}

export const DEFAULT_TIMING: EngineTiming = {
  absenceConfirmationMs: 60_000,
  closePollMs: 2_000,
  resendAfterMs: 60_000,
  verifyDelayMs: 5_000,
  resumeAfterMs: 10 * 60_000,
  retryMs: 2_000,
  escrowMs: 4 * 60_000,
  groupsPerSlice: 100,
  peoplePerSlice: 5_000,
  deltaPagesPerSlice: 200,
};
