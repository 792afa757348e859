/** Which user groups GoTo is to have, and what is to be done for each: pure, like `judge` for people. */
import { groupId, groupName, groupNameKey, type GotoGroup, type ManagedGroup } from '../model/ManagedGroup';
import { planEntry, type PlanEntry } from '../model/PlanEntry';
import { REASONS, type Reason } from '../model/Reason';

export interface GroupFacts {
  /** Who wants the group: an Entra group's id, or `wantedByRule`; each with the name it wants now. */
  readonly wanted: ReadonlyMap<string, string>;
  /** The names they wanted when they were last read. */
  readonly before: ReadonlyMap<string, string>;
  /** What is stored, by `groupId`. */
  readonly managed: ReadonlyMap<string, ManagedGroup>;
  /** GoTo's list of user groups. */
  readonly listed: readonly GotoGroup[];
  readonly driftPolicy: 'report' | 'repair';
  /** When (ms) GoTo's list was read, and how long it may lag. */
  readonly factsAt: number;
  readonly lagMs: number;
}

/** @returns a row for each group with something to do, in order of names */
export function judgeGroups(facts: GroupFacts): PlanEntry[] {
  const byName = new Map<string, { readonly sourceId: string; readonly name: string }>();
  for (const [sourceId, name] of [...facts.wanted].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const key = groupNameKey(name);
    if (key !== '' && !byName.has(key)) byName.set(key, { sourceId, name: groupName(name) });
  }
  const renamed = new Set<string>();
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, { sourceId, name }]) => {
      const decided = decide(facts, byName, renamed, { key, sourceId, name });
      return decided === undefined ? [] : [entryOf(facts, sourceId, name, decided)];
    });
}

interface Decided {
  readonly action: 'create' | 'link' | 'update' | 'recover';
  readonly reason: Reason;
  readonly targetId: string | null;
  /** The name GoTo shows, or the group had before. */
  readonly oldName: string | null;
}

function decide(
  facts: GroupFacts,
  wanted: ReadonlyMap<string, unknown>,
  renamed: Set<string>,
  group: { readonly key: string; readonly sourceId: string; readonly name: string },
): Decided | undefined {
  const own = facts.managed.get(groupId(group.name));
  if (own?.pending != null) return { action: 'recover', reason: 'RecoverWrite', targetId: own.key, oldName: null };
  // An undo made it what it is.
  if (own?.hold?.isOver === false) return undefined;
  const linked = facts.listed.find((one) => one.key === own?.key);
  if (linked !== undefined) {
    const isReleased = own?.hold?.isOver === true;
    if (groupNameKey(linked.name) === group.key || (facts.driftPolicy === 'report' && !isReleased)) return undefined;
    return {
      action: 'update',
      reason: isReleased ? 'GroupRenamed' : 'Drift',
      targetId: linked.key,
      oldName: linked.name,
    };
  }
  // What was just made may not be listed yet.
  if (own?.key != null && facts.factsAt < own.wroteAt + facts.lagMs) return undefined;
  const [same] = named(facts.listed, group.name);
  if (same !== undefined) return { action: 'link', reason: 'GroupMatch', targetId: same.key, oldName: same.name };
  const former = facts.before.get(group.sourceId);
  const formerRow = former === undefined ? undefined : facts.managed.get(groupId(former));
  const formerGroup = facts.listed.find((one) => one.key === formerRow?.key);
  const isFree = former !== undefined && !wanted.has(groupNameKey(former)) && !renamed.has(formerGroup?.key ?? '');
  if (formerGroup !== undefined && isFree) {
    renamed.add(formerGroup.key);
    return { action: 'update', reason: 'GroupRenamed', targetId: formerGroup.key, oldName: formerGroup.name };
  }
  return { action: 'create', reason: own?.key == null ? 'GroupCreate' : 'GroupMissing', targetId: null, oldName: null };
}

/** Groups of this name: one that is written the same way comes before those that differ in letter case. */
export function named(listed: readonly GotoGroup[], name: string): readonly GotoGroup[] {
  const same = listed.filter((one) => groupNameKey(one.name) === groupNameKey(name));
  const exact = same.filter((one) => one.name === name);
  return exact.length > 0 ? exact : same;
}

const entryOf = (
  { factsAt }: GroupFacts,
  sourceId: string,
  name: string,
  { action, reason, targetId, oldName }: Decided,
): PlanEntry =>
  planEntry({
    sourceId,
    kind: 'group',
    displayName: name,
    action,
    reason,
    why: REASONS[reason],
    steps: [],
    targetId,
    removal: false,
    drops: [],
    desired: { kind: 'leave', reason },
    roleIds: [],
    proofGroupIds: [],
    observed: null,
    before: oldName === null ? null : { name: oldName },
    after: { name },
    absentSince: null,
    factsAt,
    mark: null,
    personEtag: null,
  });
