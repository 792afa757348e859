/**
 * The closer: comes back until every message has ended, sends again what got lost, proves the result with one reading
 * of GoTo, and ends the cycle. Upholds I02 and I14.
 */
import { isoTime } from '../model/Clock';
import { FINAL_STATES, noTally, type Cycle } from '../model/Cycle';
import { done, parked, type Outcome } from '../model/Outcome';
import type { JobMessage, UserChangeMessage } from '../queue/messages';
import type { Engine } from './Engine';
import { finishCycle } from './finishCycle';
import { readCursor, type PlanCursor } from './PlanCursor';
import { outcomeOf } from './outcomeOf';
import { verifyCycle } from './verifyCycle';

/** Closing reads of GoTo before a difference is reported instead of waited for. */
const MAX_VERIFICATIONS = 3;

export async function closeCycle(engine: Engine, message: JobMessage): Promise<Outcome> {
  const { clock, cycles, log, queue, timing } = engine;
  const stored = await cycles.get(message.cycleId);
  if (stored === undefined) return parked('UnknownCycle');
  const cycle = stored.cycle;
  const cursor = readCursor(stored.cursor);
  if (FINAL_STATES.has(cycle.state) || (cursor.phase !== 'close' && cursor.phase !== 'verify')) return done;

  const now = clock.now();
  const comeBack = async (next: PlanCursor, state: Cycle['state'], delayMs: number): Promise<Outcome> => {
    const step = cursor.step + 1;
    await cycles.put({ ...cycle, state }, { ...next, step, seenAt: isoTime(now) });
    await queue.sendJob({ kind: 'close', cycleId: cycle.id, step }, delayMs);
    return done;
  };

  const total = await log.total(cycle.id);
  if (total.done < cycle.expected) {
    const hasMoved = total.done > cursor.doneSeen;
    const isStuck = !hasMoved && now - Date.parse(cursor.doneSince) >= timing.resendAfterMs;
    if (isStuck) await sendAgain(engine, cycle, now);
    const doneSince = hasMoved || isStuck ? isoTime(now) : cursor.doneSince;
    return comeBack({ ...cursor, doneSeen: total.done, doneSince }, 'applying', timing.closePollMs);
  }
  if (total.calls.gotoWrites === 0) {
    await finishCycle(engine, cycle, cursor);
    return done;
  }
  if (cursor.phase === 'close') return comeBack({ ...cursor, phase: 'verify' }, 'closing', timing.verifyDelayMs);

  const tally = noTally();
  try {
    const isLast = cursor.verifications + 1 >= MAX_VERIFICATIONS;
    const differences = await verifyCycle(engine, cycle, { pacer: engine.pacing.planner, calls: tally.calls }, isLast);
    await log.putTally(cycle.id, `verify-${cursor.verifications}`, tally);
    if (differences > 0 && !isLast) {
      const wait = timing.verifyDelayMs * 2 ** cursor.verifications;
      return await comeBack({ ...cursor, verifications: cursor.verifications + 1 }, 'closing', wait);
    }
    const warnings =
      differences === 0
        ? []
        : [`${differences} account(s) in GoTo do not show what was written; they are tried again.`];
    await finishCycle(engine, { ...cycle, warnings: [...cycle.warnings, ...warnings] }, cursor);
  } catch (error) {
    const outcome = outcomeOf(error, cursor.attempts, timing.retryMs, clock.now() - Date.parse(cycle.startedAt));
    await log.putTally(cycle.id, `verify-fault-${cursor.attempts}`, tally);
    if (outcome.kind === 'retryAfter')
      return comeBack({ ...cursor, attempts: cursor.attempts + 1 }, 'closing', outcome.ms);
    const warning = `The result could not be proven: ${error instanceof Error ? error.message : String(error)}`;
    await finishCycle(engine, { ...cycle, warnings: [...cycle.warnings, warning] }, cursor);
  }
  return done;
}

/** Messages can get lost in a dead-letter queue; their log entries are still open, and sending them again is harmless (I09). */
async function sendAgain(engine: Engine, cycle: Cycle, now: number): Promise<void> {
  const messages: UserChangeMessage[] = [];
  for await (const entry of engine.log.queued(cycle.id)) {
    messages.push({ kind: 'user', cycleId: cycle.id, sourceId: entry.sourceId, reason: entry.reason, attempt: 0 });
  }
  engine.telemetry.warn('cycle.messagesResent', { cycleId: cycle.id, count: messages.length });
  await engine.queue.sendUserChanges(messages, 0, `:again-${now}`);
}
