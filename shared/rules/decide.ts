/**
 * What to do for one person: the heart of the engine, free of any I/O.
 *
 * Upholds I07 (hands off: administrators and unlinked accounts are never disabled or updated),
 * I10 (quiet: equal states give no action) and I17 (in doubt nothing is written).
 */
import { isDeclined, type Account } from '../model/Account';
import type { AccountChanges } from '../model/AccountChanges';
import type { Desired, DesiredActive } from '../model/Desired';
import type { Link } from '../model/Link';
import type { Reason } from '../model/Reason';
import { contested } from './contested';
import { differences, isSwitchedOff } from './differences';

/** What is known of the GoTo side: a row, proof that there is none, or nothing yet. */
export type Observed = Account | 'absent' | 'unknown';

export type Decision =
  | { readonly action: 'create'; readonly reason: Reason }
  | {
      readonly action: 'link' | 'update' | 'disable' | 'reenable';
      readonly reason: Reason;
      readonly changes: AccountChanges;
      /** Fields of `changes` that held what they should before somebody changed them in GoTo. */
      readonly undone?: readonly string[];
      /** As for a skip. */
      readonly left?: AccountChanges;
    }
  /** The account has been suspended long enough, and nothing else is in it. */
  | { readonly action: 'delete'; readonly reason: Reason }
  /** The linked account is proven to be gone, and nobody needs it. */
  | { readonly action: 'unlink'; readonly reason: Reason }
  | {
      readonly action: 'skip';
      readonly reason: Reason;
      /** What is left as somebody else made it, as it would be if it were ours: for the log. */
      readonly left?: AccountChanges;
    };

/** What may be taken, and what a change by hand means. */
export interface DecisionPolicy {
  /** Licences the connector gives today or once gave this person: the only ones it takes. */
  readonly managedLicenseKeys: ReadonlySet<string>;
  readonly driftPolicy: 'report' | 'repair';
  /** A disabled account is old enough to be deleted, and may be. */
  readonly isDeletionDue: boolean;
}

/**
 * @param desired what Entra says
 * @param link the tie to GoTo, if there is one
 * @param observed the GoTo row if it was read; with 'unknown' the last applied values stand in for it
 */
export function decide(desired: Desired, link: Link | undefined, observed: Observed, policy: DecisionPolicy): Decision {
  if (desired.kind === 'leave') return { action: 'skip', reason: desired.reason };
  if (typeof observed === 'object' && observed.isAdmin) return { action: 'skip', reason: 'TargetIsAdministrator' };
  return desired.kind === 'inactive'
    ? decideInactive(desired.reason, link, observed, policy)
    : decideActive(desired, link, observed, policy);
}

function decideInactive(reason: Reason, link: Link | undefined, observed: Observed, policy: DecisionPolicy): Decision {
  if (link === undefined) return { action: 'skip', reason };
  if (observed === 'absent') return { action: 'unlink', reason: 'AccountGone' };
  const held = typeof observed === 'object' ? observed.licenseKeys : link.applied.licenseKeys;
  const kept = held.filter((key) => !policy.managedLicenseKeys.has(key));
  if (link.state === 'disabled') {
    if (kept.length === held.length)
      return policy.isDeletionDue ? decideDeletion(held, observed) : { action: 'skip', reason };
    const left = { licenseKeys: kept };
    if (policy.driftPolicy === 'report') return { action: 'skip', reason: 'DriftReported', left };
    if (contested(link, left, {}).includes('licenseKeys')) return { action: 'skip', reason: 'ManagedElsewhere', left };
  }
  const undone = link.state === 'disabled' ? ['licenseKeys'] : [];
  return { action: 'disable', reason, changes: { licenseKeys: kept }, undone };
}

/** Only what is suspended and empty: other products of the person would go with the account (goto-api.md 2.8). */
function decideDeletion(held: readonly string[], observed: Observed): Decision {
  const isSuspended = typeof observed !== 'object' || observed.status === 'SUSPENDED';
  return held.length === 0 && isSuspended
    ? { action: 'delete', reason: 'DeletionDue' }
    : { action: 'skip', reason: 'AccountInUse' };
}

function decideActive(
  desired: DesiredActive,
  link: Link | undefined,
  observed: Observed,
  policy: DecisionPolicy,
): Decision {
  const isNameless = desired.attributes.firstName === '' || desired.attributes.lastName === '';
  if (observed === 'absent' || (link === undefined && observed === 'unknown')) {
    // GoTo makes no account without names; one that is there is linked and keeps the name it has.
    if (isNameless && observed === 'absent') return { action: 'skip', reason: 'MandatoryFieldsMissing' };
    if (isSwitchedOff(desired, 'create') && observed === 'absent')
      return { action: 'skip', reason: 'CreationSwitchedOff' };
    return { action: 'create', reason: link === undefined ? 'Create' : 'AccountMissing' };
  }
  // Whatever were written, the person would not get in: it is for somebody to settle (I17).
  if (
    typeof observed === 'object' &&
    isDeclined(observed) &&
    desired.licenseKeys.some((key) => observed.licenseKeys.includes(key))
  )
    return { action: 'skip', reason: 'TransferDeclined' };
  const current = typeof observed === 'object' ? observed : link?.applied;
  if (current === undefined) return { action: 'skip', reason: 'RedundantExport' };
  if (link === undefined)
    return { action: 'link', reason: 'Match', changes: differences(desired, current, policy.managedLicenseKeys) };
  if (isSwitchedOff(desired, 'update')) return { action: 'skip', reason: 'UpdatesSwitchedOff' };
  const changes = differences(desired, current, policy.managedLicenseKeys);
  if (link.state === 'disabled') return { action: 'reenable', reason: 'EntitledAgain', changes };
  if (Object.keys(changes).length === 0) return { action: 'skip', reason: 'RedundantExport' };
  const news = differences(desired, link.applied, policy.managedLicenseKeys);
  const isDrift = Object.keys(news).length === 0;
  if (isDrift && policy.driftPolicy === 'report') return { action: 'skip', reason: 'DriftReported', left: changes };
  const lost = contested(link, changes, news);
  const [ours, left] = parted(changes, lost);
  const undone = Object.keys(ours).filter((name) => !Object.hasOwn(news, name));
  if (Object.keys(ours).length === 0) return { action: 'skip', reason: 'ManagedElsewhere', left };
  return { action: 'update', reason: isDrift ? 'Drift' : 'AttributesChanged', changes: ours, undone, left };
}

/** The changes that are made, and those that are let go. */
function parted(changes: AccountChanges, lost: readonly string[]): readonly [AccountChanges, AccountChanges] {
  const all = Object.entries(changes);
  return [
    Object.fromEntries(all.filter(([name]) => !lost.includes(name))),
    Object.fromEntries(all.filter(([name]) => lost.includes(name))),
  ];
}
