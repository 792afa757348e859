/**
 * A lane's batch of user changes. Each message ends in exactly one outcome; one failing person delays nobody else (I16).
 *
 * Upholds I09 and I12 with I14: the terminal log entries and the lane's tally are written in one transaction, and an
 * entry that ended is never opened again.
 */
import { isoTime } from '../model/Clock';
import { ConnectorError } from '../model/ConnectorError';
import { addTallies, countSkip, noTally, startOfCycle, type Tally } from '../model/Cycle';
import { done, parked, retryAfter, type Outcome } from '../model/Outcome';
import type { Caller } from '../goto/GotoClient';
import type { UserChangeMessage } from '../queue/messages';
import type { LogEntry } from '../store/LogTable';
import type { Escrow } from '../store/StateTable';
import type { Changed } from './Changed';
import { changeUser } from './changeUser';
import type { Engine } from './Engine';
import { MAX_ATTEMPTS, outcomeOf } from './outcomeOf';

/** Ended changes are written together, but never held longer than this, so that progress shows and a crash costs little. */
const COMMIT_AFTER_MS = 1_000;
const COMMIT_SIZE = 16;
/** Work on one batch ends well before the lane's lock of five minutes does; what is left comes back as new messages. */
const BATCH_BUDGET_MS = 120_000;
/** How long a stop of the cycle may go unnoticed by another lane, in ms. */
const STOP_CHECK_MS = 1_000;
/** A person whose change keeps failing is tried at least once a day (entra-provisioning.md 1.8). */
const LONGEST_ESCROW_WAIT_MS = 24 * 3_600_000;

interface Ended {
  readonly entry: LogEntry;
  readonly tally: Tally;
}

/**
 * @param messages of one lane, in order
 * @returns one outcome a message, in the same order
 */
export async function applyUserChanges(engine: Engine, messages: readonly UserChangeMessage[]): Promise<Outcome[]> {
  const lane = new Lane(engine);
  const outcomes: Outcome[] = [];
  const startedAt = engine.clock.now();
  for (const message of messages) {
    const isLate = engine.clock.now() - startedAt > BATCH_BUDGET_MS;
    const outcome = isLate ? retryAfter(1, 'BatchBudget', false) : await lane.handle(message);
    if (outcome.kind === 'retryAfter') await again(engine, message, outcome);
    outcomes.push(outcome);
  }
  await lane.commit();
  return outcomes;
}

/** A clone with a new message id: Service Bus has no retry policy, and the same id would be dropped as a duplicate. */
async function again(
  engine: Engine,
  message: UserChangeMessage,
  outcome: Outcome & { kind: 'retryAfter' },
): Promise<void> {
  const { ms, reason, countsAsAttempt } = outcome;
  const attempt = countsAsAttempt ? message.attempt + 1 : message.attempt;
  engine.telemetry.info('change.retried', {
    cycleId: message.cycleId,
    sourceId: message.sourceId,
    attempt,
    waitMs: Math.round(ms),
    reason,
  });
  await engine.queue.sendUserChanges(
    [{ ...message, attempt }],
    ms,
    countsAsAttempt ? '' : `:waited-${engine.clock.now()}`,
  );
}

class Lane {
  readonly #open = new Map<string, Ended[]>();
  #openSince = 0;
  #stopReadAt = Number.NEGATIVE_INFINITY;
  #stopReason: string | undefined;
  #knownEscrows: Promise<Map<string, Escrow>> | undefined;

  constructor(private readonly engine: Engine) {}

  async handle(message: UserChangeMessage): Promise<Outcome> {
    const { clock, log, telemetry } = this.engine;
    const { cycleId, sourceId } = message;
    if (this.#open.get(cycleId)?.some((ended) => ended.entry.sourceId === sourceId) === true) await this.commit();
    const entry = await log.get(cycleId, sourceId);
    if (entry === undefined) return parked('UnknownChange');
    if (entry.status !== 'queued') return done;

    const tally = noTally();
    const lane = this.engine.queue.laneOf(sourceId);
    const caller: Caller = { pacer: this.engine.pacing.lane(lane), calls: tally.calls };
    const startedAt = clock.now();
    try {
      const stopped = await this.#stopped(cycleId);
      if (stopped !== undefined) throw stoppedError(stopped);
      const changed = await changeUser(this.engine, { cycleId, sourceId, attempt: message.attempt }, caller);
      if ((await this.#escrows()).has(sourceId)) await this.engine.state.putEscrow(sourceId, null);
      await this.#end(
        endedEntry(entry, changed, isoTime(clock.now()), clock.now() - startedAt),
        withCounts(tally, changed),
      );
      telemetry.info('change.applied', {
        cycleId,
        sourceId,
        action: changed.action,
        reason: changed.reason,
        ms: clock.now() - startedAt,
        attempt: message.attempt,
      });
      return done;
    } catch (error) {
      const outcome = outcomeOf(
        error,
        message.attempt,
        this.engine.timing.retryMs,
        clock.now() - startOfCycle(cycleId),
      );
      if (outcome.kind === 'retryAfter') {
        // The calls made so far count, though the change goes on in another message.
        await this.#count(cycleId, sourceId, tally);
        return outcome;
      }
      await this.#fail(entry, message, error as ConnectorError, tally, clock.now() - startedAt);
      if (outcome.kind === 'stop') await this.engine.state.stop(cycleId, outcome.reason);
      return outcome;
    }
  }

  async commit(): Promise<void> {
    for (const [cycleId, ended] of this.#open) {
      const byLane = Map.groupBy(ended, (one) => this.engine.queue.laneOf(one.entry.sourceId));
      for (const [lane, own] of byLane) await this.#commitLane(cycleId, lane, own);
    }
    this.#open.clear();
  }

  async #commitLane(cycleId: string, lane: number, ended: readonly Ended[]): Promise<void> {
    const { log } = this.engine;
    const owner = `lane-${String(lane).padStart(3, '0')}`;
    let open = ended;
    while (open.length > 0) {
      const entries = open.map((one) => one.entry);
      const sum = open.reduce((total, one) => addTallies(total, one.tally), noTally());
      if (await log.end(cycleId, owner, entries, sum)) return;
      // The lane's lock was lost and its next holder was faster: what it ended stays ended.
      const still: Ended[] = [];
      for (const one of open) if ((await log.get(cycleId, one.entry.sourceId))?.status === 'queued') still.push(one);
      open = still;
    }
  }

  async #end(entry: LogEntry, tally: Tally): Promise<void> {
    const open = this.#open.get(entry.cycleId) ?? [];
    if (this.#open.size === 0) this.#openSince = this.engine.clock.now();
    this.#open.set(entry.cycleId, [...open, { entry, tally: { ...tally, done: 1 } }]);
    if (open.length + 1 >= COMMIT_SIZE || this.engine.clock.now() - this.#openSince >= COMMIT_AFTER_MS)
      await this.commit();
  }

  async #count(cycleId: string, sourceId: string, tally: Tally): Promise<void> {
    if (Object.values(tally.calls).every((count) => count === 0)) return;
    const owner = `calls-${String(this.engine.queue.laneOf(sourceId)).padStart(3, '0')}`;
    for (let tries = 0; tries < 5; tries += 1) if (await this.engine.log.end(cycleId, owner, [], tally)) return;
  }

  async #fail(
    entry: LogEntry,
    message: UserChangeMessage,
    error: ConnectorError,
    tally: Tally,
    durationMs: number,
  ): Promise<void> {
    const { clock, state, telemetry, timing } = this.engine;
    const now = clock.now();
    const before = (await this.#escrows()).get(message.sourceId);
    const attempts = (before?.attempts ?? 0) + 1;
    const waitMs = Math.min(LONGEST_ESCROW_WAIT_MS, timing.escrowMs * 2 ** (attempts - 1));
    await state.putEscrow(message.sourceId, {
      since: before?.since ?? isoTime(now),
      attempts,
      nextAttemptAt: isoTime(now + waitMs),
      code: error.code,
    });
    const isParked = error.repeatable || message.attempt >= MAX_ATTEMPTS - 1;
    if (isParked) tally.counts.parked += 1;
    else tally.counts.failed += 1;
    telemetry.error('change.failed', {
      cycleId: message.cycleId,
      sourceId: message.sourceId,
      code: error.code,
      status: error.status ?? null,
      attempt: message.attempt,
      message: error.message,
    });
    await this.#end(
      {
        ...entry,
        status: isParked ? 'parked' : 'failure',
        errorCode: error.code,
        errorMessage: error.message,
        at: isoTime(now),
        durationMs,
      },
      tally,
    );
  }

  /** Read once a batch: only this lane changes the entries of its people. */
  #escrows(): Promise<Map<string, Escrow>> {
    this.#knownEscrows ??= this.engine.state.escrows();
    return this.#knownEscrows;
  }

  async #stopped(cycleId: string): Promise<string | undefined> {
    const now = this.engine.clock.now();
    if (now - this.#stopReadAt > STOP_CHECK_MS) {
      this.#stopReadAt = now;
      this.#stopReason = await this.engine.state.stopReason(cycleId);
    }
    return this.#stopReason;
  }
}

const stoppedError = (reason: string): ConnectorError =>
  new ConnectorError(`Not tried: the cycle was stopped. ${reason}`, {
    code: 'Unauthorized',
    sent: false,
    repeatable: false,
    scope: 'object',
  });

function endedEntry(entry: LogEntry, changed: Changed, at: string, durationMs: number): LogEntry {
  const isSkip = changed.action === 'skip';
  return {
    ...entry,
    targetId: changed.targetKey ?? entry.targetId,
    status: isSkip ? 'skipped' : changed.warning === null ? 'success' : 'warning',
    action: changed.action === 'skip' ? 'none' : changed.action,
    reason: changed.reason,
    errorCode: changed.warning === null ? null : 'AccessRemains',
    errorMessage: changed.warning,
    at,
    durationMs,
    modified: [...changed.modified],
  };
}

const COUNTER = {
  create: 'created',
  link: 'linked',
  update: 'updated',
  disable: 'disabled',
  reenable: 'reenabled',
} as const;

function withCounts(tally: Tally, changed: Changed): Tally {
  if (changed.action === 'skip') countSkip(tally, changed.reason);
  else tally.counts[COUNTER[changed.action]] += 1;
  return tally;
}
