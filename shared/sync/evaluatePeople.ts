/**
 * Entra's facts → desired state → what to queue, for a slice of people.
 *
 * Upholds I05: somebody who lost everything by mere absence is left alone until a second read, far enough from the
 * first, agrees; who is gone from Entra is looked up by id.
 */
import { desiredOf } from '../mapping/desiredOf';
import type { Entitlements } from '../mapping/Entitlements';
import type { Account } from '../model/Account';
import { isoTime } from '../model/Clock';
import { countSkip, noTally, type Tally } from '../model/Cycle';
import { decide, type Decision, type Policy } from '../model/decide';
import { matchingAddresses, type Desired } from '../model/Desired';
import { textOf, type Person } from '../model/Person';
import type { Looked } from '../entra/EntraSource';
import type { Identity, PlannedIdentity } from '../store/IdentitiesTable';
import type { LogEntry } from '../store/LogTable';
import type { Escrow, Suspect } from '../store/StateTable';
import type { AccountIndex } from './AccountIndex';
import type { Engine } from './Engine';
import { effectiveLink } from './effectiveLink';
import { logEntry } from './logEntry';
import type { SourceSnapshot } from './SourceSnapshot';

export interface EvaluationContext {
  readonly cycleId: string;
  readonly snapshot: SourceSnapshot;
  readonly entitlements: Entitlements;
  /** GoTo's complete list, in a full cycle. */
  readonly accounts: AccountIndex | undefined;
  readonly suspects: ReadonlyMap<string, Suspect>;
  readonly escrows: ReadonlyMap<string, Escrow>;
}

/** A person to evaluate: the stored row, or just an id that is new. */
export type Candidate = Identity | { readonly sourceId: string; readonly isNew: true };

/** Evaluates and stores a slice; @returns its tally. Doing it again stores the same. */
export async function evaluatePeople(
  engine: Engine,
  context: EvaluationContext,
  candidates: readonly Candidate[],
): Promise<Tally> {
  const looked = await engine.entra.getPeople(
    candidates.filter((one) => needsLookUp(one, context)).map((one) => one.sourceId),
  );
  const tally = noTally();
  const planned: PlannedIdentity[] = [];
  const queued: LogEntry[] = [];
  const skipped: LogEntry[] = [];
  const suspects = new Map<string, Suspect | null>();
  const policy: Policy = {
    managedLicenseKeys: context.entitlements.managedLicenseKeys,
    driftPolicy: engine.policy.driftPolicy,
  };

  for (const candidate of candidates) {
    const identity = 'isNew' in candidate ? undefined : candidate;
    const { sourceId } = candidate;
    const facts = factsOf(identity, looked.get(sourceId));
    const { desired, suspect } = wanted(engine, context, sourceId, identity, facts);
    if (suspect !== undefined) suspects.set(sourceId, suspect);

    const emails = desired.kind === 'active' ? matchingAddresses(desired) : [];
    const observed = context.accounts?.find(identity?.link?.key, emails);
    const decision = decisionFor(desired, identity, observed, policy);
    const displayName = facts.person === undefined ? '' : (textOf(facts.person, 'displayName') ?? '');
    const entry = (status: LogEntry['status'], action: LogEntry['action']) =>
      logEntry({
        cycleId: context.cycleId,
        sourceId,
        displayName,
        at: isoTime(engine.clock.now()),
        status,
        action,
        reason: decision.reason,
        targetId: identity?.link?.key ?? null,
        ...(desired.kind === 'leave' && desired.detail !== undefined
          ? { errorCode: desired.reason, errorMessage: desired.detail }
          : {}),
      });

    // A failed change is tried against GoTo itself, whatever the stored values say.
    const isDue =
      context.escrows.has(sourceId) &&
      desired.kind !== 'leave' &&
      (desired.kind === 'active' || identity?.link !== undefined);
    if (decision.action !== 'skip' || isDue) {
      queued.push(entry('queued', decision.action === 'skip' ? 'update' : decision.action));
      tally.queued += 1;
    } else {
      countSkip(tally, decision.reason);
      if (decision.reason !== 'RedundantExport' && decision.reason !== identity?.skipLogged)
        skipped.push(entry('skipped', 'none'));
    }
    planned.push({
      sourceId,
      ...(facts.fresh
        ? { deleted: facts.deleted ?? null, ...(facts.person === undefined ? {} : { person: facts.person }) }
        : {}),
      desired,
      ...(context.snapshot.isAssigned(sourceId) ? { via: context.snapshot.viaOf(sourceId) } : {}),
      ...(observed === undefined ? {} : { observed, observedIn: context.cycleId }),
      skipLogged: decision.action === 'skip' ? decision.reason : '',
    });
  }

  // A skip is logged before it is remembered as logged; desired states come before the changes that refer to them.
  await engine.log.put(skipped);
  await engine.state.putSuspects(suspects);
  await engine.identities.plan(planned);
  await engine.log.queue(queued);
  return tally;
}

interface Facts {
  readonly person: Person | undefined;
  readonly deleted: 'soft' | 'hard' | undefined;
  /** Read in this slice, so it is stored. */
  readonly fresh: boolean;
}

function factsOf(identity: Identity | undefined, looked: Looked | undefined): Facts {
  if (looked === undefined) return { person: identity?.person, deleted: identity?.deleted, fresh: false };
  if ('person' in looked) return { person: looked.person, deleted: undefined, fresh: true };
  return { person: identity?.person, deleted: looked.deleted, fresh: true };
}

/** New people, people under suspicion, and linked people that no assignment names any more. */
function needsLookUp(candidate: Candidate, context: EvaluationContext): boolean {
  if ('isNew' in candidate) return true;
  if (context.suspects.has(candidate.sourceId) || candidate.person === undefined) return true;
  return candidate.link?.state === 'active' && !context.snapshot.isAssigned(candidate.sourceId);
}

function wanted(
  engine: Engine,
  context: EvaluationContext,
  sourceId: string,
  identity: Identity | undefined,
  facts: Facts,
): { readonly desired: Desired; readonly suspect: Suspect | null | undefined } {
  const roleIds = context.snapshot.roleIdsOf(sourceId);
  const known = context.suspects.get(sourceId);
  const hasSomethingToLose = identity?.link?.state === 'active';
  const seemsGone = hasSomethingToLose && (facts.deleted === 'hard' || !context.entitlements.of(roleIds).entitled);
  const isConfirmed =
    known !== undefined &&
    known.cycleId !== context.cycleId &&
    engine.clock.now() - Date.parse(known.since) >= engine.timing.absenceConfirmationMs;
  const absenceUnconfirmed = seemsGone && !isConfirmed;
  const desired = desiredOf(
    {
      person: facts.person,
      deleted: absenceUnconfirmed && facts.deleted === 'hard' ? undefined : facts.deleted,
      roleIds: facts.deleted === 'hard' ? [] : roleIds,
      isProtected: isProtected(sourceId, facts.person, engine.policy.protectedUsers),
      absenceUnconfirmed,
      // A full cycle follows a change of the mapping: who falls out then waits for a second cycle to agree.
      exclusionUnconfirmed:
        hasSomethingToLose && !isConfirmed && (context.accounts !== undefined || known !== undefined),
      nowMs: engine.clock.now(),
    },
    {
      mapping: engine.mapping,
      entitlements: context.entitlements,
      skipOutOfScopeDeletions: engine.policy.skipOutOfScopeDeletions,
    },
  );
  const wasUnassigned =
    desired.kind === 'inactive' && desired.reason === 'NotEffectivelyEntitled' && hasSomethingToLose;
  const suspected = desired.kind === 'leave' && desired.reason === 'AbsenceUnconfirmed';
  return {
    desired: wasUnassigned ? { kind: 'inactive', reason: 'Unassigned' } : desired,
    suspect: suspected
      ? (known ?? { since: isoTime(engine.clock.now()), cycleId: context.cycleId })
      : known === undefined
        ? undefined
        : null,
  };
}

function isProtected(sourceId: string, person: Person | undefined, list: readonly string[]): boolean {
  if (list.length === 0) return false;
  const names = [sourceId, person && textOf(person, 'userPrincipalName'), person && textOf(person, 'mail')];
  return names.some((name) => typeof name === 'string' && list.includes(name.toLowerCase()));
}

function decisionFor(
  desired: Desired,
  identity: Identity | undefined,
  observed: Account | 'absent' | 'ambiguous' | undefined,
  policy: Policy,
): Decision {
  if (observed === 'ambiguous') {
    // Queued, so that the failure gets its log entry and the escrow its turn.
    return desired.kind === 'active'
      ? { action: 'create', reason: 'DuplicateTargetEntries' }
      : { action: 'skip', reason: 'DuplicateTargetEntries' };
  }
  // Something was about to be written when a process died: the lane finds out what became of it.
  if (identity?.pending !== undefined && desired.kind !== 'leave')
    return {
      action: identity.pending.action === 'create' ? 'create' : 'update',
      reason: identity.pending.reason,
      changes: {},
    };
  return decide(desired, effectiveLink(identity?.link, observed ?? 'unknown'), observed ?? 'unknown', policy);
}
