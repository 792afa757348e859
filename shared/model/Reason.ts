import { tolerant } from './tolerant';

/** Why somebody is not, or no longer, provisioned. Entra's codes where Entra has one (entra-provisioning.md 1.13). */
export const REASONS = {
  NotEffectivelyEntitled:
    'The person is not assigned to the enterprise application, or only with a role that gives no entitlement.',
  RoleWithoutEntitlement: 'ROLE_ENTITLEMENTS has no rule for any app role this person holds.',
  SignInBlocked: 'Sign-in of the person is blocked in Entra (accountEnabled is false).',
  SoftDeleted: 'The person is in the recycle bin of Entra.',
  HardDeleted: 'The person was deleted from Entra for good.',
  Unassigned: 'The person lost the last assignment that gave access.',
  AbsenceUnconfirmed: 'The assignment was missing in one read; it counts only when a second read agrees.',
  ListUncertified:
    'Entra’s list of assignments contradicts itself, so it takes access from nobody; it is read again in each cycle.',
  RoleRenamed:
    'A role of the person has no rule, and a rule of ROLE_ENTITLEMENTS names no role: it was perhaps renamed, so nothing is taken.',
  OutOfScopeDeletionsSkipped: 'SKIP_OUT_OF_SCOPE_DELETIONS keeps accounts of people who left the scope.',
  ImportSkipped: 'The matching attribute (the mapped e-mail address) is empty.',
  MandatoryFieldsMissing: 'GoTo needs a first and a last name; the mapping gives none for this person.',
  InvalidValue: 'A mapped value is longer than GoTo takes, or no e-mail address.',
  OutOfScope: 'A scoping filter of the mapping leaves the person out.',
  InactiveByMapping: 'The mapping of "active" says False for the person.',
  InputFiltered: 'An input or category filter leaves the person out; the account stays as it is.',
  DeprovisioningNotMapped: 'The mapping gives "active" no False for people who leave, so the account stays as it is.',
  IgnoredByMapping: 'The mapping takes the person out of the flow (IgnoreObjectFlow).',
  ExpressionFailed: 'An expression of the mapping fails for the person; nothing is written.',
  CreationSwitchedOff: 'The mapping has the Create action switched off (flowTypes).',
  UpdatesSwitchedOff: 'The mapping has the Update action switched off (flowTypes).',
  DeletionSwitchedOff: 'The mapping has the Delete action switched off (flowTypes).',
  RedundantExport: 'GoTo already has the wanted values.',
  Protected: 'The person is on the PROTECTED_USERS list.',
  TargetIsAdministrator: 'The GoTo account holds an admin role; the connector never writes to administrators.',
  TargetIsTokenOwner: 'The GoTo account is the one whose token the connector uses.',
  TargetIdentityReadOnly: 'GoTo lets only the primary account of this person change names and address.',
  DuplicateSourceEntries: 'Another person in Entra maps to the same e-mail address.',
  DuplicateTargetEntries: 'More than one GoTo account has this e-mail address.',
  DriftReported: 'The account was changed in GoTo by hand; DRIFT_POLICY is "report".',
  ManagedElsewhere:
    'Another system manages this account: what the connector wrote was changed back twice, so it stops writing that.',
  Create: 'The person is entitled and GoTo has no account with this address.',
  Match: 'A GoTo account with the same e-mail address was found and is managed from now on.',
  AttributesChanged: 'Mapped values or licences changed.',
  Drift: 'The account was changed in GoTo by hand; DRIFT_POLICY is "repair".',
  EntitledAgain: 'The person is entitled again.',
  AccountMissing: 'The linked GoTo account is gone; it is made anew.',
  AccountGone: 'The linked GoTo account is gone, and nobody needs it: the link is ended.',
  AccountTakenOver: 'The GoTo account belongs to another person of Entra now; there is nothing left to take away.',
  AddressSwap: 'Two people exchange their addresses: one account goes by a temporary address for a moment.',
  RecoverWrite: 'A write was begun and its end is not known: it is looked for, then the person is decided anew.',
  AbsenceDoubted: 'A look at the person contradicts the list: access is left as it is and looked at again.',
  RemovalNotPlanned: 'The account would lose its access, which this plan does not name; the next cycle plans it.',
  Held: 'Not tried: the cycle was stopped. It is tried again in the next one.',
  Undone: 'An admin undoes what a cycle did: the account gets back what it had before.',
  NothingToUndo: 'The cycle wrote nothing into the account.',
  ChangedSince: 'The account, or the person’s place in it, was changed since: it is left as it is.',
  HeldByRevert: 'What a cycle did for the person was undone: nothing is changed until somebody releases the person.',
  PlanEntryRefused: 'What the plan intends for the person no longer holds; nothing was changed.',
  RemovalRejected: 'An admin rejected the removal: the person keeps access until wanted again, or released.',
  CameBack: 'The removal was approved, and was no longer to be made.',
  Superseded: 'Younger facts were applied to the person meanwhile.',
  UnreadableRow: 'A stored row of the person cannot be read by this release.',
  InternalError: 'An unexpected fault inside the connector kept the person from being judged; it is tried again.',
  Unknown: 'A reason that this release does not know.',
} as const;

export type Reason = keyof typeof REASONS;

export const reasonSchema = tolerant(Object.keys(REASONS) as [Reason, ...Reason[]], 'Unknown');
