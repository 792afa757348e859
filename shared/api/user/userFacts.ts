/** What is known of one person, in the shape of the answer; the sentence is made from it (answerInWords). */
import type { Account, License } from '../../model/Account';
import { isoTime } from '../../model/Clock';
import { adviceOf } from '../../model/ErrorCode';
import { disabledSince, type ManagedPerson } from '../../model/ManagedPerson';
import { isSignInBlocked, textOf } from '../../model/Person';
import type { PlanEntry } from '../../model/PlanEntry';
import { REASONS, type Reason } from '../../model/Reason';
import { namesOf } from '../../store/PeopleTable';
import { modifiedProperties, REDACTED } from '../../sync/apply/modifiedProperties';
import { isSilence, type Explained, type SeenInEntra } from '../../sync/demand/explainPerson';
import type { Engine } from '../../sync/Engine';
import { nextCycleAt } from '../../sync/job/nextCycleAt';
import type { UserAnswer } from '../answers/UserAnswer';
import { summaryOf } from '../provisioningSummary';

/** Everything but the sentence. */
export type UserFacts = Omit<UserAnswer, 'answer' | 'reason' | 'whatToDo'>;

/** @returns undefined when neither Entra nor the connector knows the person */
export function userFacts(engine: Engine, explained: Explained): UserFacts | undefined {
  const { entra, goto, mark, recent, someone, staged, sourceId } = explained;
  const seen = isSilence(entra) ? undefined : entra;
  const managed = someone.managed === 'unreadable' ? undefined : someone.managed;
  const isStored = someone.hasFacts || managed === undefined || managed.etag !== null;
  if (seen?.judged.read.read.deleted === 'hard' && !isStored) return undefined;
  const now = engine.clock.now();
  const described = describer(isSilence(goto) ? [] : goto.licenses);
  const hold = managed?.person.hold ?? null;
  const { job, isFirstPlanWaiting } = explained;
  // The timer comes all the same, and goes.
  const isUnconnected = isSilence(goto) && goto.code === 'NotConnected';
  const cycleAt = (after: number, mode?: 'full'): number | undefined =>
    isFirstPlanWaiting || isUnconnected ? undefined : nextCycleAt(engine, job, after, mode);
  const nextAttempt = mark === undefined ? undefined : cycleAt(Math.max(now, mark.wait ?? 0));
  const nextAt = seen?.isOfGotoAlone === true ? cycleAt(now, 'full') : (nextAttempt ?? cycleAt(now));
  const source = sourceOf(explained, seen);
  return {
    id: sourceId,
    displayName: nameOf(explained, seen),
    readDateTime: isoTime(now),
    source,
    assignments: seen === undefined ? storedAssignments(someone.facts.via) : assignmentsOf(seen),
    scope: seen === undefined ? null : scopeOf(seen, now),
    mapped: seen === undefined ? null : mappedOf(seen, now, described),
    account: accountOf(explained, described, groupOf(seen)),
    link: linkOf(engine, seen?.judged.read.facts(null).managed ?? managed?.person, someone.facts.inUseAt),
    next: seen === undefined ? null : nextOf(seen, nextAt),
    waiting:
      mark === undefined
        ? null
        : {
            errorCode: mark.code,
            message: mark.message,
            recommendedAction: mark.code === null ? null : adviceOf(mark.code),
            attempts: mark.attempts,
            nextAttemptDateTime: timeOrNull(nextAttempt),
          },
    hold: hold === null ? null : { kind: hold, cycleId: managed?.person.heldBy ?? null },
    staged:
      staged === undefined || isWanted(seen) ? null : { cycleId: staged.cycleId, sinceDateTime: isoTime(staged.since) },
    isJobPaused: job.code === 'Paused',
    isJobQuarantined: job.code === 'Quarantine' || job.code === 'Disabled',
    isFirstPlanWaiting,
    isBeingChanged: (managed?.person.pending?.deadAt ?? 0) > now,
    log: recent.map((entry) =>
      summaryOf(entry, { names: { ...source, displayName: entry.displayName }, app: explained.app }),
    ),
  };
}

/** Approved or not, nothing is taken from whom Entra gives licences today: the look before the write sees that. */
const isWanted = (seen: SeenInEntra | undefined): boolean =>
  seen?.judged.entry.desired.kind === 'active' && !seen.judged.entry.removal;

/** When the account is to go is known for whom an admin has not decided about otherwise. */
function linkOf({ policy }: Engine, person: ManagedPerson | undefined, inUseAt: number | null): UserFacts['link'] {
  if (person?.link == null) return null;
  const { key, origin, state } = person.link;
  const at = disabledSince(person);
  const deletion =
    at === null || policy.deleteAfterMs === null || person.hold !== null
      ? null
      : Math.max(at, inUseAt ?? 0) + policy.deleteAfterMs;
  return {
    accountKey: key,
    origin,
    state,
    disabledDateTime: at === null ? null : isoTime(at),
    deletionDateTime: deletion === null ? null : isoTime(deletion),
  };
}

const timeOrNull = (ms: number | undefined): string | null => (ms === undefined ? null : isoTime(ms));

type Describe = (keys: readonly string[]) => { key: string; description: string }[];
function describer(licenses: readonly License[]): Describe {
  const names = new Map(licenses.map(({ key, description }) => [key, description]));
  return (keys) => keys.map((key) => ({ key, description: names.get(key) ?? '' }));
}

/** Entra does not name whom it has in the recycle bin: the log does, from before. */
function nameOf({ someone, recent }: Explained, seen: SeenInEntra | undefined): string {
  const names = [
    seen?.judged.entry.displayName,
    someone.facts.displayName,
    ...recent.map(({ displayName }) => displayName),
  ];
  return names.find((name) => name !== undefined && name !== '') ?? '';
}

function sourceOf({ someone: { facts }, entra }: Explained, seen: SeenInEntra | undefined): UserFacts['source'] {
  const error = isSilence(entra) ? { code: entra.code, message: entra.message } : null;
  const { person, read } = seen?.judged.read ?? {};
  const deleted = read?.deleted ?? facts.deleted;
  const known = namesOf(facts);
  const isBlocked = person === undefined ? facts.attributes?.['accountEnabled'] === false : isSignInBlocked(person);
  const isThere = person !== undefined || (seen === undefined && facts.attributes !== null);
  return {
    state: isThere
      ? isBlocked
        ? 'signInBlocked'
        : 'active'
      : deleted === 'soft'
        ? 'softDeleted'
        : deleted === 'hard'
          ? 'hardDeleted'
          : 'unknown',
    userPrincipalName: person === undefined ? known.userPrincipalName : textOf(person, 'userPrincipalName'),
    mail: person === undefined ? known.mail : textOf(person, 'mail'),
    readDateTime: read === undefined ? (facts.readAt === 0 ? null : isoTime(facts.readAt)) : isoTime(read.readAt),
    error,
  };
}

const assignmentsOf = ({ context, judged: { read } }: SeenInEntra): UserFacts['assignments'] =>
  read.grants.map(({ via, roleIds }) => ({
    ...(via === 'direct' || via === 'directory'
      ? { via, groupId: null, groupName: null }
      : { via: 'group', groupId: via, groupName: read.groupNames.get(via) ?? null }),
    roles: roleIds.map((id) => ({ id, displayName: context.entitlements.role(id)?.displayName ?? null })),
  }));

/** Through what the person was assigned when last judged; with which roles is not kept. */
const storedAssignments = (via: readonly string[]): UserFacts['assignments'] =>
  via.map((one) =>
    one === 'direct'
      ? { via: 'direct', groupId: null, groupName: null, roles: [] }
      : { via: 'group', groupId: one, groupName: null, roles: [] },
  );

function mappingFacts({ context, judged: { entry } }: SeenInEntra, nowMs: number) {
  const appRoles = entry.roleIds.flatMap((id) => context.entitlements.role(id) ?? []);
  return { appRoles, isSoftDeleted: false, nowMs };
}

function scopeOf(seen: SeenInEntra, nowMs: number): NonNullable<UserFacts['scope']> {
  const { context, judged } = seen;
  const { entry, read } = judged;
  const { person } = read;
  const clauses = person === undefined ? [] : context.policy.mapping.clausesOf(person, mappingFacts(seen, nowMs));
  return {
    isActive: person !== undefined && !isSignInBlocked(person),
    isAssigned: read.grants.some(({ via }) => via !== 'directory'),
    isEntitled: context.entitlements.of(entry.roleIds).entitled,
    isInScope: entry.desired.kind === 'active',
    clauses: clauses.map(({ operands, ...clause }) => ({
      ...clause,
      operands: [...operands],
      value: shown(clause.value),
    })),
  };
}

const shown = (value: unknown): string | null | unknown[] =>
  Array.isArray(value) ? value : typeof value === 'string' ? value : null;

function mappedOf(seen: SeenInEntra, nowMs: number, described: Describe): UserFacts['mapped'] {
  const { person } = seen.judged.read;
  if (person === undefined) return null;
  const { mapping } = seen.context.policy;
  const mapped = mapping.map(person, mappingFacts(seen, nowMs));
  if (mapped.kind !== 'active') return null;
  const hidden: readonly string[] = mapped.redacted;
  const entitlement = seen.context.entitlements.of(seen.judged.entry.roleIds);
  return {
    attributes: Object.fromEntries(
      Object.entries(mapped.attributes).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, hidden.includes(name) ? REDACTED : value]],
      ),
    ),
    licenses: described(entitlement.entitled ? entitlement.licenseKeys : []),
    group: groupOf(seen)?.name ?? null,
  };
}

/** The user group that the person is to be in. */
function groupOf(seen: SeenInEntra | undefined): { readonly name: string; readonly key: string } | undefined {
  const desired = seen?.judged.entry.desired;
  return desired?.kind === 'active' && desired.group !== undefined && desired.groupKey !== undefined
    ? { name: desired.group, key: desired.groupKey }
    : undefined;
}

function accountOf({ goto }: Explained, described: Describe, group: ReturnType<typeof groupOf>): UserFacts['account'] {
  const nothing = { key: null, status: null, email: null, firstName: null, lastName: null } as const;
  const empty = { ...nothing, licenses: [], groupKey: null, groupName: null, isAdmin: false };
  if (isSilence(goto))
    return { state: 'unknown', ...empty, lookedFor: [], error: { code: goto.code, message: goto.message } };
  const { observed, tried } = goto.search;
  const rest = { lookedFor: tried.map((one) => ({ ...one })), error: null };
  if (observed === 'ambiguous') return { state: 'several', ...empty, ...rest };
  if (observed === 'absent') return { state: 'none', ...empty, ...rest };
  const groupName = group?.key === observed.groupKey ? group.name : null;
  return { state: 'found', ...shownAccount(observed, described), groupName, ...rest };
}

const shownAccount = (account: Account, described: Describe) => ({
  key: account.key,
  status: account.status,
  email: account.email,
  firstName: account.firstName,
  lastName: account.lastName,
  licenses: described(account.licenseKeys),
  groupKey: account.groupKey,
  isAdmin: account.isAdmin,
});

function nextOf(
  { judged: { entry }, isOfGotoAlone }: SeenInEntra,
  atMs: number | undefined,
): NonNullable<UserFacts['next']> {
  const { desired } = entry;
  const redacted = desired.kind === 'active' ? desired.redacted : [];
  return {
    action: entry.action,
    reason: entry.reason satisfies Reason,
    why: entry.why,
    detail: detailOf(entry),
    // Of several accounts none is written to.
    changes: entry.observed === 'ambiguous' ? [] : modifiedProperties(entry.before ?? {}, entry.after ?? {}, redacted),
    dateTime: entry.action === 'none' ? null : timeOrNull(atMs),
    mode: isOfGotoAlone ? 'full' : 'incremental',
  };
}

/** Of an account that is gone: why nobody makes another. */
function detailOf({ desired, reason }: PlanEntry): string | null {
  if (desired.kind === 'leave') return desired.detail ?? null;
  return desired.kind === 'inactive' && reason === 'AccountGone' ? REASONS[desired.reason] : null;
}
