/** Whose fault an error is, in the words of Graph's provisioning log (entra-provisioning.md 1.13). */
export type ErrorCategory =
  /** A service failed or a limit was met: it may pass by itself. */
  | 'failure'
  /** Somebody has to change a value, a right or a setting. */
  | 'nonServiceFailure';

interface ErrorCodeFacts {
  /** What to do next, in one sentence. */
  readonly advice: string;
  readonly category: ErrorCategory;
}

/**
 * Every error code, with what to do about it, whichever service the message names: Entra's codes where Entra has one (entra-provisioning.md 1.13).
 * Codes stand in stored rows, so the table only ever grows; readers meet unknown ones with `adviceOf`.
 */
export const ERROR_CODES = {
  TooManyRequests: { advice: 'Nothing to do: it is tried again when the service allows.', category: 'failure' },
  InternalServerError: {
    advice: 'Nothing to do: it is tried again. If it stays, ask the support of the service that the message names.',
    category: 'failure',
  },
  Timeout: { advice: 'Nothing to do: it is looked for and tried again.', category: 'failure' },
  WebExceptionProtocolError: {
    advice: 'Nothing to do: it is tried again. If it stays, look for a proxy between the connector and the service.',
    category: 'failure',
  },
  Redirected: {
    advice: 'Check the endpoint settings: the service has moved, or a proxy answers in its place.',
    category: 'nonServiceFailure',
  },
  Unauthorized: {
    advice:
      'Check the GoTo token and its owner’s role; where the message names Microsoft Graph, the managed identity and its permissions.',
    category: 'nonServiceFailure',
  },
  InsufficientRights: {
    advice:
      'Give the token’s owner the right to manage users; where the message names Microsoft Graph, give the managed identity its permissions.',
    category: 'nonServiceFailure',
  },
  AccountUnavailable: {
    advice: 'Look at this account in GoTo: the token may change others, but not this one; an administrator’s is one.',
    category: 'nonServiceFailure',
  },
  Conflict: { advice: 'Look for another account with this address in GoTo.', category: 'nonServiceFailure' },
  NotFound: { advice: 'Nothing to do: the next full synchronization looks again.', category: 'nonServiceFailure' },
  UnprocessableEntity: {
    advice: 'Correct the person’s values in Entra; GoTo refused them.',
    category: 'nonServiceFailure',
  },
  LicenseLimitExceeded: { advice: 'Free or buy a GoTo licence.', category: 'nonServiceFailure' },
  InvalidAnchor: {
    advice: 'Start a full synchronization; it proves that the account is gone and makes a new one.',
    category: 'nonServiceFailure',
  },
  DuplicateTargetEntries: {
    advice: 'Keep one GoTo account with this address and remove the others.',
    category: 'nonServiceFailure',
  },
  DuplicateSourceEntries: { advice: 'Give one of the two people another address.', category: 'nonServiceFailure' },
  MandatoryFieldsMissing: {
    advice: 'Fill in the attribute in Entra that the message names.',
    category: 'nonServiceFailure',
  },
  ExpressionFailed: {
    advice: 'Correct the expression of the mapping, or the attribute it reads. POST …/schema/parseExpression tries it.',
    category: 'nonServiceFailure',
  },
  IncompleteRead: { advice: 'Nothing to do: the list is read again in the next cycle.', category: 'failure' },
  ResyncRequired: { advice: 'Nothing to do: a full read follows by itself.', category: 'failure' },
  PendingTransferOrConflict: {
    advice: 'Ask the person to accept GoTo’s transfer invitation.',
    category: 'nonServiceFailure',
  },
  PendingTransfer: {
    advice:
      'Ask the person to accept GoTo’s invitation to transfer from another account; the new account is looked for and never requested again.',
    category: 'nonServiceFailure',
  },
  WriteNotVisible: { advice: 'Nothing to do: it is looked for again.', category: 'failure' },
  AccessRemains: {
    advice: 'Remove the other licences in GoTo if the person must lose all access.',
    category: 'nonServiceFailure',
  },
  ConfigurationInvalid: { advice: 'Correct the setting that the message names.', category: 'nonServiceFailure' },
  ServiceIncompatible: {
    advice: 'Look for a newer release of the connector: a service answers in a way that this one does not know.',
    category: 'failure',
  },
  InternalError: {
    advice: 'Look up the invocation id in the logs and report it; the person is tried again later.',
    category: 'failure',
  },
  UnreadableRow: {
    advice: 'Install the newest release that ever ran here: a stored row could not be read.',
    category: 'failure',
  },
  PlanTaken: { advice: 'Make a new plan: POST …/sync with "dryRun": true.', category: 'nonServiceFailure' },
  PlanEntryRefused: {
    advice: 'Make a new plan, or leave it to the next cycle.',
    category: 'nonServiceFailure',
  },
  HeldByRevert: {
    advice: 'POST …/users/{id}/release when the person may be changed again.',
    category: 'nonServiceFailure',
  },
  AwaitingApproval: {
    advice: 'Look at the plan of the cycle, and approve or reject it.',
    category: 'nonServiceFailure',
  },
  GroupUnavailable: {
    advice: 'Look for the log entry of the user group; the person is moved when GoTo has it.',
    category: 'failure',
  },
  CycleDeadline: {
    advice: 'Nothing to do: what was not reached is done by the next cycle. If it stays, look for what slows GoTo.',
    category: 'failure',
  },
  JobPaused: {
    advice: 'POST …/start when provisioning may go on: whoever was not reached is looked at first.',
    category: 'nonServiceFailure',
  },
  JobQuarantined: {
    advice: 'Mend what GET …/jobs/gotomeeting names under quarantine; POST …/start tries at once.',
    category: 'failure',
  },
  TargetFailing: {
    advice:
      'Look at GoTo’s status page, and whether the token’s owner may still manage users; it is tried again by itself.',
    category: 'failure',
  },
  JobRestarted: {
    advice: 'Nothing to do: the next cycle begins at once, by what the restart left.',
    category: 'nonServiceFailure',
  },
  KeyVaultRefused: {
    advice:
      'Give the managed identity the role Key Vault Secrets Officer; a new role assignment can take minutes to count.',
    category: 'nonServiceFailure',
  },
  StorageUnreachable: {
    advice: 'Check the storage account: its firewall, and the managed identity’s role Storage Table Data Contributor.',
    category: 'failure',
  },
  QueueUnreachable: {
    advice: 'Check the Service Bus namespace: its firewall, and the managed identity’s roles to send and receive.',
    category: 'failure',
  },
} as const satisfies Readonly<Record<string, ErrorCodeFacts>>;

export type ErrorCode = keyof typeof ERROR_CODES;

const factsOf = (code: string): ErrorCodeFacts | undefined =>
  Object.hasOwn(ERROR_CODES, code) ? ERROR_CODES[code as ErrorCode] : undefined;

/** @param code as stored, perhaps by another release; @returns what to do next, in one sentence */
export const adviceOf = (code: string): string => factsOf(code)?.advice ?? 'See the message.';

/** @param code as stored, perhaps by another release; an unknown one counts as a failure */
export const categoryOf = (code: string): ErrorCategory => factsOf(code)?.category ?? 'failure';
