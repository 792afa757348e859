/**
 * Ends a person's part in a cycle. Nobody ends it without changing the person's row under the etag that was read
 * (docs/protocol.md R8): whoever stalled meanwhile loses before it writes.
 */
import { isoTime } from '../../model/Clock';
import { logEntry, type LogEntry } from '../../model/LogEntry';
import type { ManagedPerson } from '../../model/ManagedPerson';
import type { PlanEntry, PlanResult } from '../../model/PlanEntry';
import type { Reason } from '../../model/Reason';
import type { StoredPerson } from '../../store/PeopleTable';
import type { WithClock, WithStore } from '../Engine';

/**
 * How it ended: the plan row's outcome, and what the log entry says. An action is named when the tie to GoTo changed.
 */
export interface Ending {
  readonly outcome: PlanResult['outcome'];
  readonly reason: Reason;
  readonly action?: LogEntry['action'];
  readonly code?: string | null;
  readonly message?: string | null;
  readonly targetId?: string | null;
}

const STATUS: Readonly<Record<PlanResult['outcome'], LogEntry['status']>> = {
  done: 'success',
  skip: 'skipped',
  failed: 'failure',
  parked: 'parked',
  held: 'skipped',
  superseded: 'skipped',
  doubt: 'skipped',
  refused: 'skipped',
};

/**
 * @param stored the row as it was read
 * @param written entries of writes this cycle made for the person before
 * @param change what becomes of the row beside its end
 * @returns the result; undefined when somebody changed the row meanwhile
 */
export async function endPerson(
  engine: WithStore & WithClock,
  target: { readonly cycleId: string; readonly entry: PlanEntry; readonly startedAt: number },
  stored: StoredPerson,
  written: readonly LogEntry[],
  ending: Ending,
  change: Partial<ManagedPerson> = {},
): Promise<PlanResult | undefined> {
  const { cycleId, entry } = target;
  // A write that was made stands for itself; "nothing more to do" after it is no second entry.
  const isSilent = written.length > 0 && ending.outcome === 'skip';
  const now = engine.clock.now();
  const own = isSilent
    ? []
    : [
        logEntry({
          cycleId,
          sourceId: entry.sourceId,
          displayName: entry.displayName,
          targetId: ending.targetId ?? stored.person.link?.key ?? entry.targetId,
          status: STATUS[ending.outcome],
          action: ending.action ?? 'none',
          reason: ending.reason,
          errorCode: ending.code ?? null,
          errorMessage: ending.message ?? null,
          at: isoTime(now),
          durationMs: now - target.startedAt,
        }),
      ];
  const result: PlanResult = {
    outcome: isSilent ? 'done' : ending.outcome,
    code: ending.code ?? null,
    message: ending.message ?? null,
    entries: [...written, ...own],
  };
  const person: ManagedPerson = { ...stored.person, part: null, ...change, last: { cycleId, result } };
  const etag = await engine.store.people.change(entry.sourceId, person, stored.etag, own);
  return etag === undefined ? undefined : result;
}
