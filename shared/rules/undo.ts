/**
 * What a cycle wrote for one person → the plan row that puts back what was there before. Pure.
 *
 * Upholds I06 (who would lose access is a removal like any other) and I07 (an account that was changed since, or that is
 * protected by now, is left).
 */
import { emailKey, PLAIN_ATTRIBUTES, type Account, type AccountAttributes } from '../model/Account';
import type { Desired } from '../model/Desired';
import type { HoldChange } from '../model/HoldChange';
import type { LogEntry } from '../model/LogEntry';
import type { ManagedPerson } from '../model/ManagedPerson';
import { planEntry } from '../model/PlanEntry';
import { REASONS, type Reason } from '../model/Reason';
import { decide } from './decide';
import { sameKeys } from './differences';
import type { Judgement } from './judge';

/** What is known of a person whose writes are undone. */
export interface UndoFacts {
  readonly sourceId: string;
  readonly displayName: string;
  readonly managed: ManagedPerson;
  readonly personEtag: string | null;
  /** By today's PROTECTED_USERS. */
  readonly isProtected: boolean;
  /** Writes of the cycle that is undone, oldest first. */
  readonly writes: readonly LogEntry[];
  /** A younger cycle wrote for the person. */
  readonly hasYoungerWrites: boolean;
  /** The linked account in GoTo's complete list. */
  readonly observed: Account | 'absent';
  /** The earliest read these facts rest on, in ms. */
  readonly factsAt: number;
  /** What becomes of the person's hold together with the write. */
  readonly hold: HoldChange;
  /** User groups that the undo makes anew, by the keys they had: each with its name. */
  readonly groupsBack: ReadonlyMap<string, string>;
  /** Keys of the user groups that GoTo has; null when nobody asked. */
  readonly groupKeys: ReadonlySet<string> | null;
  /** Licences that some rule gives today. */
  readonly licensesOfRules: ReadonlySet<string>;
}

/** @returns the row; one that is not open says why nothing is put back */
export function undo(facts: UndoFacts): Judgement {
  const { managed, writes, observed } = facts;
  const { link } = managed;
  const [first] = writes;
  const last = writes.at(-1);
  if (first === undefined || last === undefined) return left(facts, 'NothingToUndo');
  if (facts.isProtected) return left(facts, 'Protected');
  if (facts.hasYoungerWrites || managed.pending !== null) return left(facts, 'ChangedSince');
  if (last.action === 'delete' && link === null) return left(facts, 'DeletionNotUndone');
  if (link === null || link.key !== last.targetId || observed === 'absent') return left(facts, 'ChangedSince');
  const before = earliest(writes);
  if (!shows(observed, writes)) return left(facts, 'ChangedSince');

  const hadAccess = first.action !== 'create' && first.action !== 'reenable';
  const desired: Desired = hadAccess
    ? {
        kind: 'active',
        attributes: attributesOf(observed, before),
        licenseKeys: licensesOf(before, observed),
        ...groupIn(facts, before),
      }
    : { kind: 'inactive', reason: 'Undone' };
  const wanted = desired.kind === 'active' ? desired.licenseKeys : [];
  const ours = new Set([...facts.licensesOfRules, ...link.given]);
  const drops = observed.licenseKeys.filter((key) =>
    desired.kind === 'active' ? !wanted.includes(key) : ours.has(key),
  );
  const decision = decide(desired, link, observed, {
    managedLicenseKeys: desired.kind === 'active' ? new Set([...drops, ...wanted]) : ours,
    driftPolicy: 'repair',
    isDeletionDue: false,
  });
  if (!('changes' in decision))
    return left(facts, decision.reason === 'RedundantExport' ? reasonToStay(before) : decision.reason);
  const keeps = wanted.some((key) => ours.has(key));
  const present: Readonly<Record<string, unknown>> = { ...observed };
  const entry = planEntry({
    ...plain(facts),
    action: decision.action,
    reason: 'Undone',
    why: `${REASONS.Undone} It was: ${writes.map((write) => write.action).join(', then ')}.`,
    targetId: link.key,
    removal: link.state === 'active' && (desired.kind === 'inactive' || (drops.some((key) => ours.has(key)) && !keeps)),
    drops,
    desired,
    roleIds: link.roleIds,
    observed,
    before: Object.fromEntries(Object.keys(decision.changes).map((name) => [name, present[name] ?? null])),
    after: { ...decision.changes },
    hold: facts.hold,
  });
  return { entry, isOpen: true, calls: 2 };
}

/** Nothing is put back, and the plan says why. */
function left(facts: UndoFacts, reason: Reason): Judgement {
  const entry = planEntry({
    ...plain(facts),
    action: 'none',
    reason,
    why: REASONS[reason],
    targetId: facts.managed.link?.key ?? null,
    removal: false,
    drops: [],
    desired: { kind: 'leave', reason },
    roleIds: [],
    observed: null,
    before: null,
    after: null,
    hold: null,
  });
  return { entry, isOpen: false, calls: 0 };
}

const plain = (facts: UndoFacts) =>
  ({
    sourceId: facts.sourceId,
    kind: 'user',
    displayName: facts.displayName,
    steps: [],
    proofGroupIds: [],
    absentSince: null,
    factsAt: facts.factsAt,
    mark: null,
    personEtag: facts.personEtag,
  }) as const;

/** What each field held before the first write that changed it. */
function earliest(writes: readonly LogEntry[]): Readonly<Record<string, unknown>> {
  const before: Record<string, unknown> = {};
  for (const write of writes)
    for (const [name, value] of Object.entries(write.before ?? {}))
      if (!Object.hasOwn(before, name)) before[name] = value;
  return before;
}

/** Whether the account is still as the writes left it, in every field they wrote. */
function shows(observed: Account, writes: readonly LogEntry[]): boolean {
  const after = writes.at(-1)?.after ?? {};
  const isCreation = writes[0]?.action === 'create';
  const written = new Set(writes.flatMap((write) => Object.keys(write.before ?? {})));
  const isWritten = (name: string): boolean => isCreation || written.has(name);
  const email = after['email'];
  if (isWritten('email') && typeof email === 'string' && emailKey(email) !== emailKey(observed.email)) return false;
  for (const name of PLAIN_ATTRIBUTES)
    if (isWritten(name) && after[name] !== undefined && after[name] !== observed[name]) return false;
  if (written.has('groupKey') && after['groupKey'] !== observed.groupKey) return false;
  const keys = keysOf(after['licenseKeys']);
  return !isWritten('licenseKeys') || keys === null || sameKeys(keys, observed.licenseKeys);
}

/** A field that had no value keeps the one it has: GoTo takes no empty ones. */
function attributesOf(observed: Account, before: Readonly<Record<string, unknown>>): AccountAttributes {
  const textOf = (name: keyof AccountAttributes): string | null => {
    const value = before[name];
    return typeof value === 'string' && value !== '' ? value : observed[name];
  };
  const [locale, timeZone] = [textOf('locale'), textOf('timeZone')];
  return {
    email: textOf('email') ?? observed.email,
    firstName: textOf('firstName') ?? '',
    lastName: textOf('lastName') ?? '',
    ...(locale === null ? {} : { locale }),
    ...(timeZone === null ? {} : { timeZone }),
  };
}

/** Nobody is put out of a group: GoTo documents no way (goto-api.md 2.10). One that is gone is made anew, or left out. */
function groupIn(
  { managed, groupsBack, groupKeys }: UndoFacts,
  { groupKey }: Readonly<Record<string, unknown>>,
): { readonly group?: string; readonly groupKey?: string } {
  const key = typeof groupKey === 'string' ? groupKey : managed.link?.applied.groupKey;
  const back = groupsBack.get(key ?? '');
  if (back !== undefined) return { group: back, groupKey: `new: ${back}` };
  return typeof groupKey === 'string' && groupKeys?.has(groupKey) !== false ? { groupKey } : {};
}

/** Why nothing is put back though the account is as it was written. */
const reasonToStay = (before: Readonly<Record<string, unknown>>): Reason =>
  before['groupKey'] === null ? 'GroupKept' : 'ChangedSince';

const licensesOf = (before: Readonly<Record<string, unknown>>, observed: Account): readonly string[] =>
  keysOf(before['licenseKeys']) ?? observed.licenseKeys;

const keysOf = (value: unknown): readonly string[] | null =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : null;
