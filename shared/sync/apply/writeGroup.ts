/** The one way to write to a user group: intent → write → result, on the group's own row (docs/protocol.md 3.10). */
import { randomUUID } from 'node:crypto';
import { prepay } from '../../goto/Pacing';
import type { Caller } from '../../goto/GotoClient';
import { ConnectorError } from '../../model/ConnectorError';
import { groupId, groupName, type GotoGroup, type ManagedGroup } from '../../model/ManagedGroup';
import type { Outcome } from '../../model/Outcome';
import type { PlanEntry } from '../../model/PlanEntry';
import { named } from '../../rules/judgeGroups';
import type { StoredGroup } from '../../store/GroupsTable';
import type { Engine } from '../Engine';
import type { ApplyContext } from './ApplyContext';
import { endGroup, nameOfRow, type GroupEnd } from './endGroup';
import { notVisibleUntil } from './notVisibleUntil';
import { overAt } from './recoverIntent';

/** How soon what GoTo does not show yet is looked for again, in ms. */
export const LOOK_AGAIN_MS = 5_000;

export type GroupWrite =
  | { readonly kind: 'create'; readonly name: string }
  | { readonly kind: 'rename'; readonly name: string; readonly group: GotoGroup }
  | { readonly kind: 'delete'; readonly key: string };

type Pending = NonNullable<ManagedGroup['pending']>;

/** @param lookedAt when (ms) GoTo was looked at: the write lives from then on. @returns 'again' when the row has to be read anew */
export async function writeGroup(
  context: ApplyContext,
  entry: PlanEntry,
  { group, etag }: StoredGroup,
  write: GroupWrite,
  lookedAt: number,
): Promise<Outcome | 'again'> {
  const { engine, caller } = context;
  const { clock, store, timing } = engine;
  const name = nameOfRow(entry);
  const deadAt = lookedAt + timing.lookLifeMs;
  await engine.accounts.owner(caller);
  const paid = { pacer: await prepay(caller.pacer), sendBefore: deadAt };
  if (clock.now() >= deadAt) return 'again';
  const pending: Pending = {
    id: randomUUID(),
    kind: write.kind,
    key: write.kind === 'create' ? null : write.kind === 'rename' ? write.group.key : write.key,
    newName: write.kind === 'delete' || write.name === name ? null : write.name,
    reason: entry.reason === 'RecoverWrite' ? REASON_OF[write.kind] : entry.reason,
    oldName: write.kind === 'rename' ? write.group.name : write.kind === 'delete' ? name : null,
    hold: entry.hold,
    deadAt,
  };
  const opened = await store.groups.change(groupId(name), { ...group, name: groupName(name), pending }, etag);
  if (opened === undefined) return 'again';
  let key: string | null;
  try {
    key = await send(engine, write, paid);
  } catch (error) {
    const isCertain = error instanceof ConnectorError && (!error.sent || error.refused);
    if (isCertain) await store.groups.change(groupId(name), { ...group, pending: null }, opened);
    throw error;
  }
  // Taken, and no key named: it is looked for by name.
  if (key === null && write.kind === 'create') return { ...notVisibleUntil(deadAt), countsAsAttempt: true };
  const stored = { group: { ...group, name: groupName(name) }, etag: opened };
  const ending = writtenAs(name, group, pending, key, clock.now());
  const result = await endGroup(engine, context.cycleId, entry, stored, ending);
  return result === undefined ? 'again' : { kind: 'ended', result };
}

/** @returns the key of what was made or renamed; null where there is none, or GoTo names none */
async function send({ accounts }: Engine, write: GroupWrite, paid: Caller): Promise<string | null> {
  switch (write.kind) {
    case 'create':
      return accounts.createGroup(write.name, paid);
    case 'rename':
      await accounts.renameGroup(write.group.key, write.name, paid);
      return write.group.key;
    case 'delete':
      await accounts.deleteGroup(write.key, paid);
      return null;
  }
}

/**
 * What became of a write whose end is not known: as soon as GoTo's list shows it, it happened; that it did not is certain
 * only when it can neither land nor show any more.
 */
export async function recoverGroup(
  { engine, cycleId }: ApplyContext,
  entry: PlanEntry,
  stored: StoredGroup,
  pending: Pending,
  listed: readonly GotoGroup[],
): Promise<Outcome | 'again'> {
  const { clock, store, timing } = engine;
  const { group, etag } = stored;
  const shown = shownBy(pending, nameOfRow(entry), listed);
  if (shown !== undefined) {
    const ending = writtenAs(nameOfRow(entry), group, pending, shown, clock.now());
    const result = await endGroup(engine, cycleId, entry, stored, ending);
    return result === undefined ? 'again' : { kind: 'ended', result };
  }
  const over = overAt(pending, timing);
  if (clock.now() < over) return notVisibleUntil(Math.min(over, clock.now() + LOOK_AGAIN_MS));
  await store.groups.change(groupId(nameOfRow(entry)), { ...group, pending: null }, etag);
  return 'again';
}

/** @returns the group's key, null when it is gone as it was to be; undefined when the list does not show the write */
function shownBy(pending: Pending, name: string, listed: readonly GotoGroup[]): string | null | undefined {
  if (pending.kind === 'delete') return listed.some((one) => one.key === pending.key) ? undefined : null;
  return named(listed, pending.newName ?? name)[0]?.key;
}

const ACTIONS = { create: 'create', rename: 'update', delete: 'delete' } as const;
/** Why a group is written that a cycle has found with an open intent, or where the intent does not say. */
const REASON_OF = { create: 'GroupCreate', rename: 'GroupRenamed', delete: 'Undone' } as const;

/** @param name by which the row goes. What was written is the intent's to say: another cycle may have found it. */
function writtenAs(name: string, group: ManagedGroup, pending: Pending, key: string | null, nowMs: number): GroupEnd {
  const { hold, kind, newName, oldName } = pending;
  return {
    outcome: 'done',
    status: 'success',
    action: ACTIONS[kind],
    reason: pending.reason ?? REASON_OF[kind],
    intentId: pending.id,
    names: { before: oldName, after: kind === 'delete' ? null : (newName ?? name) },
    isRenamed: kind === 'rename' && newName === null,
    change: {
      key,
      origin: kind === 'create' ? 'created' : group.origin,
      pending: null,
      hold: hold?.kind === 'set' ? { by: hold.by, isOver: false } : null,
      wroteAt: nowMs,
    },
  };
}
