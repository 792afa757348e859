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
  OutOfScopeDeletionsSkipped: 'SKIP_OUT_OF_SCOPE_DELETIONS keeps accounts of people who left the scope.',
  ImportSkipped: 'The matching attribute (mail or userPrincipalName) is empty.',
  MandatoryFieldsMissing: 'GoTo needs a first and a last name; Entra has no givenName or surname for this person.',
  InvalidValue: 'A mapped value is longer than GoTo takes.',
  RedundantExport: 'GoTo already has the wanted values.',
  Protected: 'The person is on the PROTECTED_USERS list.',
  TargetIsAdministrator: 'The GoTo account holds an admin role; the connector never writes to administrators.',
  TargetIsTokenOwner: 'The GoTo account is the one whose token the connector uses.',
  TargetIdentityReadOnly: 'GoTo lets only the primary account of this person change names and address.',
  DuplicateSourceEntries: 'Another person in Entra maps to the same e-mail address.',
  DuplicateTargetEntries: 'More than one GoTo account has this e-mail address.',
  DriftReported: 'The account was changed in GoTo by hand; DRIFT_POLICY is "report".',
  Create: 'The person is entitled and GoTo has no account with this address.',
  Match: 'A GoTo account with the same e-mail address was found and is managed from now on.',
  AttributesChanged: 'Mapped values or licences changed.',
  Drift: 'The account was changed in GoTo by hand; DRIFT_POLICY is "repair".',
  EntitledAgain: 'The person is entitled again.',
  AccountMissing: 'The linked GoTo account is gone; it is made anew.',
} as const;

export type Reason = keyof typeof REASONS;
