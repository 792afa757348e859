/**
 * What to do for one person: the heart of the engine, free of any I/O.
 *
 * Upholds I07 (hands off: administrators and unlinked accounts are never disabled or updated),
 * I10 (quiet: equal states give no action) and I17 (in doubt nothing is written).
 */
import type { Account, AccountAttributes } from './Account';
import { emailKey } from './Account';
import type { Desired } from './Desired';
import type { Link } from './Link';
import type { Reason } from './Reason';

const ATTRIBUTE_NAMES = ['email', 'firstName', 'lastName', 'locale', 'timeZone'] as const;

/** What is known of the GoTo side: a row, proof that there is none, or nothing yet. */
export type Observed = Account | 'absent' | 'unknown';

/** Fields to send in one PUT; `licenseKeys` is always the complete list (goto-api.md 6, item 6). */
export interface AccountChanges {
  readonly email?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly locale?: string;
  readonly timeZone?: string;
  readonly licenseKeys?: readonly string[];
}

export type Decision =
  | { readonly action: 'create'; readonly reason: Reason }
  | {
      readonly action: 'link' | 'update' | 'disable' | 'reenable';
      readonly reason: Reason;
      readonly changes: AccountChanges;
    }
  | { readonly action: 'skip'; readonly reason: Reason };

export interface Policy {
  /** Licences that some rule of ROLE_ENTITLEMENTS gives: the only ones the connector adds or removes. */
  readonly managedLicenseKeys: ReadonlySet<string>;
  readonly driftPolicy: 'report' | 'repair';
}

/**
 * @param desired what Entra says
 * @param link the tie to GoTo, if there is one
 * @param observed the GoTo row if it was read; with 'unknown' the last applied values stand in for it
 */
export function decide(desired: Desired, link: Link | undefined, observed: Observed, policy: Policy): Decision {
  if (desired.kind === 'leave') return { action: 'skip', reason: desired.reason };
  if (typeof observed === 'object' && observed.isAdmin) return { action: 'skip', reason: 'TargetIsAdministrator' };
  return desired.kind === 'inactive'
    ? decideInactive(desired.reason, link, observed, policy)
    : decideActive(desired, link, observed, policy);
}

function decideInactive(reason: Reason, link: Link | undefined, observed: Observed, policy: Policy): Decision {
  if (link === undefined || observed === 'absent') return { action: 'skip', reason };
  const held = typeof observed === 'object' ? observed.licenseKeys : link.applied.licenseKeys;
  const kept = held.filter((key) => !policy.managedLicenseKeys.has(key));
  if (link.state === 'disabled') {
    if (kept.length === held.length) return { action: 'skip', reason };
    if (policy.driftPolicy === 'report') return { action: 'skip', reason: 'DriftReported' };
  }
  return { action: 'disable', reason, changes: { licenseKeys: kept } };
}

function decideActive(
  desired: Desired & { kind: 'active' },
  link: Link | undefined,
  observed: Observed,
  policy: Policy,
): Decision {
  const isNew = observed === 'absent' || link === undefined;
  if (isNew && (desired.attributes.firstName === '' || desired.attributes.lastName === '')) {
    return { action: 'skip', reason: 'MandatoryFieldsMissing' };
  }
  if (observed === 'absent') {
    if (isOff(desired, 'create')) return { action: 'skip', reason: 'CreationSwitchedOff' };
    return { action: 'create', reason: link === undefined ? 'Create' : 'AccountMissing' };
  }
  if (link === undefined) {
    if (observed === 'unknown') return { action: 'create', reason: 'Create' };
    return { action: 'link', reason: 'Match', changes: differences(desired, observed, policy) };
  }
  if (isOff(desired, 'update')) return { action: 'skip', reason: 'UpdatesSwitchedOff' };
  const current = typeof observed === 'object' ? observed : link.applied;
  const changes = differences(desired, current, policy);
  if (link.state === 'disabled') return { action: 'reenable', reason: 'EntitledAgain', changes };
  if (Object.keys(changes).length === 0) return { action: 'skip', reason: 'RedundantExport' };
  const isDrift = Object.keys(differences(desired, link.applied, policy)).length === 0;
  if (isDrift && policy.driftPolicy === 'report') return { action: 'skip', reason: 'DriftReported' };
  return { action: 'update', reason: isDrift ? 'Drift' : 'AttributesChanged', changes };
}

const isOff = (desired: Desired & { kind: 'active' }, action: 'create' | 'update'): boolean =>
  desired.switchedOff?.includes(action) ?? false;

/** Only what differs and the mapping writes into an account that is there: GoTo's PUT is partial (goto-api.md 2.7). */
export function differences(
  desired: Desired & { kind: 'active' },
  current: {
    readonly email: string;
    readonly firstName: string;
    readonly lastName: string;
    readonly locale?: string | null | undefined;
    readonly timeZone?: string | null | undefined;
    readonly licenseKeys: readonly string[];
  },
  policy: Pick<Policy, 'managedLicenseKeys'>,
): AccountChanges {
  if (isOff(desired, 'update')) return {};
  const { attributes, flows = {} } = desired;
  const changed: { -readonly [K in keyof AccountAttributes]?: string } = {};
  for (const name of ATTRIBUTE_NAMES) {
    const [wanted, present = null] = [attributes[name], current[name]];
    if (wanted === undefined || flows[name] === 'creation') continue;
    if (flows[name] === 'ifEmpty' && present !== null && present !== '') continue;
    const isSame = name === 'email' ? emailKey(wanted) === emailKey(present ?? '') : wanted === present;
    if (!isSame) changed[name] = wanted;
  }
  const licenseKeys = licensesAfter(desired.licenseKeys, current.licenseKeys, policy.managedLicenseKeys);
  return { ...changed, ...(sameKeys(licenseKeys, current.licenseKeys) ? {} : { licenseKeys }) };
}

/** The complete wanted list: what we do not manage stays, what we manage is exactly what is wanted. */
export function licensesAfter(
  wanted: readonly string[],
  current: readonly string[],
  managed: ReadonlySet<string>,
): readonly string[] {
  const kept = current.filter((key) => !managed.has(key) || wanted.includes(key));
  return [...kept, ...wanted.filter((key) => !kept.includes(key))];
}

const sameKeys = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((key) => b.includes(key));
