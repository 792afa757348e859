/**
 * prepare → commit for one person, the only way to GoTo: lanes and requests on demand alike (docs/protocol.md 3.4).
 * Level-triggered: reads what there is, finds out what became of an earlier write, decides, writes; whoever loses the
 * person's row to somebody else begins anew.
 *
 * Upholds I03, I05, I06, I07, I08 and I09.
 */
import { emailKey } from '../../model/Account';
import { ConnectorError } from '../../model/ConnectorError';
import { matchingAddresses } from '../../model/Desired';
import type { Link } from '../../model/Link';
import type { LogEntry } from '../../model/LogEntry';
import { groupId } from '../../model/ManagedGroup';
import type { ManagedPerson } from '../../model/ManagedPerson';
import type { Outcome } from '../../model/Outcome';
import type { PlanEntry } from '../../model/PlanEntry';
import { meetingsInWords } from '../../rules/meetingsInWords';
import { seatTurn } from '../../rules/seats';
import type { StoredPerson } from '../../store/PeopleTable';
import type { ApplyContext } from './ApplyContext';
import { contradictsAbsence } from '../job/contradictsAbsence';
import { claimAccount, isTakenOver } from './claimAccount';
import { commit, type CommitInput, type Committed } from './commit';
import { groupUnavailable } from './handleGroup';
import { AGAIN, ended, readAgain, wait, type Decided } from './Decided';
import { endPerson, type Ending } from './endPerson';
import { holdAfter } from './holdAfter';
import { isDecided } from './isDecided';
import { listedAccount } from './listedAccount';
import { ambiguous, look } from './look';
import { notVisibleUntil } from './notVisibleUntil';
import { MAX_ATTEMPTS } from './outcomeOf';
import { prepare, type Draft } from './prepare';
import { overAt, recoverIntent } from './recoverIntent';
import { addressBusy, addressTaken, resolveConflict, steppingAside } from './resolveConflict';
import { licensesAsked, noSeat } from './seats';
import { showsOwnWrite } from './showsOwnWrite';
import { afterAnswerWithoutKey, afterUnseenConflict } from './transfer';
import { writtenBefore } from './writtenBefore';

/** Times the row may be lost to somebody else before the person waits a moment. */
const MAX_ROUNDS = 8;
const LOST_ROW_WAIT_MS = 1_000;

/** Who, and what is planned for them. */
export interface Target {
  readonly entry: PlanEntry;
  /** Tries that failed before this one. */
  readonly attempts: number;
}

/** @throws ConnectorError, or anything unexpected: `outcomeOf` says what it means */
export const handlePerson = (context: ApplyContext, target: Target): Promise<Outcome> =>
  new Handling(context, target).run();

/** A role that the person held gave licences that this row takes, though another role stays. */
const losesRole = ({ desired, drops, roleIds }: PlanEntry, link: Link | null): boolean =>
  desired.kind === 'active' && drops.length > 0 && link !== null && link.roleIds.some((id) => !roleIds.includes(id));

/** The rounds of one person; what a round learns about GoTo serves the next. */
export class Handling {
  readonly #startedAt: number;
  /** The wanted address is another account's for now: everything else is written. */
  #isAddressRefused = false;
  /** Its holder is about to leave it. */
  #isAddressBusy = false;
  /** GoTo does not take the person into the wanted group: everything else is written. */
  #isGroupRefused = false;
  /** GoTo has changed since the list of this cycle. */
  #isListStale = false;

  constructor(
    private readonly context: ApplyContext,
    private readonly target: Target,
  ) {
    this.#startedAt = context.engine.clock.now();
  }

  /** Rounds to the end, or until the row was lost too often. @throws like `handlePerson` */
  async run(): Promise<Outcome> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const decided = await this.prepare();
      if (decided.kind === 'outcome') return decided.outcome;
      if (decided.kind === 'again') continue;
      const [committed] = await commit(this.context, [decided.input]);
      const outcome = committed === undefined ? undefined : await this.settle(decided.input, committed);
      if (outcome !== undefined) return outcome;
    }
    return {
      kind: 'retryAfter',
      at: this.context.engine.clock.now() + LOST_ROW_WAIT_MS,
      code: 'Conflict',
      message: 'The person is being changed by somebody else right now.',
      countsAsAttempt: true,
    };
  }

  /** One round up to the write. */
  async prepare(): Promise<Decided> {
    const { engine, cycleId } = this.context;
    const { entry } = this.target;
    const stored = await engine.store.people.get(entry.sourceId);
    const { person } = stored;
    if (person.last?.cycleId === cycleId) return ended(person.last.result);
    const written = await writtenBefore(this.context, entry, stored);
    if (person.pending !== null) {
      const open = { ...stored, person: { ...person, pending: person.pending } };
      const outcome = await recoverIntent(this.context, entry, open, written, this.#startedAt);
      return outcome === undefined ? AGAIN : { kind: 'outcome', outcome };
    }
    const end = (ending: Ending, change: Partial<ManagedPerson> = {}) => this.#end(stored, written, ending, change);
    if ((await this.context.stopped()) !== null) return end({ outcome: 'held', reason: 'Held' });
    if (person.seenAt > entry.factsAt) return end({ outcome: 'superseded', reason: 'Superseded' });
    if (person.hold === 'rejected' && entry.desired.kind === 'active' && !entry.removal) {
      // Wanted again: what was rejected is forgotten.
      await engine.store.people.change(entry.sourceId, { ...person, hold: null }, stored.etag);
      return AGAIN;
    }
    if (person.hold !== null && entry.hold === null) return end({ outcome: 'held', reason: 'Held' });
    if (this.context.isOnDemand && engine.clock.now() >= entry.factsAt + engine.timing.lookLifeMs)
      return readAgain(engine.clock.now());
    if (entry.desired.kind === 'leave') return end({ outcome: 'skip', reason: entry.desired.reason });
    if (entry.observed === 'ambiguous') throw ambiguous();
    if (person.fencedUntil > engine.clock.now()) return wait(person.fencedUntil);
    return this.#decide(stored, written, end);
  }

  async #decide(
    stored: StoredPerson,
    written: readonly LogEntry[],
    end: (ending: Ending, change?: Partial<ManagedPerson>) => Promise<Decided>,
  ): Promise<Decided> {
    const { engine, caller } = this.context;
    const { entry, attempts } = this.target;
    const { person } = stored;
    const lookedAt = engine.clock.now();
    if (entry.removal || losesRole(entry, person.link)) {
      if (await contradictsAbsence(this.context, entry)) return this.#doubt(end);
      if (
        entry.desired.kind === 'inactive' &&
        person.link !== null &&
        (await isTakenOver(engine, person.link.key, entry.sourceId))
      )
        return end({ outcome: 'skip', reason: 'AccountTakenOver' }, { link: null });
    }
    if (entry.desired.kind === 'inactive' && person.link === null)
      return end({ outcome: 'skip', reason: entry.desired.reason });

    if (await this.#waitsOn(person.link)) throw noSeat();
    const listed = attempts > 0 || this.#isListStale ? undefined : listedAccount(entry, person);
    const observed =
      listed ??
      (await look(
        engine,
        person.link,
        entry.desired.kind === 'active' ? matchingAddresses(entry.desired) : [],
        caller,
      ));
    const { gotoLagMs } = engine.timing;
    if (lookedAt < person.wroteAt + gotoLagMs && !showsOwnWrite(person, observed))
      return wait(Math.min(person.wroteAt + gotoLagMs, lookedAt + OWN_WRITE_LOOK_MS));
    // Made in this cycle, and nowhere to be seen: posted again it would be another invitation. The proof at close tells.
    if (observed === 'absent' && written.some((one) => one.action === 'create' && one.targetId === person.link?.key))
      return end({ outcome: 'skip', reason: 'Create' });

    const group = await this.#group();
    const prepared = prepare({
      entry: withGroupKey(entry, group?.key ?? null),
      link: person.link,
      observed,
      licensesOfRules: this.context.licensesOfRules,
      driftPolicy: engine.policy.driftPolicy,
      withoutEmail: this.#isAddressRefused,
    });
    if (typeof observed === 'object' && prepared.kind !== 'skip') {
      const owner = await engine.accounts.owner(caller);
      if (observed.key === owner.key || emailKey(observed.email) === owner.email)
        return end({ outcome: 'skip', reason: 'TargetIsTokenOwner' });
      if (engine.policy.protectedUsers.includes(emailKey(observed.email)))
        return end({ outcome: 'skip', reason: 'Protected' });
    }
    if (this.#isAddressRefused && (prepared.kind === 'skip' || prepared.kind === 'link'))
      throw this.#isAddressBusy ? addressBusy() : addressTaken();
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
          !(await claimAccount(engine, prepared.link.key, entry.sourceId, (holder) =>
            this.#hasSeenEndOf(holder, stored, lookedAt),
          ))
        )
          return AGAIN;
        return end(
          { outcome: 'done', reason: prepared.reason, action: prepared.action, targetId: prepared.link.key },
          { link: prepared.link, seenAt: entry.factsAt, wroteAt: lookedAt, ...holdAfter(entry.hold) },
        );
      case 'write': {
        const inTheWay = prepared.draft.kind === 'delete' ? await this.#meetings(prepared.draft.link.key) : null;
        if (inTheWay !== null) return end({ outcome: 'skip', reason: 'UpcomingMeetings', message: inTheWay });
        // What is undone says so, whatever the account looks like.
        return this.#writing(
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
  async #hasSeenEndOf(holder: ManagedPerson, { person, etag }: StoredPerson, lookedAt: number): Promise<boolean> {
    const { store, timing } = this.context.engine;
    const shownFrom = Math.max(holder.fencedUntil, holder.wroteAt + timing.gotoLagMs);
    if (holder.wroteAt <= person.wroteAt && shownFrom <= lookedAt) return true;
    const wroteAt = Math.max(person.wroteAt, holder.wroteAt);
    const fencedUntil = Math.max(person.fencedUntil, shownFrom);
    await store.people.change(this.target.entry.sourceId, { ...person, wroteAt, fencedUntil }, etag);
    return false;
  }

  /** Whoever waits for a seat was looked at when that began: while there is none, GoTo is asked about licences alone. */
  async #waitsOn(link: Link | null): Promise<boolean> {
    const { entry } = this.target;
    const { desired, mark, observed } = entry;
    if (mark?.seatSince == null || observed !== null || desired.kind !== 'active') return false;
    const held = link?.applied.licenseKeys ?? [];
    return this.context.isShort(
      desired.licenseKeys.filter((key) => !held.includes(key)),
      seatTurn(entry),
    );
  }

  /** What would be lost with the account, asked right before it goes. */
  async #meetings(key: string): Promise<string | null> {
    return meetingsInWords(await this.context.engine.accounts.upcomingMeetings(key, this.context.caller));
  }

  /** Entra shows the access that the lists do not: nothing is taken, and nothing counts as taken. */
  async #doubt(end: (ending: Ending) => Promise<Decided>): Promise<Decided> {
    const { engine, cycleId } = this.context;
    await engine.store.removalWindow.giveBack(this.target.entry.sourceId, cycleId);
    return end({ outcome: 'doubt', reason: 'AbsenceDoubted' });
  }

  async #writing(
    stored: StoredPerson,
    written: readonly LogEntry[],
    draft: Draft,
    lookedAt: number,
    isBeforeGroup: boolean,
  ): Promise<Decided> {
    const { entry } = this.target;
    const asked = licensesAsked(draft, stored.person);
    if (await this.context.isShort(asked, seatTurn(entry))) {
      // The account that waits for its seat is theirs: nobody is asked to delete it as that of who had it before.
      const isOthers = draft.kind === 'update' && draft.link.key !== stored.person.link?.key;
      if (isOthers) await claimAccount(this.context.engine, draft.link.key, entry.sourceId);
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
        lookedAt: this.#bestBefore(lookedAt),
        startedAt: this.#startedAt,
        isPart: this.#isAddressRefused || isBeforeGroup,
      },
    };
  }

  /** The person's group, its key null while GoTo has none; null where the group is left alone. */
  async #group(): Promise<{ readonly name: string; readonly key: string | null } | null> {
    const { desired } = this.target.entry;
    if (desired.kind !== 'active') return null;
    const { group: name, groupKey = null } = desired;
    if (name === undefined) return null;
    if (this.#isGroupRefused) return { name, key: null };
    const { group } = await this.context.engine.store.groups.get(groupId(name), name);
    return { name, key: group.key ?? (groupKey?.startsWith('new: ') === true ? null : groupKey) };
  }

  /** What became of the write that `prepare` gave. @returns undefined when the person's row has to be read again */
  async settle(
    { draft, stored, written, asked, lookedAt }: CommitInput,
    committed: Committed,
  ): Promise<Outcome | undefined> {
    if (committed.kind !== 'refused') return this.#afterCommit(committed, stored);
    const { cause } = committed;
    if (!(cause instanceof ConnectorError)) throw cause;
    if (cause.code === 'LicenseLimitExceeded') await this.context.noteShortage(asked);
    if (cause.code === 'UnprocessableEntity' && cause.refused && draft.changes?.groupKey !== undefined) {
      // It may be the group, gone by somebody's hand: the rest goes through.
      this.#isGroupRefused = true;
      return undefined;
    }
    if (cause.code !== 'Conflict' || !cause.refused) throw cause;
    return this.#onConflict(draft, written, lookedAt);
  }

  /** A write lives from its earliest look on: at the account, and on demand at the person too (docs/protocol.md R16). */
  #bestBefore(lookedAt: number): number {
    return this.context.isOnDemand ? Math.min(lookedAt, this.target.entry.factsAt) : lookedAt;
  }

  async #afterCommit(
    committed: Exclude<Committed, { kind: 'refused' }>,
    stored: StoredPerson,
  ): Promise<Outcome | undefined> {
    const { engine } = this.context;
    switch (committed.kind) {
      case 'done':
        return { kind: 'ended', result: committed.result };
      case 'part':
      case 'again':
        return undefined;
      case 'unclear':
        if (this.target.attempts + 1 >= MAX_ATTEMPTS) throw unanswered(committed.cause);
        // It may show up soon; that it did not happen is certain only later. Sent once more, it was another try (I13).
        return {
          ...notVisibleUntil(Math.min(committed.intent.deadAt, overAt(committed.intent, engine.timing))),
          countsAsAttempt: true,
        };
      case 'noKey':
        await afterAnswerWithoutKey(this.context, this.target.entry.sourceId, committed, stored);
        return undefined;
    }
  }

  /** The address of a creation, or of a change, belongs to another account. */
  async #onConflict(draft: Draft, written: readonly LogEntry[], lookedAt: number): Promise<Outcome | undefined> {
    const { entry, attempts } = this.target;
    const address = draft.link.applied.email;
    if (draft.changes === null) {
      // Made by somebody else between the look and the write, or waiting for a transfer: the next round finds it.
      const found = await this.context.engine.accounts.findByEmail(address, this.context.caller);
      if (found.length === 0) return afterUnseenConflict(this.context, this.target.entry, draft);
      this.#isListStale = true;
      return undefined;
    }
    if (draft.changes.email === undefined) throw addressTaken();
    const conflict = await resolveConflict(this.context, { sourceId: entry.sourceId, address, attempts });
    if (conflict.kind === 'stepAside') return this.#stepAside(draft, written, lookedAt);
    // Everything but the address goes through at once.
    this.#isAddressRefused = true;
    this.#isAddressBusy = conflict.kind === 'wait';
    return undefined;
  }

  async #stepAside(draft: Draft, written: readonly LogEntry[], lookedAt: number): Promise<Outcome | undefined> {
    const { engine } = this.context;
    const { entry } = this.target;
    const stored = await engine.store.people.get(entry.sourceId);
    if (isDecided(stored.person, this.context.cycleId)) return undefined;
    const [committed] = await commit(this.context, [
      {
        entry,
        stored,
        written,
        draft: steppingAside(draft),
        asked: [],
        lookedAt: this.#bestBefore(lookedAt),
        startedAt: this.#startedAt,
        isPart: true,
      },
    ]);
    throw committed?.kind === 'refused' ? committed.cause : addressBusy();
  }

  get #ends() {
    return { cycleId: this.context.cycleId, entry: this.target.entry, startedAt: this.#startedAt };
  }

  async #end(
    stored: StoredPerson,
    written: readonly LogEntry[],
    ending: Ending,
    change: Partial<ManagedPerson>,
  ): Promise<Decided> {
    const result = await endPerson(this.context.engine, this.#ends, stored, written, ending, change);
    return result === undefined ? AGAIN : ended(result);
  }
}

/** The row as it is to be done now: with the group's key, or without a group. */
function withGroupKey(entry: PlanEntry, key: string | null): PlanEntry {
  const { desired } = entry;
  if (desired.kind !== 'active' || desired.group === undefined) return entry;
  return { ...entry, desired: { ...desired, groupKey: key ?? undefined } };
}

/** How soon an own write that GoTo does not show yet is looked for again, in ms. */
const OWN_WRITE_LOOK_MS = 5_000;

/** GoTo is silent to this one write: its person waits, and the open intent says what to look for. */
const unanswered = (cause: unknown): unknown =>
  cause instanceof ConnectorError
    ? new ConnectorError(
        'GoTo does not answer this write; whether it happened is found out before it is tried again.',
        {
          code: cause.code,
          status: cause.status,
          sent: true,
          repeatable: true,
          scope: 'object',
          cause,
        },
      )
    : cause;
