import { messageOf } from '../../telemetry/Telemetry';
import { judgeSeats } from '../../rules/seats';
import type { CyclePlace } from '../cycle/CyclePlace';
import type { WithSettings, WithStore, WithTarget, WithTelemetry } from '../Engine';

/**
 * Before the lanes begin: are there seats for everybody the cycle gives a licence? One request, and only if it gives any.
 * Who cannot get one is parked without asking GoTo for each, and the admin is told. A full cycle lets the lanes ask once
 * all the same: the count is a reading of GoTo's fields, and must not keep people waiting for ever if it is wrong.
 */
export async function reviewSeats(
  engine: WithTarget & WithStore & WithSettings & WithTelemetry,
  place: CyclePlace,
): Promise<void> {
  const { cycle } = place;
  const { seats } = cycle.cursor;
  if (!Object.values(seats).some(({ asked }) => asked > 0)) return;
  let judged;
  try {
    judged = judgeSeats(await engine.accounts.licenses({ pacer: engine.pacing.planner }), seats, engine.seatsWarning);
  } catch (error) {
    // Not known is not "none": the lanes find out.
    engine.telemetry.warn('seats.unknown', { cycleId: cycle.id, message: messageOf(error) });
    return;
  }
  for (const warning of judged.warnings) place.warn(warning);
  if (judged.warnings.length > 0) engine.telemetry.warn('seats.short', { cycleId: cycle.id, waiting: judged.waiting });
  if (cycle.dryRun || cycle.mode !== 'incremental') return;
  for (const key of judged.soldOut) await engine.store.plans.noteShortage(cycle.id, key);
}
