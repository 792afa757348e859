/**
 * One round up to the write: what there is is read, an earlier write found out about, and what is to be done decided
 * (docs/protocol.md 3.4). Level-triggered: it ends, waits, or gives the one write to make.
 *
 * Upholds I05, I07, I09 and I20.
 */
import { emailKey } from '../../model/Account';
import { matchingAddresses } from '../../model/Desired';
import type { Link } from '../../model/Link';
import type { LogEntry } from '../../model/LogEntry';
import { groupId } from '../../model/ManagedGroup';
import { lastTie, type ManagedPerson } from '../../model/ManagedPerson';
import type { PlanEntry } from '../../model/PlanEntry';
import { meetingsInWords } from '../../rules/meetingsInWords';
import { seatTurn } from '../../rules/seats';
import type { StoredPerson } from '../../store/PeopleTable';
import { contradictsAbsence } from '../job/contradictsAbsence';
import { recalledTie } from '../job/recalledTie';
import { bestBefore } from './bestBefore';
import { claimAccount, isTakenOver } from './claimAccount';
import { groupUnavailable } from './handleGroup';
import { AGAIN, ended, readAgain, wait, type Decided } from './Decided';
import { endPerson, type Ending } from './endPerson';
import { holdAfter } from './holdAfter';
import { listedAccount } from './listedAccount';
import { ambiguous, look } from './look';
import { prepare, type Draft } from './prepare';
import { recoverIntent } from './recoverIntent';
import { addressBusy, addressTaken } from './resolveConflict';
import { licensesAsked, noSeat } from './seats';
import { showsOwnWrite } from './showsOwnWrite';
import type { Task } from './Task';
import { writtenBefore } from './writtenBefore';

/** How soon an own write that GoTo does not show yet is looked for again, in ms. */
const OWN_WRITE_LOOK_MS = 5_000;

/** By the row alone: whoever need not be looked at in GoTo ends here. @throws ConnectorError, or anything unexpected: `outcomeOf` says what it means */
export async function decidePerson(task: Task): Promise<Decided> {
  const { context, entry, startedAt } = task;
  const { engine, cycleId } = context;
  const stored = await engine.store.people.get(entry.sourceId);
  const { person } = stored;
  if (person.last?.cycleId === cycleId) return ended(person.last.result);
  const written = await writtenBefore(context, entry, stored);
  if (person.pending !== null) {
    const open = { ...stored, person: { ...person, pending: person.pending } };
    const outcome = await recoverIntent(context, entry, open, written, startedAt);
    return outcome === undefined ? AGAIN : { kind: 'outcome', outcome };
  }
  const end = (ending: Ending, change: Partial<ManagedPerson> = {}) => endTask(task, stored, written, ending, change);
  if ((await context.stopped()) !== null) return end({ outcome: 'held', reason: 'Held' });
  if (person.seenAt > entry.factsAt) return end({ outcome: 'superseded', reason: 'Superseded' });
  if (person.hold === 'rejected' && entry.desired.kind === 'active' && !entry.removal) {
    // Wanted again: what was rejected is forgotten.
    await engine.store.people.change(entry.sourceId, { ...person, hold: null }, stored.etag);
    return AGAIN;
  }
  if (person.hold !== null && entry.hold === null) return end({ outcome: 'held', reason: 'Held' });
  if (context.isOnDemand && engine.clock.now() >= entry.factsAt + engine.timing.lookLifeMs)
    return readAgain(engine.clock.now());
  if (entry.desired.kind === 'leave') return end({ outcome: 'skip', reason: entry.desired.reason });
  if (entry.observed === 'ambiguous') throw ambiguous();
  if (person.fencedUntil > engine.clock.now()) return wait(person.fencedUntil);
  // Untied since the row was judged, or asked for on demand, where nobody plans.
  const tied = await recalledTie(engine, entry, person);
  if (tied !== undefined) {
    await engine.store.people.change(entry.sourceId, tied, stored.etag);
    return AGAIN;
  }
  return decide(task, stored, written, end);
}

/** By what GoTo shows of the account. */
async function decide(
  task: Task,
  stored: StoredPerson,
  written: readonly LogEntry[],
  end: (ending: Ending, change?: Partial<ManagedPerson>) => Promise<Decided>,
): Promise<Decided> {
  const { context, entry, attempts, learnt } = task;
  const { engine, caller } = context;
  const { person } = stored;
  const lookedAt = engine.clock.now();
  if (entry.removal || losesRole(entry, person)) {
    if (await contradictsAbsence(context, entry)) return doubt(task, end);
    if (
      entry.desired.kind === 'inactive' &&
      person.link !== null &&
      (await isTakenOver(engine, person.link.key, entry.sourceId))
    )
      return end({ outcome: 'skip', reason: 'AccountTakenOver' }, { link: null });
  }
  if (entry.desired.kind === 'inactive' && person.link === null)
    return end({ outcome: 'skip', reason: entry.desired.reason });

  if (await waitsForSeat(task, person.link)) throw noSeat();
  const listed = attempts > 0 || learnt.isListStale ? undefined : listedAccount(entry, person);
  const observed =
    listed ??
    (await look(engine, person.link, entry.desired.kind === 'active' ? matchingAddresses(entry.desired) : [], caller));
  const { gotoLagMs } = engine.timing;
  if (lookedAt < person.wroteAt + gotoLagMs && !showsOwnWrite(person, observed))
    return wait(Math.min(person.wroteAt + gotoLagMs, lookedAt + OWN_WRITE_LOOK_MS));
  // Made in this cycle, and nowhere to be seen: posted again it would be another invitation. The proof at close tells.
  if (observed === 'absent' && written.some((one) => one.action === 'create' && one.targetId === person.link?.key))
    return end({ outcome: 'skip', reason: 'Create' });

  const group = await groupOf(task);
  const prepared = prepare({
    entry: withGroupKey(entry, group?.key ?? null),
    link: person.link,
    untied: person.untied,
    observed,
    licensesOfRules: context.licensesOfRules,
    driftPolicy: engine.policy.driftPolicy,
    withoutEmail: learnt.isAddressRefused,
  });
  if (typeof observed === 'object' && prepared.kind !== 'skip') {
    const owner = await engine.accounts.owner(caller);
    if (observed.key === owner.key || emailKey(observed.email) === owner.email)
      return end({ outcome: 'skip', reason: 'TargetIsTokenOwner' });
    if (engine.policy.protectedUsers.includes(emailKey(observed.email)))
      return end({ outcome: 'skip', reason: 'Protected' });
  }
  if (learnt.isAddressRefused && (prepared.kind === 'skip' || prepared.kind === 'link'))
    throw learnt.isAddressBusy ? addressBusy() : addressTaken();
  if (group?.key === null && prepared.kind === 'skip' && prepared.reason === 'RedundantExport')
    throw groupUnavailable(group.name);
  switch (prepared.kind) {
    case 'held':
      return end({ outcome: 'held', reason: prepared.reason });
    case 'unlink':
      return end({ outcome: 'skip', reason: prepared.reason }, { link: null, seenAt: entry.factsAt });
    case 'skip':
      return end(
        {
          outcome: 'skip',
          reason: prepared.reason,
          ...(prepared.left === undefined ? {} : { message: prepared.left }),
        },
        prepared.reason === 'RedundantExport'
          ? { link: prepared.link, seenAt: entry.factsAt, ...(written.length > 0 ? holdAfter(entry.hold) : {}) }
          : {},
      );
    case 'link':
      if (
        !(await claimAccount(engine, prepared.link.key, entry, (holder) =>
          hasSeenEndOf(task, holder, stored, lookedAt),
        ))
      )
        return AGAIN;
      return end(
        { outcome: 'done', reason: prepared.reason, action: prepared.action, targetId: prepared.link.key },
        { link: prepared.link, seenAt: entry.factsAt, wroteAt: lookedAt, ...holdAfter(entry.hold) },
      );
    case 'write': {
      const inTheWay = prepared.draft.kind === 'delete' ? await meetings(task, prepared.draft.link.key) : null;
      if (inTheWay !== null) return end({ outcome: 'skip', reason: 'UpcomingMeetings', message: inTheWay });
      // What is undone says so, whatever the account looks like.
      return writing(
        task,
        stored,
        written,
        entry.hold === null ? prepared.draft : { ...prepared.draft, reason: entry.reason },
        lookedAt,
        // GoTo's creation takes no group (goto-api.md 2.6): the person moves there next.
        group !== null && (prepared.draft.changes === null || group.key === null),
      );
    }
  }
}

/**
 * Whether what was seen of the account is younger than the last write for whoever had it, who may have lost it in this very
 * cycle, behind its list. If not, that write counts as this person's own: it is waited for, and looked at.
 * @param lookedAt in ms
 */
async function hasSeenEndOf(
  { context, entry }: Task,
  holder: ManagedPerson,
  { person, etag }: StoredPerson,
  lookedAt: number,
): Promise<boolean> {
  const { store, timing } = context.engine;
  const shownFrom = Math.max(holder.fencedUntil, holder.wroteAt + timing.gotoLagMs);
  if (holder.wroteAt <= person.wroteAt && shownFrom <= lookedAt) return true;
  const wroteAt = Math.max(person.wroteAt, holder.wroteAt);
  const fencedUntil = Math.max(person.fencedUntil, shownFrom);
  await store.people.change(entry.sourceId, { ...person, wroteAt, fencedUntil }, etag);
  return false;
}

/** Whoever waits for a seat was looked at when that began: while there is none, GoTo is asked about licences alone. */
async function waitsForSeat({ context, entry }: Task, link: Link | null): Promise<boolean> {
  const { desired, mark, observed } = entry;
  if (mark?.seatSince == null || observed !== null || desired.kind !== 'active') return false;
  const held = link?.applied.licenseKeys ?? [];
  return context.isShort(
    desired.licenseKeys.filter((key) => !held.includes(key)),
    seatTurn(entry),
  );
}

/** What would be lost with the account, asked right before it goes. */
async function meetings({ context }: Task, key: string): Promise<string | null> {
  return meetingsInWords(await context.engine.accounts.upcomingMeetings(key, context.caller));
}

/** Entra shows the access that the lists do not: nothing is taken, and nothing counts as taken. */
async function doubt({ context, entry }: Task, end: (ending: Ending) => Promise<Decided>): Promise<Decided> {
  const { engine, cycleId } = context;
  await engine.store.removalWindow.giveBack(entry.sourceId, cycleId);
  return end({ outcome: 'doubt', reason: 'AbsenceDoubted' });
}

async function writing(
  task: Task,
  stored: StoredPerson,
  written: readonly LogEntry[],
  draft: Draft,
  lookedAt: number,
  isBeforeGroup: boolean,
): Promise<Decided> {
  const { context, entry, startedAt, learnt } = task;
  const asked = licensesAsked(draft, stored.person);
  if (await context.isShort(asked, seatTurn(entry))) {
    // The account that waits for its seat is theirs: nobody is asked to delete it as that of who had it before.
    const isOthers = draft.kind === 'update' && draft.link.key !== stored.person.link?.key;
    if (isOthers) await claimAccount(context.engine, draft.link.key, entry);
    throw noSeat();
  }
  return {
    kind: 'write',
    input: {
      entry,
      stored,
      written,
      draft,
      asked,
      lookedAt: bestBefore(task, lookedAt),
      startedAt,
      isPart: learnt.isAddressRefused || isBeforeGroup,
    },
  };
}

/** The person's group, its key null while GoTo has none; null where the group is left alone. */
async function groupOf({
  context,
  entry,
  learnt,
}: Task): Promise<{ readonly name: string; readonly key: string | null } | null> {
  const { desired } = entry;
  if (desired.kind !== 'active') return null;
  const { group: name, groupKey = null } = desired;
  if (name === undefined) return null;
  if (learnt.isGroupRefused) return { name, key: null };
  const { group } = await context.engine.store.groups.get(groupId(name), name);
  return { name, key: group.key ?? (groupKey?.startsWith('new: ') === true ? null : groupKey) };
}

async function endTask(
  { context, entry, startedAt }: Task,
  stored: StoredPerson,
  written: readonly LogEntry[],
  ending: Ending,
  change: Partial<ManagedPerson>,
): Promise<Decided> {
  const result = await endPerson(
    context.engine,
    { cycleId: context.cycleId, entry, startedAt },
    stored,
    written,
    ending,
    change,
  );
  return result === undefined ? AGAIN : ended(result);
}

/** A role that the person held, by a tie that a restart may have forgotten, gave licences that this row takes, though another stays. */
const losesRole = ({ desired, drops, roleIds }: PlanEntry, person: ManagedPerson): boolean =>
  desired.kind === 'active' &&
  drops.length > 0 &&
  lastTie(person)?.roleIds.some((id) => !roleIds.includes(id)) === true;

/** The row as it is to be done now: with the group's key, or without a group. */
function withGroupKey(entry: PlanEntry, key: string | null): PlanEntry {
  const { desired } = entry;
  if (desired.kind !== 'active' || desired.group === undefined) return entry;
  return { ...entry, desired: { ...desired, groupKey: key ?? undefined } };
}
