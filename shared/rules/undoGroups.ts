/** What a cycle did to user groups → the rows that take it back. Pure, like `undo` for people (docs/protocol.md 3.7). */
import type { HoldChange } from '../model/HoldChange';
import type { LogEntry } from '../model/LogEntry';
import { groupId, type GotoGroup, type ManagedGroup } from '../model/ManagedGroup';
import { planEntry, type PlanEntry } from '../model/PlanEntry';
import { REASONS, type Reason } from '../model/Reason';
import { named } from './judgeGroups';

export interface UndoneGroupsFacts {
  /** Writes of the cycle that is undone, of groups only. */
  readonly writes: readonly LogEntry[];
  /** What is stored, by `groupId`. */
  readonly managed: ReadonlyMap<string, ManagedGroup>;
  /** GoTo's list of user groups. */
  readonly listed: readonly GotoGroup[];
  /** Keys of groups that somebody is left in when the undo has moved and disabled its people. */
  readonly used: ReadonlySet<string>;
  /** When (ms) the lists were read. */
  readonly factsAt: number;
  /** What becomes of a group's hold together with the write. */
  readonly hold: HoldChange;
}

/** @returns a row for each write; one that is not open says why nothing is taken back */
export const undoGroups = (facts: UndoneGroupsFacts): { readonly entry: PlanEntry; readonly isOpen: boolean }[] =>
  facts.writes.map((write) => {
    const undone = undoOf(facts, write);
    const isOpen = typeof undone !== 'string';
    return { entry: entryOf(facts, write, undone), isOpen };
  });

interface Undone {
  readonly action: 'create' | 'update' | 'delete';
  readonly before: string | null;
  readonly after: string | null;
}

function undoOf({ managed, listed, used }: UndoneGroupsFacts, write: LogEntry): Undone | Reason {
  const [before, after] = [nameIn(write.before), nameIn(write.after)];
  if (write.action === 'delete') {
    if (before === null) return 'NothingToUndo';
    return named(listed, before).length > 0 ? 'ChangedSince' : { action: 'create', before: null, after: before };
  }
  if (after === null) return 'NothingToUndo';
  const own = managed.get(groupId(after)) ?? (before === null ? undefined : managed.get(groupId(before)));
  const present = listed.find((one) => one.key === write.targetId);
  if (present === undefined || own?.key !== present.key || own.pending !== null || present.name !== after)
    return 'ChangedSince';
  if (write.action === 'create')
    return used.has(present.key) ? 'GroupInUse' : { action: 'delete', before: after, after: null };
  if (write.action !== 'update' || before === null) return 'NothingToUndo';
  return named(listed, before).some((one) => one.key !== present.key)
    ? 'ChangedSince'
    : { action: 'update', before: after, after: before };
}

const nameIn = (values: LogEntry['before']): string | null =>
  typeof values?.['name'] === 'string' ? values['name'] : null;

function entryOf({ factsAt, hold }: UndoneGroupsFacts, write: LogEntry, undone: Undone | Reason): PlanEntry {
  const isOpen = typeof undone !== 'string';
  const reason = isOpen ? 'Undone' : undone;
  return planEntry({
    sourceId: write.sourceId,
    kind: 'group',
    displayName: write.displayName,
    action: isOpen ? undone.action : 'none',
    reason,
    why: isOpen ? UNDONE_IN_WORDS[undone.action] : REASONS[reason],
    steps: [],
    targetId: isOpen && undone.action === 'create' ? null : write.targetId,
    removal: false,
    drops: [],
    desired: { kind: 'leave', reason },
    roleIds: [],
    proofGroupIds: [],
    observed: null,
    before: isOpen && undone.before !== null ? { name: undone.before } : null,
    after: isOpen && undone.after !== null ? { name: undone.after } : null,
    absentSince: null,
    factsAt,
    mark: null,
    personEtag: null,
    hold: isOpen ? hold : null,
  });
}

const UNDONE_IN_WORDS = {
  create: 'An undo had deleted the user group: it is made anew.',
  update: 'The cycle had renamed the user group: it gets its former name back.',
  delete: 'The cycle had made the user group: it is deleted, as nobody else is in it.',
} as const;
