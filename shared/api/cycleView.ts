import { FINAL_STATES, type Cycle } from '../model/Cycle';
import type { FinalCounts } from '../store/CyclesTable';

/** What a decision sets going looks to the outside like the work it leads to. */
const STATES_SHOWN: Partial<Record<Cycle['state'], Cycle['state']>> = { approving: 'applying', rejecting: 'closing' };

export const stateShown = ({ state }: Pick<Cycle, 'state'>): Cycle['state'] => STATES_SHOWN[state] ?? state;

/**
 * A cycle as the API shows it (docs/api.md), with its progress.
 * @param demandedUntilMs until when GoTo lets nobody send; a past moment when it lets everybody
 */
export function cycleView(cycle: Cycle, { done, tally }: FinalCounts, nowMs: number, demandedUntilMs = 0) {
  const waitsUntil = cycle.state === 'planning' ? Math.max(cycle.dueAt, demandedUntilMs) : demandedUntilMs;
  const isFinal = FINAL_STATES.has(cycle.state);
  const expected = cycle.expected;
  const finished = Math.min(done, expected);
  const since = cycle.applyingSince === null ? null : Date.parse(cycle.applyingSince);
  const until = cycle.endedAt === null ? nowMs : Date.parse(cycle.endedAt);
  const seconds = since === null ? 0 : Math.max(0.001, (until - since) / 1_000);
  const rate = since === null ? 0 : finished / seconds;
  return {
    id: cycle.id,
    mode: cycle.mode,
    trigger: cycle.trigger,
    dryRun: cycle.dryRun,
    // The plan it applies, or the cycle it undoes; of a plan, who applied it.
    from: cycle.from?.cycleId ?? null,
    appliedBy: cycle.appliedBy,
    state: stateShown(cycle),
    startDateTime: cycle.startedAt,
    endDateTime: cycle.endedAt,
    progress: {
      expected,
      done: finished,
      percentage: isFinal ? 100 : expected === 0 ? 0 : Math.floor((finished / expected) * 100),
      ratePerSecond: Math.round(rate * 10) / 10,
      secondsLeft: isFinal ? 0 : rate > 0 ? Math.ceil((expected - finished) / rate) : null,
    },
    counts: tally.counts,
    skippedByReason: tally.skippedByReason,
    calls: tally.calls,
    warnings: cycle.warnings,
    waitingUntil: isFinal || waitsUntil <= nowMs ? null : new Date(waitsUntil).toISOString(),
    error: (cycle.error ?? cycle.stopping)?.message ?? null,
  };
}
