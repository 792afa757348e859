import type { EntraSource } from '../entra/EntraSource';
import type { GotoAccounts } from '../goto/GotoAccounts';
import type { GotoAuthorization } from '../goto/GotoAuthorization';
import type { GotoConnection } from '../goto/GotoConnection';
import type { Pacing } from '../goto/Pacing';
import type { Clock } from '../model/Clock';
import type { DeadLetters } from '../queue/DeadLetters';
import type { MessageSender } from '../queue/MessageSender';
import type { Policy } from '../rules/Policy';
import type { SeatsLeft } from '../rules/seats';
import type { RemovalLimit } from '../rules/removalLimit';
import type { Store } from '../store/Store';
import type { Telemetry } from '../telemetry/Telemetry';

/** What a function of the engine touches stands in its signature, as a sum of these facets. */
export interface WithClock {
  readonly clock: Clock;
  readonly timing: Timing;
}
/** Tells what happens. */
export interface WithTelemetry {
  readonly telemetry: Telemetry;
}
/** Reads Entra. */
export interface WithSource {
  readonly entra: EntraSource;
}
/** Reads and writes GoTo. */
export interface WithTarget {
  readonly accounts: GotoAccounts;
  readonly pacing: Pacing;
}
/** Knows whether it may sign in to GoTo. */
export interface WithConnection {
  readonly connection: GotoConnection;
}
/** Lets an administrator of GoTo connect it. */
export interface WithAuthorization {
  readonly authorization: GotoAuthorization;
}
/** Remembers. */
export interface WithStore {
  readonly store: Store;
}
/** Sends messages. */
export interface WithQueue {
  readonly sender: MessageSender;
  readonly deadLetters: DeadLetters;
}
/** What the admin set. */
export interface WithSettings {
  readonly policy: Policy;
  readonly removalLimit: RemovalLimit;
  readonly lanes: number;
  /** Most people of one request that creates accounts. */
  readonly createBatchSize: number;
  readonly ratePerSecond: number;
  readonly logRetentionDays: number;
  /** The first cycle of a new installation only plans. */
  readonly startWithPlan: boolean;
  /** A plan is applied at most so many hours after it was made. */
  readonly planMaxAgeHours: number;
  /** From how few free seats of a licence on the admin is warned. */
  readonly seatsWarning: SeatsLeft;
  /** People sign in with Entra in place of a function key. */
  readonly signInWithEntra: boolean;
  /** Why function keys count though people should sign in. */
  readonly signInProblem: string | undefined;
  /** SYNC_SCHEDULE and FULL_SYNC_SCHEDULE, to say when a cycle comes. */
  readonly schedule: string;
  readonly fullSchedule: string;
}

/** What the engine works with; the composition root makes it once a process. */
export type Engine = WithClock &
  WithTelemetry &
  WithSource &
  WithTarget &
  WithConnection &
  WithAuthorization &
  WithStore &
  WithQueue &
  WithSettings;

/** All durations in ms; amounts in rows. */
export interface Timing {
  /** How old Graph's replicas may be: a read younger than a change by this much shows it (graph-source.md 1.3). */
  readonly graphLagMs: number;
  /** How long GoTo's reads may lag its writes (goto-api.md 2.1). */
  readonly gotoLagMs: number;
  /** How long a look at an account is good for a write, the wait for a slot included. */
  readonly lookLifeMs: number;
  /** After this long a request to GoTo is given up, and no longer committed. */
  readonly requestMs: number;
  /** How far clocks of two instances may be apart. */
  readonly skewMs: number;
  /** First and longest wait of the closer between two looks at the lanes. */
  readonly closePollMs: number;
  readonly longestPollMs: number;
  /** A message so late counts as lost and is sent again. */
  readonly overdueMs: number;
  /** First wait before GoTo is asked whether it shows what was written; doubles. */
  readonly proofDelayMs: number;
  /** First wait before a failed change is tried again; doubles. */
  readonly retryMs: number;
  /** How long a mark of somebody who is held waits. */
  readonly holdMs: number;
  /** A message of the planner works for so long, then goes on in the next one. */
  readonly sliceMs: number;
  /** Planning that has not ended after so long fails; so does applying, beyond three times what its rows need. */
  readonly planDeadlineMs: number;
  readonly applyDeadlineMs: number;
  readonly groupsPerSlice: number;
  readonly peoplePerSlice: number;
  readonly pagesPerSlice: number;
}

/** What holds in production; tests and measurements give other values. Terms: docs/protocol.md. */
export const DEFAULT_TIMING: Timing = {
  graphLagMs: 120_000,
  gotoLagMs: 60_000,
  lookLifeMs: 15_000,
  requestMs: 30_000,
  skewMs: 5_000,
  closePollMs: 5_000,
  longestPollMs: 60_000,
  overdueMs: 60_000,
  proofDelayMs: 3_000,
  retryMs: 2_000,
  holdMs: 6 * 3_600_000,
  sliceMs: 60_000,
  planDeadlineMs: 6 * 3_600_000,
  applyDeadlineMs: 2 * 3_600_000,
  groupsPerSlice: 100,
  peoplePerSlice: 1_000,
  pagesPerSlice: 50,
};
