/** One try of plan rows, alone or together, whatever it comes to. */
import { addTallies, noCalls, noTally, type Tally } from '../../model/Cycle';
import type { Outcome } from '../../model/Outcome';
import type { PlanRow } from '../../store/PlansTable';
import { countCallsInto } from '../../telemetry/callCounter';
import { stopCycle } from '../cycle/stopCycle';
import type { ApplyContext } from './ApplyContext';
import { createTogether } from './createTogether';
import { endFailed } from './endFailed';
import { endFailedGroup } from './endGroup';
import { handleGroup } from './handleGroup';
import { handlePerson } from './handlePerson';
import { taskOf } from './Task';
import { lastWord } from './lastWord';
import { outcomeOf } from './outcomeOf';
import { tallyOf } from '../cycle/tallyOf';

/** A row after one try, and what that counts. */
export interface Handled {
  readonly row: PlanRow;
  readonly tally: Tally;
  /** Why it goes on later; null when the row has ended. */
  readonly waits: { readonly code: string; readonly message: string } | null;
}

/** One try of one row: whatever is thrown becomes its outcome. */
export async function handleRow(context: ApplyContext, row: PlanRow): Promise<Handled> {
  const startedAt = context.engine.clock.now();
  const calls = noCalls();
  const ended = await countCallsInto(calls, async () => {
    const [result] = await Promise.allSettled([
      row.entry.kind === 'group'
        ? handleGroup(context, row.entry)
        : handlePerson(taskOf(context, { entry: row.entry, attempts: row.attempts })),
    ]);
    return end(context, row, result, startedAt);
  });
  return { ...ended, tally: addTallies(ended.tally, { ...noTally(), calls }) };
}

/** The same for creations that may go with one request. What they ask for together is counted once. */
export async function handleTogether(context: ApplyContext, rows: readonly PlanRow[]): Promise<readonly Handled[]> {
  const startedAt = context.engine.clock.now();
  const calls = noCalls();
  const ended = await countCallsInto(calls, async () => {
    const results = await createTogether(context, rows);
    return Promise.all(rows.map((row) => end(context, row, results.get(row), startedAt)));
  });
  const [first, ...others] = ended;
  return first === undefined ? [] : [{ ...first, tally: addTallies(first.tally, { ...noTally(), calls }) }, ...others];
}

/** Writes the end of whoever cannot go on. */
async function end(
  context: ApplyContext,
  row: PlanRow,
  result: PromiseSettledResult<Outcome> | undefined,
  startedAt: number,
): Promise<Handled> {
  const { clock, timing } = context.engine;
  const outcome =
    result?.status === 'fulfilled'
      ? result.value
      : outcomeOf(result?.reason, row.attempts, clock.now(), timing.retryMs);
  const failure = await lastWord(context, outcome, row.attempts);
  if (failure.kind === 'ended' || failure.kind === 'retryAfter') return progress(context, row, failure, startedAt);
  if (failure.kind === 'stop') await stopCycle(context.engine, context.cycleId, failure);
  const ended =
    row.entry.kind === 'group'
      ? await endedGroup(context, row.entry, failure)
      : await endFailed(context, row.entry, failure, startedAt);
  return progress(context, row, ended, startedAt);
}

async function endedGroup(
  { engine, cycleId }: ApplyContext,
  entry: PlanRow['entry'],
  failure: Outcome & { readonly kind: 'failed' | 'parked' | 'stop' },
): Promise<Outcome> {
  const result = await endFailedGroup(engine, cycleId, entry, failure);
  if (result !== undefined) return { kind: 'ended', result };
  const at = engine.clock.now() + engine.timing.retryMs;
  return { kind: 'retryAfter', at, code: failure.code, message: failure.message, countsAsAttempt: true };
}

/** What becomes of a row, and what it counts for. */
function progress({ engine, cycleId }: ApplyContext, row: PlanRow, outcome: Outcome, startedAt: number): Handled {
  const { clock, telemetry, timing } = engine;
  const { entry } = row;
  const tally = noTally();
  const fields = { cycleId, sourceId: entry.sourceId, attempt: row.attempts };
  if (outcome.kind !== 'ended') {
    const waits = { code: outcome.code, message: outcome.message };
    if (outcome.kind !== 'retryAfter')
      return { row: { ...row, nextAttemptAt: clock.now() + timing.retryMs }, tally, waits };
    telemetry.info('change.retried', {
      ...fields,
      waitMs: Math.round(outcome.at - clock.now()),
      reason: outcome.code,
    });
    const attempts = row.attempts + (outcome.countsAsAttempt ? 1 : 0);
    return { row: { ...row, attempts, nextAttemptAt: outcome.at }, tally, waits };
  }
  const { result } = outcome;
  for (const one of result.entries)
    telemetry.info('change.applied', {
      ...fields,
      action: one.action,
      status: one.status,
      reason: one.reason,
      ms: clock.now() - startedAt,
    });
  if (result.outcome === 'failed' || result.outcome === 'parked')
    telemetry.error('change.failed', { ...fields, code: result.code, message: result.message });
  return {
    row: { ...row, state: 'ended', result },
    tally: addTallies(tally, tallyOf(result, entry)),
    waits: null,
  };
}
