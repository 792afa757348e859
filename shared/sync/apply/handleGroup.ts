/**
 * A user group: looked for by name, made, or renamed; of an undo, renamed back or deleted (docs/protocol.md 3.10). A process
 * may die between any two lines: the next one finds the group by its name.
 */
import { ConnectorError } from '../../model/ConnectorError';
import { groupId, groupNameKey, type GotoGroup } from '../../model/ManagedGroup';
import type { Outcome } from '../../model/Outcome';
import type { PlanEntry } from '../../model/PlanEntry';
import { named } from '../../rules/judgeGroups';
import { usedGroups } from '../../rules/usedGroups';
import type { StoredGroup } from '../../store/GroupsTable';
import type { ApplyContext } from './ApplyContext';
import { endGroup, isTakenBack, logGroup, nameOfRow, type GroupEnd } from './endGroup';
import { notVisibleUntil } from './notVisibleUntil';
import { LOOK_AGAIN_MS, recoverGroup, writeGroup } from './writeGroup';

const MAX_ROUNDS = 8;

/** @throws ConnectorError, or anything unexpected: `outcomeOf` says what it means */
export async function handleGroup(context: ApplyContext, entry: PlanEntry): Promise<Outcome> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const outcome = await oneRound(context, entry);
    if (outcome !== 'again') return outcome;
  }
  return notVisibleUntil(context.engine.clock.now() + LOOK_AGAIN_MS);
}

/** A group as its row and GoTo show it in one round. */
interface Round {
  readonly name: string;
  readonly stored: StoredGroup;
  readonly listed: readonly GotoGroup[];
  /** When (ms) GoTo was looked at. */
  readonly lookedAt: number;
  readonly end: (ending: GroupEnd) => Promise<Outcome | 'again'>;
}

async function oneRound(context: ApplyContext, entry: PlanEntry): Promise<Outcome | 'again'> {
  const { engine, cycleId } = context;
  const { store, clock } = engine;
  const name = nameOfRow(entry);
  const stored = await store.groups.get(groupId(name), name);
  const { last, pending, hold } = stored.group;
  if (last?.cycleId === cycleId) {
    await logGroup(engine, last.result);
    return { kind: 'ended', result: last.result };
  }
  if (pending !== null && clock.now() < pending.deadAt) return notVisibleUntil(pending.deadAt);
  const { at: lookedAt, groups: listed } = await context.userGroups(pending !== null);
  if (pending !== null) return recoverGroup(context, entry, stored, pending, listed);
  const end = async (ending: GroupEnd): Promise<Outcome | 'again'> => {
    const result = await endGroup(engine, cycleId, entry, stored, ending);
    return result === undefined ? 'again' : { kind: 'ended', result };
  };
  const isHeld = hold?.isOver === false && entry.hold === null;
  if (isHeld || (await context.stopped()) !== null)
    return end({ outcome: 'held', status: 'skipped', reason: isHeld ? 'HeldByRevert' : 'Held' });
  const round = { name, stored, listed, lookedAt, end };
  return isTakenBack(entry) ? takeBack(context, entry, round) : bringAbout(context, entry, round);
}

/** Sees to it that GoTo has a group of the wanted name. */
async function bringAbout(
  context: ApplyContext,
  entry: PlanEntry,
  { name, stored, listed, lookedAt, end }: Round,
): Promise<Outcome | 'again'> {
  const { clock, timing } = context.engine;
  const { group } = stored;
  const [same, ...more] = named(listed, name);
  if (more.length > 0) throw ambiguousGroups();
  if (same !== undefined && same.key === group.key)
    return end({ outcome: 'skip', status: 'skipped', reason: 'RedundantExport', change: { hold: null } });
  if (same !== undefined)
    return end({
      outcome: 'done',
      status: 'success',
      action: 'link',
      reason: 'GroupMatch',
      change: { key: same.key, origin: 'adopted', hold: null },
    });
  // What was made a moment ago may not be listed yet.
  if (group.key !== null && clock.now() < group.wroteAt + timing.gotoLagMs)
    return notVisibleUntil(Math.min(group.wroteAt + timing.gotoLagMs, clock.now() + LOOK_AGAIN_MS));
  // A list that leaves out what is there would get every group a twin.
  const { accounts } = context.engine;
  if (group.key !== null && !isListed(listed, group.key) && (await accounts.hasGroup(group.key, context.caller)))
    throw leftOut();
  const former = entry.action === 'update' ? listed.find((one) => one.key === entry.targetId) : undefined;
  const write = former === undefined ? ({ kind: 'create', name } as const) : renaming(former, name);
  return writeGroup(context, entry, stored, write, lookedAt);
}

const NOBODY: ReadonlySet<string> = new Set();

/** Takes a group away again, or its name; looked at first, as everything is. */
async function takeBack(
  context: ApplyContext,
  entry: PlanEntry,
  { stored, listed, lookedAt, end }: Round,
): Promise<Outcome | 'again'> {
  const { clock, timing } = context.engine;
  const { group } = stored;
  const present = listed.find((one) => one.key === entry.targetId);
  const isAsWritten = present !== undefined && present.key === group.key && present.name === entry.before?.['name'];
  if (!isAsWritten) return end({ outcome: 'skip', status: 'skipped', reason: 'ChangedSince' });
  if (entry.action === 'update') {
    const name = String(entry.after?.['name']);
    if (named(listed, name).some((one) => one.key !== present.key)) throw ambiguousGroups();
    return writeGroup(context, entry, stored, renaming(present, name), lookedAt);
  }
  const { at, accounts, hasDevices } = await context.accounts();
  if ((await usedGroups([present], accounts, { leaving: NOBODY, hasDevices })).has(present.key)) {
    // Its people left it a moment ago, which may not be listed yet.
    const believedFrom = context.stageSince + timing.gotoLagMs;
    if (Math.min(at, lookedAt) < believedFrom)
      return notVisibleUntil(Math.min(believedFrom, clock.now() + LOOK_AGAIN_MS));
    return end({ outcome: 'skip', status: 'skipped', reason: 'GroupInUse' });
  }
  return writeGroup(context, entry, stored, { kind: 'delete', key: present.key }, Math.min(at, lookedAt));
}

const isListed = (listed: readonly GotoGroup[], key: string): boolean => listed.some((one) => one.key === key);

const leftOut = (): ConnectorError =>
  new ConnectorError('GoTo’s list of user groups leaves out a group that GoTo knows by its key; it is read again.', {
    code: 'IncompleteRead',
    sent: true,
    repeatable: true,
    scope: 'object',
  });

const renaming = (group: GotoGroup, name: string) => ({ kind: 'rename', group, name }) as const;

const ambiguousGroups = (): ConnectorError =>
  new ConnectorError('GoTo has more than one user group of this name. Rename all but one in GoTo.', {
    code: 'DuplicateTargetEntries',
    sent: true,
    repeatable: false,
    scope: 'object',
  });

/** The person's group is not in GoTo yet; everything else is done. */
export const groupUnavailable = (name: string): ConnectorError =>
  new ConnectorError(`GoTo has no user group "${groupNameKey(name)}" yet; the person stays in the old one.`, {
    code: 'GroupUnavailable',
    sent: false,
    repeatable: false,
    scope: 'object',
  });
