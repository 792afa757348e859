/**
 * From the account that was just looked at to the write that is to be made: what `decide` says, within what the plan row
 * names. Pure but for its clockless inputs.
 *
 * Upholds I06: a removal that the row does not name never happens, whatever the account looks like now.
 */
import type { Account } from '../../model/Account';
import type { AccountChanges } from '../../model/AccountChanges';
import type { Intent } from '../../model/Intent';
import type { Link } from '../../model/Link';
import { tieTo } from '../../model/ManagedPerson';
import type { PlanEntry } from '../../model/PlanEntry';
import type { Reason } from '../../model/Reason';
import { repairsAfter } from '../../rules/contested';
import { decide, type Decision, type Observed } from '../../rules/decide';
import { leftAsIs } from '../../rules/leftAsIs';
import { appliedOf, givenAfter, rolesAfter } from './linkOf';
import { modifiedProperties } from './modifiedProperties';

/** A write as it will stand on the person's row, without its moment. */
export type Draft = Omit<Intent, 'id' | 'cycleId' | 'accountKey' | 'deadAt' | 'batch' | 'hold'> & {
  readonly changes: AccountChanges | null;
};

export type Prepared =
  | { readonly kind: 'write'; readonly draft: Draft }
  /** The tie alone changes: nothing is to be written into GoTo. */
  | {
      readonly kind: 'link';
      readonly link: Link;
      readonly action: 'link' | 'reenable' | 'update';
      readonly reason: Reason;
    }
  | { readonly kind: 'unlink'; readonly reason: Reason }
  | {
      readonly kind: 'skip';
      readonly reason: Reason;
      readonly link: Link | null;
      /** What is left as somebody else made it. */
      readonly left?: string;
    }
  | { readonly kind: 'held'; readonly reason: Reason };

/** What was planned, and what is seen now. */
export interface PrepareInput {
  readonly entry: PlanEntry;
  readonly link: Link | null;
  /** The tie that a restart has forgotten. */
  readonly untied: Link | null;
  readonly observed: Observed;
  /** Licences that some rule gives today. */
  readonly licensesOfRules: ReadonlySet<string>;
  readonly driftPolicy: 'report' | 'repair';
  /** Leave the address alone: another account holds the wanted one for now. */
  readonly withoutEmail: boolean;
}

/** @returns the one write to make, a change of the tie alone, or why nothing is to be done */
export function prepare(input: PrepareInput): Prepared {
  const { entry, observed } = input;
  const { desired } = entry;
  const isOther = typeof observed === 'object' && input.link !== null && input.link.key !== observed.key;
  const link = isOther ? null : input.link;
  const former = typeof observed === 'object' ? tieTo(input, observed.key) : link;
  const managed = new Set([...input.licensesOfRules, ...(former?.given ?? [])]);
  const removable = desired.kind === 'active' ? new Set([...entry.drops, ...desired.licenseKeys]) : managed;
  const decision = decide(desired, link ?? undefined, observed, {
    managedLicenseKeys: removable,
    driftPolicy: input.driftPolicy,
    isDeletionDue: entry.action === 'delete',
  });
  switch (decision.action) {
    case 'skip':
      return {
        kind: 'skip',
        reason: decision.reason,
        ...(decision.left === undefined || typeof observed !== 'object'
          ? {}
          : { left: leftAsIs(decision.left, observed, desired.kind === 'active' ? desired.redacted : []) }),
        link:
          decision.reason === 'RedundantExport' && typeof observed === 'object' && link !== null
            ? { ...link, applied: appliedOf(observed), roleIds: rolesAfter(entry, link) }
            : link,
      };
    case 'unlink':
      return { kind: 'unlink', reason: decision.reason };
    case 'create':
      return desired.kind === 'active' && observed === 'absent'
        ? { kind: 'write', draft: creation(entry, desired, decision.reason, link) }
        : { kind: 'skip', reason: decision.reason, link };
    case 'delete':
      return link === null || typeof observed !== 'object'
        ? { kind: 'skip', reason: decision.reason, link }
        : { kind: 'write', draft: deletion(entry, link, observed) };
    case 'disable':
      // Who let the account be deleted did not say that somebody who has it in use again shall lose it.
      if (!entry.removal || entry.action === 'delete') return { kind: 'held', reason: 'RemovalNotPlanned' };
      break;
    default:
  }
  if (typeof observed !== 'object') return { kind: 'skip', reason: decision.reason, link };
  return change(input, link, observed, decision, managed);
}

function creation(
  entry: PlanEntry,
  desired: Extract<PlanEntry['desired'], { kind: 'active' }>,
  reason: Reason,
  former: Link | null,
): Draft {
  const applied = { ...desired.attributes, licenseKeys: desired.licenseKeys };
  return {
    kind: 'create',
    action: 'create',
    reason,
    link: {
      key: '',
      origin: 'created',
      state: 'active',
      disabledAt: null,
      applied,
      given: givenAfter(former, desired.licenseKeys),
      roleIds: rolesAfter(entry, former),
      repairs: {},
    },
    fields: Object.keys(applied),
    before: {},
    modified: modifiedProperties({}, applied, desired.redacted),
    warning: null,
    factsAt: entry.factsAt,
    changes: null,
  };
}

/** The link stays until the account is gone: who dies before that finds it by its key. */
function deletion(entry: PlanEntry, link: Link, { email, firstName, lastName }: Account): Draft {
  const before = { email, firstName, lastName };
  return {
    kind: 'delete',
    action: 'delete',
    reason: 'DeletionDue',
    link,
    fields: [],
    before,
    modified: Object.entries(before).map(([displayName, oldValue]) => ({ displayName, oldValue, newValue: null })),
    warning: null,
    factsAt: entry.factsAt,
    changes: {},
  };
}

function change(
  input: PrepareInput,
  link: Link | null,
  observed: Account,
  decision: Extract<Decision, { readonly changes: AccountChanges }>,
  managed: ReadonlySet<string>,
): Prepared {
  const { entry } = input;
  const { desired } = entry;
  const allowed = observed.identityReadOnly ? onlyLicenses(decision.changes) : decision.changes;
  const { email, ...rest } = allowed;
  const changes: AccountChanges = input.withoutEmail || email === undefined ? rest : { ...rest, email };
  const isReadOnly = Object.keys(allowed).length < Object.keys(decision.changes).length;
  if (isReadOnly && Object.keys(changes).length === 0 && decision.action === 'update')
    return { kind: 'skip', reason: 'TargetIdentityReadOnly', link };
  const isLastTaken =
    desired.kind === 'active' &&
    changes.licenseKeys !== undefined &&
    observed.licenseKeys.some((key) => managed.has(key)) &&
    !changes.licenseKeys.some((key) => managed.has(key));
  if (isLastTaken && !entry.removal) return { kind: 'held', reason: 'RemovalNotPlanned' };
  const after: Account = { ...observed, ...changes };
  const next: Link = {
    key: observed.key,
    origin: link?.origin ?? 'adopted',
    state: desired.kind === 'active' ? 'active' : 'disabled',
    disabledAt: desired.kind === 'active' ? null : entry.factsAt,
    // What is let go stays remembered as ours: it is no new wish of Entra's when it is seen again.
    applied: { ...appliedOf(after), ...decision.left },
    given: givenAfter(tieTo(input, observed.key), desired.kind === 'active' ? desired.licenseKeys : []),
    roleIds: desired.kind === 'active' ? rolesAfter(entry, link) : (link?.roleIds ?? []),
    repairs: repairsAfter(link, Object.keys(changes), decision.undone ?? []),
  };
  if (Object.keys(changes).length === 0) {
    return decision.action === 'disable'
      ? { kind: 'skip', reason: decision.reason, link: next }
      : { kind: 'link', link: next, action: decision.action, reason: decision.reason };
  }
  const present: Readonly<Record<string, unknown>> = { ...observed };
  return {
    kind: 'write',
    draft: {
      kind: 'update',
      action: decision.action,
      reason: decision.reason,
      link: next,
      fields: Object.keys(changes),
      before: Object.fromEntries(Object.keys(changes).map((name) => [name, present[name] ?? null])),
      modified: modifiedProperties(present, changes, desired.kind === 'active' ? desired.redacted : []),
      warning: isReadOnly
        ? 'GoTo lets only the primary account of this person change names and address.'
        : accessRemains(desired.kind, after, managed),
      factsAt: entry.factsAt,
      changes,
    },
  };
}

const onlyLicenses = ({ licenseKeys, groupKey }: AccountChanges): AccountChanges => ({
  ...(licenseKeys === undefined ? {} : { licenseKeys }),
  ...(groupKey === undefined ? {} : { groupKey }),
});

/** Disabled means no managed licence and, unless other products remain, a suspended account (goto-api.md 2.5). */
function accessRemains(
  kind: PlanEntry['desired']['kind'],
  after: Account,
  managed: ReadonlySet<string>,
): string | null {
  if (kind === 'active') return null;
  const others = after.licenseKeys.filter((key) => !managed.has(key));
  return others.length === 0
    ? null
    : `Access remains through ${others.length} licence(s) that the connector does not manage.`;
}
