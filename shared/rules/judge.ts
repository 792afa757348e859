/**
 * Facts of one person → what the plan says about them. Pure: the same facts give the same row.
 *
 * Upholds I05 (absence is confirmed first), I06 (a removal is named in the row or does not happen), I17.
 */
import type { Account } from '../model/Account';
import { matchingAddresses, type Desired, type DesiredActive } from '../model/Desired';
import { disabledSince, tieTo, type ManagedPerson } from '../model/ManagedPerson';
import type { Mark } from '../model/Mark';
import type { Person } from '../model/Person';
import { markRefOf, planEntry, type PlanAction, type PlanEntry, type PlanStep } from '../model/PlanEntry';
import { REASONS, type Reason } from '../model/Reason';
import { confirmAbsence } from './confirmAbsence';
import { OF_LISTS } from './absences';
import { decide, type Decision, type DecisionPolicy } from './decide';
import { desiredOf } from './desiredOf';
import { isProtected } from './isProtected';
import { leftAsIs } from './leftAsIs';
import type { Entitlements } from './Entitlements';
import { grantsInWords, type Grant } from './grantsInWords';
import { licensesOfRules, type CyclePolicy } from './Policy';
import { wantedSince } from './seats';

/** Everything known of a person at one moment. */
export interface PersonFacts {
  readonly sourceId: string;
  /** Undefined when Entra no longer shows the user. */
  readonly person: Person | undefined;
  /** As Entra showed them last, where it does not any longer. */
  readonly lastKnown: Person | undefined;
  readonly deleted: 'soft' | 'hard' | undefined;
  readonly displayName: string;
  readonly roleIds: readonly string[];
  /** Through what the roles come, and how to call it. */
  readonly grants: readonly Grant[];
  readonly groupName: (id: string) => string | undefined;
  /** Groups through which the person was last seen entitled, whatever the lists say of them now. */
  readonly proofGroupIds: readonly string[];
  /** The list of members of one of these is in doubt, though perhaps for so long that an admin is asked about removals. */
  readonly isGroupDoubted: boolean;
  /** The person's user group in GoTo, its key as far as it is known; undefined where groups are left alone. */
  readonly group: { readonly name: string; readonly key: string | null } | undefined;
  /** In a group that PROTECTED_USERS names; of somebody who is deleted, and in no list any more: protected until then. */
  readonly isProtected: boolean;
  readonly managed: ManagedPerson;
  /** When (ms) the account was last seen in use though access was taken; null where it never was. */
  readonly inUseAt: number | null;
  readonly personEtag: string | null;
  /** Looks into GoTo's complete list of this cycle; null when nothing was listed. */
  readonly find:
    ((linkedKey: string | undefined, addresses: readonly string[]) => Account | 'absent' | 'ambiguous') | null;
  readonly mark: (Mark & { readonly etag: string }) | null;
  /** The earliest read these facts rest on, in ms. */
  readonly factsAt: number;
}

/** By whose rules, and when. Durations and moments in ms. */
export interface JudgeContext {
  readonly policy: CyclePolicy;
  readonly entitlements: Entitlements;
  /** A full cycle: whoever a changed filter leaves out waits for a second one to agree. */
  readonly isFull: boolean;
  readonly absenceConfirmationMs: number;
  /** The list of assignments has its certificate (`certifyList`). */
  readonly isListCertified: boolean;
  /** It is in doubt, though perhaps for so long that an admin is asked about removals. */
  readonly isListDoubted: boolean;
  readonly nowMs: number;
}

/** A plan row, and who has to do with it. */
export interface Judgement {
  readonly entry: PlanEntry;
  /** Something is to be done or looked for: the row goes to a lane. */
  readonly isOpen: boolean;
  /** GoTo calls the row will cost. */
  readonly calls: number;
}

/** Reasons by which an absence does not count yet. */
const DOUBTS: ReadonlySet<Reason> = new Set(['AbsenceUnconfirmed', 'ListUncertified', 'RoleRenamed']);

/** @returns the row, and whether a lane gets it; never throws for values, only for a mapping that does */
export function judge(facts: PersonFacts, context: JudgeContext): Judgement {
  const { managed, mark } = facts;
  const { link } = managed;
  const absence = confirmAbsence(
    {
      link,
      isHardDeleted: facts.deleted === 'hard',
      roleIds: facts.roleIds,
      absentSince: mark?.absentSince ?? null,
      factsAt: facts.factsAt,
      isListCertified: context.isListCertified,
      isListDoubted: context.isListDoubted || facts.isGroupDoubted,
    },
    context.entitlements,
    context.absenceConfirmationMs,
  );
  const hasSomethingToLose = link?.state === 'active';
  const wanted = desiredOf(
    {
      person: facts.person,
      lastKnown: facts.lastKnown,
      deleted: facts.deleted,
      roleIds: facts.deleted === 'hard' ? [] : facts.roleIds,
      isProtected:
        facts.isProtected ||
        isProtected(facts.sourceId, facts.person, facts.managed.link?.applied.email, context.policy.protectedUsers),
      absenceDoubt: absence.doubt,
      keptLicenseKeys: absence.keptLicenseKeys,
      exclusionUnconfirmed:
        hasSomethingToLose && !absence.isConfirmed && (context.isFull || (mark?.absentSince ?? null) !== null),
      nowMs: context.nowMs,
    },
    {
      mapping: context.policy.mapping,
      entitlements: context.entitlements,
      skipOutOfScopeDeletions: context.policy.skipOutOfScopeDeletions,
    },
  );
  const isLeaving = wanted.kind === 'inactive' && wanted.reason === 'NotEffectivelyEntitled' && hasSomethingToLose;
  const decided: Desired =
    managed.hold === 'revert'
      ? heldBy(managed.heldBy)
      : isLeaving
        ? { kind: 'inactive', reason: 'Unassigned' }
        : wanted;
  // Whose role is perhaps lost stays in the group it led to.
  const staysInGroup = absence.keptLicenseKeys.length > 0 && link?.applied.groupKey != null;
  const group = staysInGroup ? undefined : facts.group;
  const desired: Desired = decided.kind === 'active' ? { ...decided, ...groupIn(group) } : decided;
  const isInDoubt = (desired.kind === 'leave' && DOUBTS.has(desired.reason)) || absence.keptLicenseKeys.length > 0;
  return planned(facts, context, desired, isInDoubt ? (mark?.absentSince ?? facts.factsAt) : null);
}

/** A group that is about to be made has no key: whoever is to move there has something to do all the same. */
const groupIn = (group: PersonFacts['group']): Pick<DesiredActive, 'group' | 'groupKey'> =>
  group === undefined ? {} : { group: group.name, groupKey: group.key ?? `new: ${group.name}` };

/** What an admin undid stays so until the person is released. */
const heldBy = (cycleId: string | null): Desired => ({
  kind: 'leave',
  reason: 'HeldByRevert',
  detail: `Held by the revert of cycle ${cycleId ?? 'unknown'}.`,
});

function planned(facts: PersonFacts, context: JudgeContext, desired: Desired, absentSince: number | null): Judgement {
  const { managed } = facts;
  const addresses = desired.kind === 'active' ? matchingAddresses(desired) : [];
  const observed = facts.find?.(managed.link?.key, addresses) ?? null;
  const tie = typeof observed === 'object' && observed !== null ? tieTo(managed, observed.key) : managed.link;
  const managedLicenseKeys = new Set([...licensesOfRules(context.policy), ...(tie?.given ?? [])]);
  const link =
    typeof observed === 'object' && observed !== null && managed.link?.key !== observed.key
      ? undefined
      : (managed.link ?? undefined);
  const decided = decisionFor(desired, observed, link, {
    managedLicenseKeys,
    driftPolicy: context.policy.driftPolicy,
    isDeletionDue: isDeletionDue(context, desired, facts),
  });
  const held = typeof observed === 'object' && observed !== null ? observed.licenseKeys : link?.applied.licenseKeys;
  const wantedKeys = desired.kind === 'active' ? desired.licenseKeys : [];
  const isRejected = managed.hold === 'rejected';
  const decision: Decision =
    isRejected && isRemoval(decided, held ?? [], wantedKeys, managedLicenseKeys)
      ? { action: 'skip', reason: 'RemovalRejected' }
      : decided;
  const drops =
    decision.action === 'skip' || decision.action === 'create'
      ? []
      : (held ?? []).filter((key) => managedLicenseKeys.has(key) && !wantedKeys.includes(key));
  const removal = isRemoval(decision, held ?? [], wantedKeys, managedLicenseKeys);
  // Escrow tries against GoTo itself, whatever the stored values say.
  // Whoever is wanted again is looked at too, so that a rejected removal is forgotten.
  const isRetry =
    ((facts.mark?.attempts ?? 0) > 0 || (isRejected && desired.kind === 'active')) &&
    decision.action === 'skip' &&
    decision.reason === 'RedundantExport';
  // Whose suspension did not take is looked at in GoTo, whatever was stored (docs/facts/entra-provisioning.md 1.7).
  const isSuspendedAgain =
    (facts.mark?.attempts ?? 0) > 0 &&
    decision.action === 'skip' &&
    desired.kind === 'inactive' &&
    link?.state === 'disabled' &&
    observed === null;
  const action: PlanAction =
    managed.pending !== null
      ? 'recover'
      : isSuspendedAgain
        ? 'disable'
        : decision.action === 'skip'
          ? isRetry
            ? 'update'
            : 'none'
          : decision.action === 'unlink'
            ? 'update'
            : decision.action;
  const reason: Reason = action === 'recover' ? 'RecoverWrite' : decision.reason;
  const isPureLink = decision.action === 'link' && Object.keys(decision.changes).length === 0;
  const entry = planEntry({
    sourceId: facts.sourceId,
    kind: 'user',
    displayName: facts.displayName,
    action,
    reason,
    why: `${why(facts, context, desired, reason)}${letGo(decision, typeof observed === 'object' ? observed : null, desired)}`,
    steps: steps(facts, desired, observed, decision),
    targetId: link?.key ?? (typeof observed === 'object' ? (observed?.key ?? null) : null),
    removal: (removal || isSuspendedAgain) && action !== 'recover',
    drops: action === 'recover' ? [] : drops,
    desired,
    roleIds: facts.roleIds,
    proofGroupIds: facts.proofGroupIds,
    observed,
    before: before(decision, typeof observed === 'object' ? observed : null, link),
    after: after(decision, desired),
    absentSince,
    factsAt: facts.factsAt,
    wantedSince:
      desired.kind === 'active'
        ? wantedSince(facts.grants, (id) => context.entitlements.of([id]).entitled, facts.mark?.since ?? null)
        : null,
    mark: markRefOf(facts.mark),
    personEtag: facts.personEtag,
  });
  const isOpen = action !== 'none';
  return { entry, isOpen, calls: !isOpen || isPureLink ? 0 : action === 'create' && observed === 'absent' ? 1 : 2 };
}

/** Disabled, deleted, or without the last managed licence though still wanted: by whatever way, the access is gone (I06). */
function isRemoval(
  decision: Decision,
  held: readonly string[],
  wanted: readonly string[],
  managedLicenseKeys: ReadonlySet<string>,
): boolean {
  if (decision.action === 'disable' || decision.action === 'delete') return true;
  const isOfLicenses = 'changes' in decision && decision.changes.licenseKeys !== undefined;
  return isOfLicenses && held.some((key) => managedLicenseKeys.has(key)) && wanted.length === 0;
}

function decisionFor(
  desired: Desired,
  observed: PlanEntry['observed'],
  link: ManagedPerson['link'] | undefined,
  policy: DecisionPolicy,
): Decision {
  if (observed === 'ambiguous') {
    // Given to a lane, so that the failure gets its log entry and the escrow its turn.
    return desired.kind === 'active'
      ? { action: 'create', reason: 'DuplicateTargetEntries' }
      : { action: 'skip', reason: 'DuplicateTargetEntries' };
  }
  return decide(desired, link ?? undefined, observed ?? 'unknown', policy);
}

/** Suspended for DELETE_AFTER_DAYS, and not seen in use since, by a list that can be believed. */
function isDeletionDue(
  context: JudgeContext,
  desired: Desired,
  { managed, inUseAt }: Pick<PersonFacts, 'managed' | 'inUseAt'>,
): boolean {
  const { deleteAfterMs, mapping } = context.policy;
  const disabledAt = disabledSince(managed);
  if (deleteAfterMs === null || !mapping.flow.delete || desired.kind !== 'inactive' || disabledAt === null)
    return false;
  const isBelieved = context.isListCertified || !OF_LISTS.has(desired.reason);
  return isBelieved && context.nowMs >= Math.max(disabledAt, inUseAt ?? 0) + deleteAfterMs;
}

function why(facts: PersonFacts, { entitlements }: JudgeContext, desired: Desired, reason: Reason): string {
  if (desired.kind !== 'active') return REASONS[reason];
  const assigned = grantsInWords(facts.grants, {
    group: facts.groupName,
    role: (id) => entitlements.role(id)?.displayName,
  });
  return `${REASONS[reason]} ${assigned}`.trimEnd();
}

/** What somebody else's hand made of the account, and what it should be. */
function letGo(decision: Decision, observed: Account | null, desired: Desired): string {
  const left = 'left' in decision ? (decision.left ?? {}) : {};
  if (observed === null || Object.keys(left).length === 0) return '';
  return ` ${leftAsIs(left, observed, desired.kind === 'active' ? desired.redacted : [])}`;
}

function steps(
  facts: PersonFacts,
  desired: Desired,
  observed: PlanEntry['observed'],
  decision: Decision,
): readonly PlanStep[] {
  const isImported = facts.person !== undefined || facts.deleted !== undefined;
  const all: PlanStep[] = [
    {
      name: 'EntryImport',
      status: isImported ? 'success' : 'warning',
      description: isImported ? 'Read from Entra.' : 'Entra does not show this person.',
    },
    {
      name: 'EntrySynchronizationScoping',
      status: desired.kind === 'active' ? 'success' : 'skipped',
      description: desired.kind === 'active' ? 'Active, assigned and in scope.' : REASONS[desired.reason],
    },
  ];
  if (observed !== null && desired.kind === 'active') {
    const addresses = matchingAddresses(desired).length;
    all.push({
      name: 'EntryMatch',
      status: observed === 'ambiguous' ? 'failure' : 'success',
      description:
        observed === 'ambiguous'
          ? REASONS.DuplicateTargetEntries
          : observed === 'absent'
            ? `GoTo's list has none of ${addresses} address${addresses === 1 ? '' : 'es'}.`
            : 'The account was found in GoTo’s list.',
    });
  }
  all.push({
    name: 'EntryExport',
    status: decision.action === 'skip' ? 'skipped' : 'success',
    description: REASONS[decision.reason],
  });
  return all;
}

/** What tells whose account goes. */
const WHOSE_ACCOUNT = ['email', 'firstName', 'lastName'] as const;

function before(
  decision: Decision,
  observed: Account | null,
  link: ManagedPerson['link'] | undefined,
): Record<string, unknown> | null {
  const present: Readonly<Record<string, unknown>> = { ...(observed ?? link?.applied) };
  if (decision.action === 'delete')
    return Object.fromEntries(WHOSE_ACCOUNT.map((name) => [name, present[name] ?? null]));
  if (!('changes' in decision)) return null;
  return Object.fromEntries(Object.keys(decision.changes).map((name) => [name, present[name] ?? null]));
}

function after(decision: Decision, desired: Desired): Record<string, unknown> | null {
  if ('changes' in decision) return { ...decision.changes };
  return decision.action === 'create' && desired.kind === 'active'
    ? { ...desired.attributes, licenseKeys: desired.licenseKeys }
    : null;
}
