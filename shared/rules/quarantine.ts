/**
 * When the job is taken out of work because GoTo fails, and how often it is tried again (entra-provisioning.md 1.9). Entra's
 * thresholds begin at 5,000 failures; these suit a company of five, too: docs/operations.md, "Quarantine".
 */
import type { Tally } from '../model/Cycle';
import type { ErrorCode } from '../model/ErrorCode';

/** Fewer people may each have a trouble of their own. */
const LEAST_PEOPLE = 3;
/** More than this share of those whom GoTo has answered, or failed, for the first time. */
const SHARE = 0.5;

const MINUTE_MS = 60_000;
/** Shorter than the timer's five minutes, so that its next tick is an attempt. */
const SHORTEST_WAIT_MS = 4 * MINUTE_MS;
const LONGEST_WAIT_MS = 24 * 60 * MINUTE_MS;
/** What lasts three hours is found over at most 45 minutes late. */
const WAIT_SHARE = 0.25;
/** After so long the job is disabled, as in Entra: nobody has cared for four weeks. */
export const QUARANTINE_MAX_MS = 28 * 24 * 60 * MINUTE_MS;

/** GoTo, or our way in, is at fault, and not what is asked for. */
const TARGET_FAULTS: ReadonlySet<string> = new Set<ErrorCode>([
  'InternalServerError',
  'Timeout',
  'WebExceptionProtocolError',
  'Redirected',
  'Unauthorized',
  'InsufficientRights',
  'AccountUnavailable',
  'ServiceIncompatible',
]);

/** @param code as stored, perhaps by another release */
export const isTargetFault = (code: string | null): boolean => code !== null && TARGET_FAULTS.has(code);

type Health = Tally['target'];

/** Whether most of what is asked of GoTo fails. Who failed before does not count: a few people's own trouble is no reason. */
export const isFailing = ({ faults, answered }: Health): boolean =>
  faults >= LEAST_PEOPLE && faults > SHARE * (faults + answered);

/** Whether the few people of an attempt prove that GoTo still fails: all who were tried did. */
export const hasFailedAgain = ({ faults, repeated, answered }: Health): boolean =>
  faults + repeated > 0 && answered === 0;

/** @param lastedMs so long the quarantine has lasted. @returns the wait for the next attempt, in ms: a quarter of that, four minutes to a day */
export const quarantineWait = (lastedMs: number): number =>
  Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, lastedMs * WAIT_SHARE));
