/**
 * The one error type of the adapters. Its fields, not its class or text, decide what happens next
 * (`shared/sync/outcomeOf.ts`).
 */
export interface ConnectorErrorFields {
  /** Stable code, Entra's where Entra has one (entra-provisioning.md 1.13). */
  readonly code: ErrorCode;
  /** HTTP status, when there was an answer. */
  readonly status?: number | undefined;
  /** A wait the other side demanded, in ms. */
  readonly retryAfterMs?: number | undefined;
  /** False only when it is certain that the request never left. */
  readonly sent: boolean;
  /** True when trying again later can help. */
  readonly repeatable: boolean;
  /** `object`: this person only. `job`: everything that uses this connection. */
  readonly scope: 'object' | 'job';
  readonly cause?: unknown;
}

export type ErrorCode =
  | 'TooManyRequests'
  | 'InternalServerError'
  | 'Timeout'
  | 'WebExceptionProtocolError'
  | 'Unauthorized'
  | 'InsufficientRights'
  | 'Conflict'
  | 'NotFound'
  | 'UnprocessableEntity'
  | 'LicenseLimitExceeded'
  | 'InvalidAnchor'
  | 'DuplicateTargetEntries'
  | 'DuplicateSourceEntries'
  | 'MandatoryFieldsMissing'
  | 'IncompleteRead'
  | 'ResyncRequired'
  | 'PendingTransferOrConflict'
  | 'WriteNotVisible'
  | 'AccessRemains'
  | 'ConfigurationInvalid'
  | 'ServiceIncompatible';

export class ConnectorError extends Error implements ConnectorErrorFields {
  readonly code: ErrorCode;
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly sent: boolean;
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
    this.repeatable = fields.repeatable;
    this.scope = fields.scope;
  }
}
