/**
 * Brings one GoTo account to the state Entra wants, whatever message asked for it (level-triggered): reads what there is,
 * finds out what became of a write that a dying process left behind, decides, and writes. Upholds I07 and I09.
 */
import type { Caller } from '../goto/GotoClient';
import { emailKey, type Account } from '../model/Account';
import { ConnectorError } from '../model/ConnectorError';
import { decide, type Observed, type Policy } from '../model/decide';
import { matchingAddresses, type Desired } from '../model/Desired';
import type { Link } from '../model/Link';
import type { Identity, PendingWrite } from '../store/IdentitiesTable';
import { fromLast, skip, type Changed } from './Changed';
import type { Engine } from './Engine';
import { effectiveLink } from './effectiveLink';
import { ambiguous, createAccount, settle, updateAccount, type Target } from './writeAccount';

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
    return createAccount(engine, target, desired as Desired & { kind: 'active' }, decision.reason, caller, policy);
  if (observed === 'absent' || observed === 'unknown') return skip(decision.reason, link);
  return updateAccount(engine, target, { desired, link, observed, decision }, caller, policy);
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
  const emails = emailsOf(identity);
  if (emails.length === 0) return 'unknown';
  // By precedence: the first match ends the search (CUS).
  for (const email of emails) {
    const found = await engine.accounts.findByEmail(email, caller);
    if (found.length > 1) throw ambiguous();
    if (found[0] !== undefined) return found[0];
  }
  return 'absent';
}

function emailsOf(identity: Identity): readonly string[] {
  if (identity.pending?.link !== null && identity.pending !== undefined) return [identity.pending.link.applied.email];
  return identity.desired?.kind === 'active' ? matchingAddresses(identity.desired) : [];
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

const policyOf = (engine: Engine): Policy => ({
  managedLicenseKeys: new Set(Object.values(engine.policy.roleEntitlements).flatMap((rule) => rule.licenseKeys)),
  driftPolicy: engine.policy.driftPolicy,
});
