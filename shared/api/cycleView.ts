import type { Cycle, Tally } from '../model/Cycle';
import { FINAL_STATES } from '../model/Cycle';

/** A cycle in the shape of brief.md, with progress computed from the tallies. */
export function cycleView(cycle: Cycle, total: Tally, nowMs: number) {
  const isFinal = FINAL_STATES.has(cycle.state);
  const expected = cycle.expected;
  const finished = Math.min(total.done, expected);
  const since = cycle.applyingSince === null ? null : Date.parse(cycle.applyingSince);
  const until = cycle.endedAt === null ? nowMs : Date.parse(cycle.endedAt);
  const seconds = since === null ? 0 : Math.max(0.001, (until - since) / 1_000);
  const rate = since === null ? 0 : finished / seconds;
  return {
    id: cycle.id,
    mode: cycle.mode,
    trigger: cycle.trigger,
    dryRun: cycle.dryRun,
    state: cycle.state,
    startDateTime: cycle.startedAt,
    endDateTime: cycle.endedAt,
    progress: {
      expected,
      done: finished,
      percentage: isFinal ? 100 : expected === 0 ? 0 : Math.floor((finished / expected) * 100),
      ratePerSecond: Math.round(rate * 10) / 10,
      secondsLeft: isFinal ? 0 : rate > 0 ? Math.ceil((expected - finished) / rate) : null,
    },
    counts: total.counts,
    skippedByReason: total.skippedByReason,
    calls: total.calls,
    warnings: cycle.warnings,
    error: cycle.error,
  };
}
