import { planCursorSchema, type Cycle, type CycleMode, type PlanCursor, type PlanStepName } from '../../model/Cycle';

/** The steps of each mode, in order. Every step may be repeated: it stores the same again, or finds it stored. */
const ITINERARIES: Readonly<Record<CycleMode, readonly PlanStepName[]>> = {
  initial: ['baseline', 'assignments', 'groups', 'direct', 'target', 'people', 'dispatch'],
  full: ['changes', 'groups', 'direct', 'target', 'people', 'dispatch'],
  incremental: ['changes', 'groups', 'dirty', 'dispatch'],
  // Its one row is recorded by the request itself.
  onDemand: ['dispatch'],
};

const first = (step: PlanStepName): PlanCursor => planCursorSchema.parse({ step });

/** Where the planner of each mode begins. */
export const FIRST_STEP: Readonly<Record<CycleMode, PlanCursor>> = {
  initial: first('baseline'),
  full: first('changes'),
  incremental: first('changes'),
  onDemand: first('dispatch'),
};

/** Nothing to compare with: the first cycle, or one whose delta links were lost. */
export const isWithoutBasis = (cycle: Pick<Cycle, 'mode' | 'cursor'>): boolean =>
  cycle.mode === 'initial' || cycle.cursor.resyncs > 0;

/** The step after the present one. @throws RangeError behind the last */
export function stepAfter(cycle: Pick<Cycle, 'mode' | 'cursor'>): PlanStepName {
  const itinerary = ITINERARIES[isWithoutBasis(cycle) ? 'initial' : cycle.mode];
  const next = itinerary[itinerary.indexOf(cycle.cursor.step) + 1];
  if (next === undefined) throw new RangeError(`nothing follows ${cycle.cursor.step}`);
  return next;
}
