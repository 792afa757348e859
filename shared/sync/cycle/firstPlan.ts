/** START_WITH_PLAN: what a new installation would do is looked at before it does anything. */
import type { Cycle } from '../../model/Cycle';
import { Executions } from '../../store/state/Executions';
import { Watermark } from '../../store/state/Watermark';
import type { StoredRow } from '../../store/Table';
import type { WithClock, WithSettings, WithStore, WithTarget } from '../Engine';
import { isOfToday } from './isOfToday';

/** Newest cycles that are looked at for a plan: before the first cycle there is little else. */
const RECENT = 20;

/** Whether no cycle has done anything yet, and none does before a plan was applied. @param rows of the job */
export const beginsWithPlan = ({ startWithPlan }: WithSettings, rows: ReadonlyMap<string, StoredRow>): boolean =>
  startWithPlan && Watermark.of(rows) === undefined && Executions.lastOf(rows) === undefined;

/**
 * The plan that the timer waits for somebody to apply.
 * @param rows of the job
 * @returns undefined when there is none, when it grew too old or was made by other rules (then the timer makes another one),
 *   and when nothing has to be applied first
 */
export async function firstPlan(
  engine: WithStore & WithClock & WithSettings & WithTarget,
  rows: ReadonlyMap<string, StoredRow>,
): Promise<Cycle | undefined> {
  if (!beginsWithPlan(engine, rows)) return undefined;
  const { store, clock, planMaxAgeHours } = engine;
  const mappingVersion = await store.schemas.activeVersion();
  const oldest = clock.now() - planMaxAgeHours * 3_600_000;
  return (await store.cycles.page(RECENT)).cycles.find(
    ({ cycle }) =>
      cycle.state === 'planned' &&
      isOfToday(engine, cycle, mappingVersion) &&
      Date.parse(cycle.endedAt ?? cycle.startedAt) > oldest,
  )?.cycle;
}
