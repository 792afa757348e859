import { ConnectorError } from '../../model/ConnectorError';
import { adviceOf } from '../../model/ErrorCode';
import { messageOf } from '../../telemetry/Telemetry';

/** What is looked at when the connection is tested, one line each. */
export const CHECKS = [
  'entraToken',
  'entraApp',
  'entraRoles',
  'entraAssignments',
  'entraUsers',
  'entraGroupMembers',
  'gotoToken',
  'gotoScope',
  'gotoAccount',
  'gotoRole',
  'gotoLicenses',
  'gotoClock',
  'gotoRate',
  'storage',
  'serviceBus',
  'keyVault',
  'signIn',
] as const;
export type Check = (typeof CHECKS)[number];

export interface ConnectionLine {
  readonly check: Check;
  readonly status: 'ok' | 'warning' | 'failed';
  /** What was found, and what to do unless it is ok. */
  readonly message: string;
}

export const line = (check: Check, status: ConnectionLine['status'], message: string): ConnectionLine => ({
  check,
  status,
  message,
});

/** Checks that make no sense without the one that failed. */
export const notTried = (checks: readonly Check[], because: Check): ConnectionLine[] =>
  checks.map((check) => line(check, 'failed', `Not tried, because ${because} failed: mend that first.`));

/** A sentence that begins so is advice already. */
const ADVICE = /(^|[.;] )(Check|Give|Set|Correct|Deploy)\b/;
/** Whoever tests is there to mend it: that a cycle would try again is no answer. */
const NO_ANSWER = 'Check the endpoint settings, and the network, proxy or firewall in between.';

/** What failed, and what to do, once. */
export function sentencesOf(error: unknown): string {
  const text = messageOf(error).replace(/([^.!?])$/, '$1.');
  if (!(error instanceof ConnectorError) || ADVICE.test(text)) return text;
  const isUnanswered = error.code === 'Timeout' || error.code === 'WebExceptionProtocolError';
  return `${text} ${isUnanswered ? NO_ANSWER : adviceOf(error.code)}`;
}
