/**
 * prepare → commit for one person, the only way to GoTo: lanes and requests on demand alike (docs/protocol.md 3.4).
 * Level-triggered: reads what there is, finds out what became of an earlier write, decides, writes; whoever loses the
 * person's row to somebody else begins anew.
 *
 * Upholds I03, I05, I06, I07, I08 and I09.
 */
import { emailKey, type Account } from '../../model/Account';
import { ConnectorError } from '../../model/ConnectorError';
import { matchingAddresses } from '../../model/Desired';
import { intentSchema, type Intent } from '../../model/Intent';
import type { LogEntry } from '../../model/LogEntry';
import type { ManagedPerson } from '../../model/ManagedPerson';
import type { Outcome } from '../../model/Outcome';
import type { PlanEntry } from '../../model/PlanEntry';
import type { StoredPerson } from '../../store/PeopleTable';
import type { ApplyContext } from './ApplyContext';
import { contradictsAbsence } from './checkAbsence';
import { claimAccount, isTakenOver } from './claimAccount';
import { commit, type Committed } from './commit';
import { endPerson, type Ending } from './endPerson';
import { holdAfter } from './holdAfter';
import { ambiguous, look } from './look';
import { notVisibleUntil } from './notVisibleUntil';
import { MAX_ATTEMPTS } from './outcomeOf';
import { prepare, type Draft } from './prepare';
import { overAt, PENDING_TRANSFER, recoverIntent } from './recoverIntent';
import { addressBusy, addressTaken, resolveConflict, steppingAside } from './resolveConflict';
import { licensesAsked, noSeat } from './seats';
import { showsOwnWrite } from './showsOwnWrite';

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
export async function handlePerson(context: ApplyContext, target: Target): Promise<Outcome> {
  const handling = new Handling(context, target);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const outcome = await handling.round();
    if (outcome !== undefined) return outcome;
  }
  return {
    kind: 'retryAfter',
    at: context.engine.clock.now() + LOST_ROW_WAIT_MS,
    code: 'Conflict',
    message: 'The person is being changed by somebody else right now.',
    countsAsAttempt: true,
  };
}

/** The rounds of one person; what a round learns about GoTo serves the next. */
class Handling {
  readonly #startedAt: number;
  /** The wanted address is another account's for now: everything else is written. */
  #isAddressRefused = false;
  /** Its holder is about to leave it. */
  #isAddressBusy = false;
  /** GoTo has changed since the list of this cycle. */
  #isListStale = false;

  constructor(
    private readonly context: ApplyContext,
    private readonly target: Target,
  ) {
    this.#startedAt = context.engine.clock.now();
  }

  /** @returns undefined when the person's row has to be read again */
  async round(): Promise<Outcome | undefined> {
    const { engine, cycleId } = this.context;
    const { entry } = this.target;
    const stored = await engine.store.people.get(entry.sourceId);
    const { person } = stored;
    if (person.last?.cycleId === cycleId) return { kind: 'ended', result: person.last.result };
    const written = await this.#written(stored);
    if (person.pending !== null) {
      const open = { ...stored, person: { ...person, pending: person.pending } };
      return recoverIntent(this.context, entry, open, written, this.#startedAt);
    }
    const end = (ending: Ending, change: Partial<ManagedPerson> = {}) => this.#end(stored, written, ending, change);
    if ((await this.context.stopped()) !== null) return end({ outcome: 'held', reason: 'Held' });
    if (person.seenAt > entry.factsAt) return end({ outcome: 'superseded', reason: 'Superseded' });
    if (person.hold === 'rejected' && entry.desired.kind === 'active' && !entry.removal) {
      // Wanted again: what was rejected is forgotten.
      await engine.store.people.change(entry.sourceId, { ...person, hold: null }, stored.etag);
      return undefined;
    }
    if (person.hold !== null && entry.hold === null) return end({ outcome: 'held', reason: 'Held' });
    if (this.context.isOnDemand && engine.clock.now() >= entry.factsAt + engine.timing.lookLifeMs)
      return this.#readAgain();
    if (entry.desired.kind === 'leave') return end({ outcome: 'skip', reason: entry.desired.reason });
    if (entry.observed === 'ambiguous') throw ambiguous();
    if (person.fencedUntil > engine.clock.now()) return notVisibleUntil(person.fencedUntil);
    return this.#decide(stored, written, end);
  }

  async #decide(
    stored: StoredPerson,
    written: readonly LogEntry[],
    end: (ending: Ending, change?: Partial<ManagedPerson>) => Promise<Outcome | undefined>,
  ): Promise<Outcome | undefined> {
    const { engine, caller } = this.context;
    const { entry } = this.target;
    const { person } = stored;
    const lookedAt = engine.clock.now();
    if (entry.removal) {
      if (await contradictsAbsence(this.context, entry)) return end({ outcome: 'doubt', reason: 'AbsenceDoubted' });
      if (
        entry.desired.kind === 'inactive' &&
        person.link !== null &&
        (await isTakenOver(engine, person.link.key, entry.sourceId))
      )
        return end({ outcome: 'skip', reason: 'AccountTakenOver' }, { link: null });
    }
    if (entry.desired.kind === 'inactive' && person.link === null)
      return end({ outcome: 'skip', reason: entry.desired.reason });

    const listed = this.#listed(person);
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
      return notVisibleUntil(Math.min(person.wroteAt + gotoLagMs, lookedAt + OWN_WRITE_LOOK_MS));

    const prepared = prepare({
      entry,
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
    }
    if (this.#isAddressRefused && (prepared.kind === 'skip' || prepared.kind === 'link'))
      throw this.#isAddressBusy ? addressBusy() : addressTaken();
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
        await claimAccount(engine, prepared.link.key, entry.sourceId);
        return end(
          { outcome: 'done', reason: prepared.reason, action: prepared.action, targetId: prepared.link.key },
          { link: prepared.link, seenAt: entry.factsAt, wroteAt: lookedAt, ...holdAfter(entry.hold) },
        );
      case 'write':
        // What is undone says so, whatever the account looks like.
        return this.#write(
          stored,
          written,
          entry.hold === null ? prepared.draft : { ...prepared.draft, reason: entry.reason },
          lookedAt,
        );
    }
  }

  async #write(
    stored: StoredPerson,
    written: readonly LogEntry[],
    draft: Draft,
    lookedAt: number,
  ): Promise<Outcome | undefined> {
    const { entry } = this.target;
    const asked = licensesAsked(draft, stored.person);
    if (await this.context.isShort(asked)) throw noSeat();
    try {
      const committed = await commit(this.context, {
        entry,
        stored,
        written,
        draft,
        asked,
        lookedAt: this.#bestBefore(lookedAt),
        startedAt: this.#startedAt,
        isPart: this.#isAddressRefused,
      });
      return await this.#afterCommit(committed, stored, written);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      if (error.code === 'LicenseLimitExceeded') await this.context.noteShortage(asked);
      if (error.code !== 'Conflict' || !error.refused) throw error;
      return this.#onConflict(draft, written, lookedAt);
    }
  }

  /** A write lives from its earliest look on: at the account, and on demand at the person too (docs/protocol.md R16). */
  #bestBefore(lookedAt: number): number {
    return this.context.isOnDemand ? Math.min(lookedAt, this.target.entry.factsAt) : lookedAt;
  }

  /** What was read of the person is too old to be written. */
  #readAgain(): Outcome {
    return {
      kind: 'retryAfter',
      at: this.context.engine.clock.now(),
      code: 'Timeout',
      message: 'What was read of the person grew too old before it could be written; it is read again.',
      countsAsAttempt: false,
    };
  }

  async #afterCommit(
    committed: Committed,
    stored: StoredPerson,
    written: readonly LogEntry[],
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
        return this.#withoutKey(committed, stored, written);
    }
  }

  /** GoTo says the address exists, in a form that names no account (goto-api.md 2.6): an account that is there is taken, else a transfer waits. */
  async #withoutKey(
    { intent, etag }: Committed & { kind: 'noKey' },
    stored: StoredPerson,
    written: readonly LogEntry[],
  ): Promise<Outcome | undefined> {
    const { engine, caller } = this.context;
    const found = await engine.accounts.findByEmail(intent.link.applied.email, caller);
    const person = { ...stored.person };
    if (found.length > 0) {
      await engine.store.people.change(this.target.entry.sourceId, { ...person, pending: null }, etag);
      return undefined;
    }
    const waiting: Intent = { ...intent, kind: 'transfer' };
    const result = await endPerson(
      engine,
      this.#ends,
      { person: { ...person, pending: waiting }, etag },
      written,
      PENDING_TRANSFER,
    );
    return result === undefined ? undefined : { kind: 'ended', result };
  }

  /** The address of a creation, or of a change, belongs to another account. */
  async #onConflict(draft: Draft, written: readonly LogEntry[], lookedAt: number): Promise<Outcome | undefined> {
    const { entry, attempts } = this.target;
    const address = draft.link.applied.email;
    if (draft.changes === null) {
      // Made by somebody else between the look and the write, or waiting for a transfer: the next round finds it.
      const found = await this.context.engine.accounts.findByEmail(address, this.context.caller);
      if (found.length === 0) return this.#conflictUnseen(draft);
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
    if (this.#isDecided(stored.person)) return undefined;
    await commit(this.context, {
      entry,
      stored,
      written,
      draft: steppingAside(draft),
      asked: [],
      lookedAt: this.#bestBefore(lookedAt),
      startedAt: this.#startedAt,
      isPart: true,
    });
    throw addressBusy();
  }

  /**
   * A conflict without an account to be seen: GoTo's reads may lag, else it is a transfer. The creation is not repeated
   * either way, as each one would send another invitation: the account is looked for till the lag is over.
   */
  async #conflictUnseen(draft: Draft): Promise<undefined> {
    const { engine, cycleId } = this.context;
    const { sourceId } = this.target.entry;
    const { person, etag } = await engine.store.people.get(sourceId);
    if (this.#isDecided(person)) return undefined;
    const deadAt = engine.clock.now() + engine.timing.gotoLagMs;
    const pending = intentSchema.parse({ ...draft, id: `${cycleId}-transfer`, cycleId, kind: 'transfer', deadAt });
    await engine.store.people.change(sourceId, { ...person, pending }, etag);
    return undefined;
  }

  /**
   * The account as listed in this cycle, where that is enough: a creation (GoTo keeps addresses unique) and a mere tie.
   * Every write to an account that is there looks at it first.
   */
  #listed(person: ManagedPerson): Account | 'absent' | undefined {
    const { entry, attempts } = this.target;
    if (attempts > 0 || this.#isListStale || person.link !== null || person.wroteAt > 0) return undefined;
    if (entry.observed === 'absent' && entry.action === 'create') return 'absent';
    const isTie = entry.action === 'link' && Object.keys(entry.after ?? {}).length === 0;
    return isTie && typeof entry.observed === 'object' && entry.observed !== null ? entry.observed : undefined;
  }

  /** Writes this cycle made for the person before: known from the row, or from the log when the row was changed since. */
  async #written({ person, etag }: StoredPerson): Promise<readonly LogEntry[]> {
    const { engine, cycleId } = this.context;
    const { entry } = this.target;
    if (person.part?.cycleId === cycleId) return person.part.entries;
    if (etag === entry.personEtag) return [];
    return engine.store.people.writesOf(entry.sourceId, cycleId);
  }

  /** Whether somebody else is at work on the row, or was at its end: what was refused here decides nothing any more. */
  #isDecided({ pending, last }: ManagedPerson): boolean {
    return pending !== null || last?.cycleId === this.context.cycleId;
  }

  get #ends() {
    return { cycleId: this.context.cycleId, entry: this.target.entry, startedAt: this.#startedAt };
  }

  async #end(
    stored: StoredPerson,
    written: readonly LogEntry[],
    ending: Ending,
    change: Partial<ManagedPerson>,
  ): Promise<Outcome | undefined> {
    const result = await endPerson(this.context.engine, this.#ends, stored, written, ending, change);
    return result === undefined ? undefined : { kind: 'ended', result };
  }
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
