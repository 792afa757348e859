import type { ErrorCode } from './ErrorCode';

export type { ErrorCode } from './ErrorCode';

/**
 * The one error type of the adapters. Its fields, not its class or text, decide what happens next
 * (`shared/sync/apply/outcomeOf.ts`).
 */
export interface ConnectorErrorFields {
  /** Stable code; `ERROR_CODES` says what to do about it. */
  readonly code: ErrorCode;
  /** HTTP status, when there was an answer. */
  readonly status?: number | undefined;
  /** A wait the other side demanded, in ms: 0 … LONGEST_DEMANDED_WAIT_MS. */
  readonly retryAfterMs?: number | undefined;
  /** False only when it is certain that the request never left. */
  readonly sent: boolean;
  /**
   * True when the other side answered that it did not do what was asked (a 4xx): a write certainly did not happen.
   * False when nothing is known, as after a time-out, a 5xx or a redirect, and when nothing was sent.
   */
  readonly refused?: boolean | undefined;
  /** True when trying again later can help. */
  readonly repeatable: boolean;
  /** `object`: this person only. `job`: everything that uses this connection. */
  readonly scope: 'object' | 'job';
  /** What was thrown below, for a debugger; never logged as it is. */
  readonly cause?: unknown;
}

/** A fault at the edge of the connector, told so that the engine need not know which edge. */
export class ConnectorError extends Error implements ConnectorErrorFields {
  readonly code: ErrorCode;
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly sent: boolean;
  readonly refused: boolean;
  readonly repeatable: boolean;
  readonly scope: 'object' | 'job';

  /** @param message what went wrong and what to do next; no secret, no mail address (I18) */
  constructor(message: string, fields: ConnectorErrorFields) {
    super(message, { cause: fields.cause });
    this.name = 'ConnectorError';
    this.code = fields.code;
    this.status = fields.status;
    this.retryAfterMs = fields.retryAfterMs;
    this.sent = fields.sent;
    this.refused = fields.refused ?? false;
    this.repeatable = fields.repeatable;
    this.scope = fields.scope;
  }

  /** The same fault, met on the way to a request that has not left: while getting its token, or proving its account. */
  notSent(): ConnectorError {
    const { code, message, repeatable, retryAfterMs, scope, status } = this;
    return new ConnectorError(message, {
      code,
      status,
      retryAfterMs,
      sent: false,
      refused: false,
      repeatable,
      scope,
      cause: this,
    });
  }
}
