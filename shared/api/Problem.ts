import { ConnectorError } from '../model/ConnectorError';
import { adviceOf } from '../model/ErrorCode';
import { UnreadableRow } from '../store/readJson';

/** RFC 9457 problem JSON: a stable code and a sentence that says what to do; never a stack or a secret. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    /** Stable, for scripts. */
    readonly code: string,
    /** What to do next, for people. */
    detail: string,
    readonly extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
    this.name = 'Problem';
  }
}

/** Anything thrown, as an answer: a service that failed and a row of another release are named, with what to do; everything else is our own fault. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof ConnectorError) return new Problem(503, error.code, `${error.message} ${adviceOf(error.code)}`);
  if (error instanceof UnreadableRow)
    return new Problem(503, 'UnreadableRow', `${error.message} ${adviceOf('UnreadableRow')}`);
  return new Problem(
    500,
    'InternalError',
    'The request failed inside the connector. Look up the invocation id in Application Insights.',
  );
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  409: 'Conflict',
  413: 'Content too large',
  500: 'Internal error',
  503: 'Not ready',
};

export const problemBody = (problem: Problem, invocationId: string) => ({
  type: 'about:blank',
  title: TITLES[problem.status] ?? 'Error',
  status: problem.status,
  code: problem.code,
  detail: problem.message,
  invocationId,
  ...problem.extra,
});
