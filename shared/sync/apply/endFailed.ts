import { isoTime } from '../../model/Clock';
import { ConnectorError } from '../../model/ConnectorError';
import { logEntry } from '../../model/LogEntry';
import type { Outcome } from '../../model/Outcome';
import type { PlanEntry, PlanResult } from '../../model/PlanEntry';
import type { StoredPerson } from '../../store/PeopleTable';
import type { ApplyContext } from './ApplyContext';
import { endPerson } from './endPerson';

const TRIES = 4;

/**
 * Ends a person's part that cannot go on: failed, parked, or, when the whole connection is at fault, not tried. An intent
 * that is open stays open: the next cycle finds out what became of it.
 */
export async function endFailed(
  context: ApplyContext,
  entry: PlanEntry,
  failure: Outcome & { readonly kind: 'failed' | 'parked' | 'stop' },
  startedAt: number,
): Promise<Outcome> {
  const { engine, cycleId } = context;
  const target = { cycleId, entry, startedAt };
  const isNotTried = failure.kind === 'stop';
  for (let tries = 0; tries < TRIES; tries += 1) {
    let stored: StoredPerson;
    try {
      stored = await engine.store.people.get(entry.sourceId);
    } catch (error) {
      // Tables that do not answer say nothing of the row: the message is delivered again.
      if (error instanceof ConnectorError) throw error;
      return endUnreadable(context, entry);
    }
    const { last, part } = stored.person;
    if (last?.cycleId === cycleId) return { kind: 'ended', result: last.result };
    const written = part?.cycleId === cycleId ? part.entries : [];
    const result = await endPerson(
      engine,
      target,
      stored,
      written,
      isNotTried
        ? { outcome: 'held', reason: 'Held', message: failure.message }
        : { outcome: failure.kind, reason: entry.reason, code: failure.code, message: failure.message },
    );
    if (result !== undefined) return { kind: 'ended', result };
  }
  return {
    kind: 'retryAfter',
    at: engine.clock.now() + engine.timing.retryMs,
    code: failure.code,
    message: failure.message,
    countsAsAttempt: true,
  };
}

/** A row of another release: its end is written beside what cannot be read. */
async function endUnreadable(context: ApplyContext, entry: PlanEntry): Promise<Outcome> {
  const { engine, cycleId } = context;
  const message = 'The stored row of this person cannot be read by this release; nothing is written for them.';
  const own = logEntry({
    cycleId,
    sourceId: entry.sourceId,
    displayName: entry.displayName,
    targetId: entry.targetId,
    status: 'failure',
    action: 'none',
    reason: 'UnreadableRow',
    errorCode: 'UnreadableRow',
    errorMessage: message,
    at: isoTime(engine.clock.now()),
  });
  const result: PlanResult = { outcome: 'failed', code: 'UnreadableRow', message, entries: [own] };
  await engine.store.people.end(entry.sourceId, { cycleId, result }, [own]);
  return { kind: 'ended', result };
}
