/**
 * The writes to one GoTo account, each between its stored intent and its stored result.
 *
 * Order of effects, so that a process may die between any two: what is about to be written is stored → the write →
 * its result is stored → the log entry (applyUserChanges). Upholds I03: a key has one person, and creating, which is not
 * idempotent (goto-api.md 6, item 17), is never repeated blindly.
 */
import type { Caller } from '../goto/GotoClient';
import { prepay } from '../goto/Pacing';
import type { Account, AccountAttributes } from '../model/Account';
import { ConnectorError } from '../model/ConnectorError';
import { decide, type AccountChanges, type Decision, type Policy } from '../model/decide';
import type { Desired } from '../model/Desired';
import type { Link } from '../model/Link';
import type { Reason } from '../model/Reason';
import type { LastWrite, PendingWrite } from '../store/IdentitiesTable';
import { fromLast, skip, type Changed } from './Changed';
import type { Engine } from './Engine';
import { modifiedProperties } from './modifiedProperties';

export interface Target {
  readonly cycleId: string;
  readonly sourceId: string;
  readonly attempt: number;
}

/** Nobody can say which of several accounts is the person's. */
export const ambiguous = (): ConnectorError =>
  new ConnectorError('More than one GoTo account has the address of this person. Remove all but one in GoTo.', {
    code: 'DuplicateTargetEntries',
    sent: true,
    repeatable: false,
    scope: 'object',
  });

/** Makes the account that the complete list, or a look-up, proved to be missing. */
export async function createAccount(
  engine: Engine,
  target: Target,
  desired: Desired & { kind: 'active' },
  reason: Reason,
  caller: Caller,
  policy: Policy,
): Promise<Changed> {
  const { attributes, licenseKeys } = desired;
  // The account of the token is checked before the intent is stored: a wrong one leaves no trace.
  await engine.accounts.owner(caller);
  const paid = { ...caller, pacer: await prepay(caller.pacer) };
  const applied = { ...attributes, licenseKeys };
  const link: Link = { key: '0', origin: 'created', state: 'active', applied };
  const pending: PendingWrite = {
    cycleId: target.cycleId,
    action: 'create',
    reason,
    link,
    modified: modifiedProperties({}, applied, desired.redacted),
  };
  await engine.identities.apply(target.sourceId, { pending });
  let key: string | null;
  try {
    key = await engine.accounts.create(attributes, licenseKeys, paid);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    if (error.code === 'Conflict') return adoptAfterConflict(engine, target, desired, caller, policy);
    // Refused, or never sent: nothing was made. Anything else may have been committed: the intent stays (I03).
    const isRefused = !error.sent || (error.status !== undefined && error.status < 500);
    if (isRefused) await engine.identities.apply(target.sourceId, { pending: null });
    throw error;
  }
  if (key === null) return adoptAfterConflict(engine, target, desired, caller, policy);
  return settle(engine, target, { ...link, key }, pending, null);
}

/**
 * GoTo says the address exists, in one of the forms that name no key (goto-api.md 2.6). Then it is looked up: an
 * account that is there now is managed from here on; one that is not may be waiting for a transfer.
 */
async function adoptAfterConflict(
  engine: Engine,
  target: Target,
  desired: Desired & { kind: 'active' },
  caller: Caller,
  policy: Policy,
): Promise<Changed> {
  const found = await engine.accounts.findByEmail(desired.attributes.email, caller);
  if (found.length > 1) throw ambiguous();
  const [observed] = found;
  if (observed === undefined) {
    throw new ConnectorError('GoTo reports the address as taken but shows no account yet; it is looked for again.', {
      code: 'WriteNotVisible',
      sent: true,
      repeatable: true,
      scope: 'object',
    });
  }
  await engine.identities.apply(target.sourceId, { pending: null });
  const decision = decide(desired, undefined, observed, policy);
  if (decision.action === 'skip' || decision.action === 'create') return skip(decision.reason, undefined);
  return updateAccount(engine, target, { desired, link: undefined, observed, decision }, caller, policy);
}

interface Plan {
  readonly desired: Desired;
  readonly link: Link | undefined;
  readonly observed: Account;
  readonly decision: Exclude<Decision, { action: 'create' | 'skip' }>;
}

/** Adopts, updates, disables or re-enables an account that was just read. */
export async function updateAccount(
  engine: Engine,
  target: Target,
  plan: Plan,
  caller: Caller,
  policy: Policy,
): Promise<Changed> {
  const { desired, link, observed, decision } = plan;
  const holder = await engine.state.claimKey(observed.key, target.sourceId);
  if (holder !== undefined) await takeOver(engine, target, observed.key, holder);

  const changes = observed.identityReadOnly ? onlyLicenses(decision.changes) : decision.changes;
  const isHeldBack = Object.keys(changes).length < Object.keys(decision.changes).length;
  if (isHeldBack && Object.keys(changes).length === 0 && decision.action === 'update')
    return skip('TargetIdentityReadOnly', link);

  const after: Account = { ...observed, ...changes };
  const next: Link = {
    key: observed.key,
    origin: link?.origin ?? 'adopted',
    state: desired.kind === 'active' ? 'active' : 'disabled',
    applied: appliedOf(after),
  };
  const pending: PendingWrite = {
    cycleId: target.cycleId,
    action: decision.action,
    reason: decision.reason,
    link: next,
    modified: modifiedProperties({ ...observed }, changes, desired.kind === 'active' ? desired.redacted : []),
  };
  const warning = isHeldBack
    ? 'GoTo lets only the primary account of this person change names and address.'
    : accessRemains(desired, after, policy);
  if (Object.keys(changes).length === 0) return settle(engine, target, next, pending, warning);
  await engine.accounts.owner(caller);
  const paid = { ...caller, pacer: await prepay(caller.pacer) };
  await engine.identities.apply(target.sourceId, { pending });
  try {
    await engine.accounts.update(observed.key, changes, paid);
  } catch (error) {
    const isRefused =
      error instanceof ConnectorError && (!error.sent || (error.status !== undefined && error.status < 500));
    if (isRefused) await engine.identities.apply(target.sourceId, { pending: null });
    throw error;
  }
  return settle(engine, target, next, pending, warning);
}

/**
 * The account already belongs to another person of Entra. A rehire (same address, new object) takes it over from the
 * object that left; two people who are both entitled are an error only the admin can solve.
 */
async function takeOver(engine: Engine, target: Target, key: string, holder: string): Promise<void> {
  const other = await engine.identities.get(holder);
  if (other?.desired?.kind === 'active' || other?.desired?.kind === 'leave') {
    throw new ConnectorError(
      'Another person in Entra already has this GoTo account. Give one of them another address.',
      {
        code: 'DuplicateSourceEntries',
        sent: true,
        repeatable: false,
        scope: 'object',
      },
    );
  }
  if (other?.link?.key === key) await engine.identities.apply(holder, { link: null });
  await engine.state.takeKey(key, target.sourceId);
}

/** Stores that the write happened; from here on a redelivered message only has to log it. */
export async function settle(
  engine: Engine,
  target: Target,
  link: Link,
  pending: PendingWrite,
  warning: string | null,
): Promise<Changed> {
  const holder = await engine.state.claimKey(link.key, target.sourceId);
  if (holder !== undefined) await takeOver(engine, target, link.key, holder);
  const last: LastWrite = {
    cycleId: target.cycleId,
    action: pending.action,
    reason: pending.reason,
    modified: pending.modified,
    warning,
  };
  await engine.identities.apply(target.sourceId, { link, pending: null, last });
  return fromLast(last, link);
}

const onlyLicenses = (changes: AccountChanges): AccountChanges =>
  changes.licenseKeys === undefined ? {} : { licenseKeys: changes.licenseKeys };

function appliedOf(account: Account): AccountAttributes & { readonly licenseKeys: readonly string[] } {
  const { email, firstName, lastName, locale, timeZone, licenseKeys } = account;
  return {
    email,
    firstName,
    lastName,
    ...(locale === null ? {} : { locale }),
    ...(timeZone === null ? {} : { timeZone }),
    licenseKeys,
  };
}

/** Disabled means no managed licence and, unless other products remain, a suspended account (goto-api.md 2.5; C3). */
function accessRemains(desired: Desired, after: Account, policy: Policy): string | null {
  if (desired.kind === 'active') return null;
  const others = after.licenseKeys.filter((key) => !policy.managedLicenseKeys.has(key));
  return others.length === 0
    ? null
    : `Access remains through ${others.length} licence(s) that the connector does not manage.`;
}
