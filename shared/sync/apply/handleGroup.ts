/**
 * A user group: looked for by name, made, or renamed; the same intent → write → result as for people, on the group's own
 * row (docs/protocol.md 3.10). A process may die between any two lines: the next one finds the group by its name.
 */
import { randomUUID } from 'node:crypto';
import { prepay } from '../../goto/Pacing';
import { isoTime } from '../../model/Clock';
import { ConnectorError } from '../../model/ConnectorError';
import { logEntry, type LogEntry } from '../../model/LogEntry';
import { groupId, groupName, groupNameKey, type GotoGroup, type ManagedGroup } from '../../model/ManagedGroup';
import type { Outcome } from '../../model/Outcome';
import type { PlanEntry, PlanResult } from '../../model/PlanEntry';
import type { Reason } from '../../model/Reason';
import { named } from '../../rules/judgeGroups';
import type { StoredGroup } from '../../store/GroupsTable';
import type { WithClock, WithStore } from '../Engine';
import type { ApplyContext } from './ApplyContext';
import { notVisibleUntil } from './notVisibleUntil';
import { overAt } from './recoverIntent';

const MAX_ROUNDS = 8;
const LOOK_AGAIN_MS = 5_000;

/** What the row of a group becomes, and what the log says of it. */
interface GroupEnd {
  readonly outcome: PlanResult['outcome'];
  readonly status: LogEntry['status'];
  readonly action?: LogEntry['action'];
  readonly reason: Reason;
  readonly code?: string;
  readonly message?: string;
  readonly intentId?: string;
  /** The group it was before: its row goes. */
  readonly former?: string;
  readonly change?: Partial<ManagedGroup>;
}

/** The name that the row wants. */
const wantedName = ({ after, displayName }: PlanEntry): string =>
  typeof after?.['name'] === 'string' ? after['name'] : displayName;

/** @throws ConnectorError, or anything unexpected: `outcomeOf` says what it means */
export async function handleGroup(context: ApplyContext, entry: PlanEntry): Promise<Outcome> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const outcome = await oneRound(context, entry);
    if (outcome !== 'again') return outcome;
  }
  return notVisibleUntil(context.engine.clock.now() + LOOK_AGAIN_MS);
}

async function oneRound(context: ApplyContext, entry: PlanEntry): Promise<Outcome | 'again'> {
  const { engine, cycleId } = context;
  const { store, clock, timing } = engine;
  const name = wantedName(entry);
  const stored = await store.groups.get(groupId(name), name);
  const { group } = stored;
  if (group.last?.cycleId === cycleId) return { kind: 'ended', result: group.last.result };
  const { pending } = group;
  if (pending !== null && clock.now() < pending.deadAt) return notVisibleUntil(pending.deadAt);
  const end = async (ending: GroupEnd): Promise<Outcome | 'again'> => {
    const result = await endGroup(engine, cycleId, entry, stored, ending);
    return result === undefined ? 'again' : { kind: 'ended', result };
  };
  const { at: lookedAt, groups: listed } = await context.userGroups(pending !== null);
  const [same, ...more] = named(listed, name);
  if (pending !== null) {
    if (same !== undefined) {
      const isMade = pending.kind === 'create';
      return end({
        ...done(isMade ? 'create' : 'update', entry.reason === 'RecoverWrite' ? 'GroupCreate' : entry.reason),
        intentId: pending.id,
        change: { key: same.key, origin: isMade ? 'created' : group.origin, pending: null, wroteAt: clock.now() },
      });
    }
    const over = overAt(pending, timing);
    if (clock.now() < over) return notVisibleUntil(Math.min(over, clock.now() + LOOK_AGAIN_MS));
    await store.groups.change(groupId(name), { ...group, pending: null }, stored.etag);
    return 'again';
  }
  if ((await context.stopped()) !== null) return end({ outcome: 'held', status: 'skipped', reason: 'Held' });
  if (more.length > 0) throw ambiguousGroups();
  if (same !== undefined && same.key === group.key)
    return end({ outcome: 'skip', status: 'skipped', reason: 'RedundantExport' });
  if (same !== undefined) return end({ ...done('link', 'GroupMatch'), change: { key: same.key, origin: 'adopted' } });
  // What was made a moment ago may not be listed yet.
  if (group.key !== null && clock.now() < group.wroteAt + timing.gotoLagMs)
    return notVisibleUntil(Math.min(group.wroteAt + timing.gotoLagMs, clock.now() + LOOK_AGAIN_MS));
  const former = entry.action === 'update' ? listed.find((one) => one.key === entry.targetId) : undefined;
  return write(context, entry, stored, { name, former, lookedAt, end });
}

/** Stores the intent, writes, stores the result. */
async function write(
  context: ApplyContext,
  entry: PlanEntry,
  { group, etag }: StoredGroup,
  about: {
    readonly name: string;
    /** To be renamed; undefined to make one. */
    readonly former: GotoGroup | undefined;
    readonly lookedAt: number;
    readonly end: (ending: GroupEnd) => Promise<Outcome | 'again'>;
  },
): Promise<Outcome | 'again'> {
  const { engine, caller } = context;
  const { accounts, clock, store, timing } = engine;
  const { name, former } = about;
  const deadAt = about.lookedAt + timing.lookLifeMs;
  await accounts.owner(caller);
  const paid = { pacer: await prepay(caller.pacer), sendBefore: deadAt };
  if (clock.now() >= deadAt) return 'again';
  const pending = {
    id: randomUUID(),
    kind: former === undefined ? ('create' as const) : ('rename' as const),
    key: former?.key ?? null,
    deadAt,
  };
  const opened = await store.groups.change(groupId(name), { ...group, name: groupName(name), pending }, etag);
  if (opened === undefined) return 'again';
  let key: string | null;
  try {
    if (former === undefined) key = await accounts.createGroup(name, paid);
    else {
      await accounts.renameGroup(former.key, name, paid);
      key = former.key;
    }
  } catch (error) {
    const isCertain = error instanceof ConnectorError && (!error.sent || error.refused);
    if (isCertain) await store.groups.change(groupId(name), { ...group, pending: null }, opened);
    throw error;
  }
  // Taken, and no key named: it is looked for by name.
  if (key === null) return notVisibleUntil(deadAt);
  const isMade = former === undefined;
  const result = await endGroup(
    engine,
    context.cycleId,
    entry,
    { group, etag: opened },
    {
      ...done(isMade ? 'create' : 'update', entry.reason),
      intentId: pending.id,
      ...(former === undefined ? {} : { former: groupId(former.name) }),
      change: {
        name: groupName(name),
        key,
        origin: isMade ? 'created' : group.origin,
        pending: null,
        wroteAt: clock.now(),
      },
    },
  );
  return result === undefined ? 'again' : { kind: 'ended', result };
}

const done = (action: 'create' | 'link' | 'update', reason: Reason) =>
  ({ outcome: 'done', status: 'success', action, reason }) as const;

/** Ends a group's part in a cycle, by its row. @returns undefined when somebody changed the row meanwhile */
async function endGroup(
  { store, clock }: WithStore & WithClock,
  cycleId: string,
  entry: PlanEntry,
  { group, etag }: StoredGroup,
  ending: GroupEnd,
): Promise<PlanResult | undefined> {
  const name = wantedName(entry);
  const oldName = entry.before?.['name'];
  const own = logEntry({
    kind: 'group',
    cycleId,
    sourceId: entry.sourceId,
    displayName: entry.displayName,
    targetId: ending.change?.key ?? group.key ?? entry.targetId,
    status: ending.status,
    action: ending.action ?? 'none',
    reason: ending.reason,
    errorCode: ending.code ?? null,
    errorMessage: ending.message ?? null,
    at: isoTime(clock.now()),
    modified:
      ending.action === 'create' || ending.action === 'update'
        ? [{ displayName: 'name', oldValue: typeof oldName === 'string' ? oldName : null, newValue: name }]
        : [],
    intentId: ending.intentId ?? null,
    before: entry.before,
    after: entry.after,
  });
  const { outcome } = ending;
  const result: PlanResult = { outcome, code: ending.code ?? null, message: ending.message ?? null, entries: [own] };
  const next: ManagedGroup = { ...group, ...ending.change, last: { cycleId, result } };
  const former = ending.former === groupId(name) ? undefined : ending.former;
  const changed = await store.groups.change(groupId(name), next, etag, former);
  return changed === undefined ? undefined : result;
}

/** Ends a group that cannot go on in this cycle; an open intent stays. */
export async function endFailedGroup(
  engine: WithStore & WithClock,
  cycleId: string,
  entry: PlanEntry,
  failure: { readonly kind: 'failed' | 'parked' | 'stop'; readonly code: string; readonly message: string },
): Promise<PlanResult | undefined> {
  const name = wantedName(entry);
  const stored = await engine.store.groups.get(groupId(name), name);
  if (stored.group.last?.cycleId === cycleId) return stored.group.last.result;
  return endGroup(
    engine,
    cycleId,
    entry,
    stored,
    failure.kind === 'stop'
      ? { outcome: 'held', status: 'skipped', reason: 'Held', message: failure.message }
      : {
          outcome: failure.kind,
          status: failure.kind === 'parked' ? 'parked' : 'failure',
          reason: entry.reason,
          code: failure.code,
          message: failure.message,
        },
  );
}

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
