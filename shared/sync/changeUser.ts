/**
 * Brings one GoTo account to the state Entra wants, whatever message asked for it (level-triggered).
 *
 * Order of effects, so that a process may die between any two: what is about to be written is stored → the write →
 * its result is stored → the log entry (applyUserChanges). A stored intent without result is verified, never repeated
 * blindly: creating is not idempotent (goto-api.md 6, item 17). Upholds I03, I07, I09, I12.
 */
import type { Caller } from '../goto/GotoClient';
import { prepay } from '../goto/Pacing';
import { emailKey, type Account, type AccountAttributes } from '../model/Account';
import { ConnectorError } from '../model/ConnectorError';
import { decide, type AccountChanges, type Decision, type Observed, type Policy } from '../model/decide';
import type { Desired } from '../model/Desired';
import type { Link } from '../model/Link';
import type { Reason } from '../model/Reason';
import type { Identity, LastWrite, ModifiedProperty, PendingWrite } from '../store/IdentitiesTable';
import type { Engine } from './Engine';
import { effectiveLink } from './effectiveLink';
import { modifiedProperties } from './modifiedProperties';

export interface Changed {
  readonly action: 'create' | 'link' | 'update' | 'disable' | 'reenable' | 'skip';
  readonly reason: Reason;
  readonly targetKey: string | null;
  readonly modified: readonly ModifiedProperty[];
  /** Something the admin should know though the change was made. */
  readonly warning: string | null;
}

export interface Target {
  readonly cycleId: string;
  readonly sourceId: string;
  readonly attempt: number;
}

/**
 * Tries to see a write that may have happened, before it counts as not done: 2, 4, 8, 16 s for a create
 * (goto-api.md 2.1). Repeating an update by mistake does no harm, so it waits less.
 */
const VISIBILITY_ATTEMPTS = { create: 4, other: 2 } as const;

/** @throws ConnectorError */
export async function changeUser(engine: Engine, target: Target, caller: Caller): Promise<Changed> {
  const identity = await engine.identities.get(target.sourceId);
  if (identity?.desired === undefined) return skip('NotEffectivelyEntitled', null);
  if (identity.last?.cycleId === target.cycleId) return fromLast(identity.last, identity.link);

  const { desired } = identity;
  if (desired.kind === 'leave') return skip(desired.reason, identity.link);
  if (desired.kind === 'inactive' && identity.link === undefined && identity.pending === undefined)
    return skip(desired.reason, null);

  const policy = policyOf(engine);
  const observed = await observe(engine, target, identity, caller);
  const recovered = await recover(engine, target, identity, observed, policy);
  if (recovered !== undefined) return recovered;

  const link = effectiveLink(identity.link, observed);
  const decision = decide(desired, link, observed, policy);
  if (decision.action === 'skip') {
    if (identity.pending !== undefined) await engine.identities.apply(target.sourceId, { pending: null });
    return skip(decision.reason, link);
  }
  if (typeof observed === 'object') {
    const owner = await engine.accounts.owner(caller);
    if (observed.key === owner.key || emailKey(observed.email) === owner.email) return skip('TargetIsTokenOwner', link);
  }
  if (decision.action === 'create')
    return create(engine, target, desired as Desired & { kind: 'active' }, decision.reason, caller, policy);
  if (observed === 'absent' || observed === 'unknown') return skip(decision.reason, link);
  return update(engine, target, { desired, link, observed, decision }, caller, policy);
}

/** The row listed in this cycle, or a fresh read: nobody is written to without a look first (I07: roles change). */
async function observe(engine: Engine, target: Target, identity: Identity, caller: Caller): Promise<Observed> {
  if (
    identity.pending === undefined &&
    identity.observedIn === target.cycleId &&
    identity.observed !== undefined &&
    target.attempt === 0
  ) {
    if (identity.observed === 'ambiguous') throw ambiguous();
    return identity.observed;
  }
  if (identity.link !== undefined) {
    try {
      return await engine.accounts.get(identity.link.key, caller);
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.code !== 'NotFound') throw error;
      // A 404 proves nothing (goto-api.md 2.11): the complete list of the next full cycle does.
      if (!(identity.observedIn === target.cycleId && identity.observed === 'absent')) {
        throw new ConnectorError(
          'The linked GoTo account is not there. The next full cycle proves it and makes a new one.',
          {
            code: 'InvalidAnchor',
            status: 404,
            sent: true,
            repeatable: false,
            scope: 'object',
            cause: error,
          },
        );
      }
      return 'absent';
    }
  }
  const email = emailOf(identity);
  if (email === undefined) return 'unknown';
  const found = await engine.accounts.findByEmail(email, caller);
  if (found.length > 1) throw ambiguous();
  return found[0] ?? 'absent';
}

const ambiguous = (): ConnectorError =>
  new ConnectorError('More than one GoTo account has the address of this person. Remove all but one in GoTo.', {
    code: 'DuplicateTargetEntries',
    sent: true,
    repeatable: false,
    scope: 'object',
  });

function emailOf(identity: Identity): string | undefined {
  if (identity.pending?.link !== null && identity.pending !== undefined) return identity.pending.link.applied.email;
  return identity.desired?.kind === 'active' ? identity.desired.attributes.email : undefined;
}

/**
 * An intent without result: did the write happen? @returns what it did, or undefined when it did not and may be done
 * @throws ConnectorError WriteNotVisible while it is too early to say
 */
async function recover(
  engine: Engine,
  target: Target,
  identity: Identity,
  observed: Observed,
  policy: Policy,
): Promise<Changed | undefined> {
  const { pending } = identity;
  if (pending === undefined) return undefined;
  engine.telemetry.info('change.repeated', {
    cycleId: target.cycleId,
    sourceId: target.sourceId,
    action: pending.action,
  });
  if (typeof observed === 'object' && pending.link !== null && isApplied(pending, observed, policy)) {
    const link: Link = { ...pending.link, key: observed.key };
    return settle(engine, target, link, { ...pending, link }, null);
  }
  const isOld = pending.cycleId !== target.cycleId;
  const patience = pending.action === 'create' ? VISIBILITY_ATTEMPTS.create : VISIBILITY_ATTEMPTS.other;
  if (!isOld && target.attempt < patience) {
    throw new ConnectorError('GoTo does not show the last write yet; it is looked for again.', {
      code: 'WriteNotVisible',
      sent: true,
      repeatable: true,
      retryAfterMs: undefined,
      scope: 'object',
    });
  }
  if (!isOld && pending.action === 'create') {
    // The same address may be waiting for a transfer from another account (goto-api.md 2.6): no second POST this cycle.
    throw new ConnectorError(
      'GoTo took the new account but does not show it: it may wait for the person to accept a transfer.',
      {
        code: 'PendingTransferOrConflict',
        sent: true,
        repeatable: true,
        scope: 'object',
      },
    );
  }
  await engine.identities.apply(target.sourceId, { pending: null });
  return undefined;
}

function isApplied(pending: PendingWrite, observed: Account, policy: Policy): boolean {
  if (pending.link === null || observed.isAdmin) return false;
  if (pending.action === 'create') return emailKey(observed.email) === emailKey(pending.link.applied.email);
  const { applied } = pending.link;
  const managed = (keys: readonly string[]) =>
    keys
      .filter((key) => policy.managedLicenseKeys.has(key))
      .sort()
      .join();
  return (
    emailKey(observed.email) === emailKey(applied.email) &&
    observed.firstName === applied.firstName &&
    observed.lastName === applied.lastName &&
    managed(observed.licenseKeys) === managed(applied.licenseKeys)
  );
}

async function create(
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
    modified: modifiedProperties({}, applied),
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
  return update(engine, target, { desired, link: undefined, observed, decision }, caller, policy);
}

interface Plan {
  readonly desired: Desired;
  readonly link: Link | undefined;
  readonly observed: Account;
  readonly decision: Exclude<Decision, { action: 'create' | 'skip' }>;
}

async function update(engine: Engine, target: Target, plan: Plan, caller: Caller, policy: Policy): Promise<Changed> {
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
    modified: modifiedProperties({ ...observed }, changes),
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
async function settle(
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

const fromLast = (last: LastWrite, link: Link | undefined): Changed => ({
  action: last.action,
  reason: last.reason,
  targetKey: link?.key ?? null,
  modified: last.modified,
  warning: last.warning,
});

const skip = (reason: Reason, link: Link | null | undefined): Changed => ({
  action: 'skip',
  reason,
  targetKey: link?.key ?? null,
  modified: [],
  warning: null,
});

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

const policyOf = (engine: Engine): Policy => ({
  managedLicenseKeys: new Set(Object.values(engine.policy.roleEntitlements).flatMap((rule) => rule.licenseKeys)),
  driftPolicy: engine.policy.driftPolicy,
});
