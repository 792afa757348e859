import {
  isOfEverybody,
  planCursorSchema,
  type Cycle,
  type CycleMode,
  type PlanCursor,
  type Origin,
  type PlanStepName,
} from '../../model/Cycle';

/** What happened since the watermark: to people, to groups, to assignments. */
const CHANGES = ['changes', 'groupChanges', 'assignmentChanges'] as const;

/** The steps of each mode, in order. Every step may be repeated: it stores the same again, or finds it stored. */
const ITINERARIES: Readonly<Record<Exclude<CycleMode, 'apply'>, readonly PlanStepName[]>> = {
  initial: ['baseline', 'assignments', 'groups', 'direct', 'target', 'userGroups', 'people', 'guard', 'dispatch'],
  full: [...CHANGES, 'groups', 'direct', 'target', 'userGroups', 'people', 'guard', 'dispatch'],
  incremental: [...CHANGES, 'groups', 'userGroups', 'dirty', 'guard', 'dispatch'],
  revert: ['target', 'log', 'undoneGroups', 'dispatch'],
  // Its one row is recorded by the request itself.
  onDemand: ['dispatch'],
};

/** What was staged, once it is approved: each person is judged again, an undo by what GoTo shows. */
const approvalOf = ({ from }: Pick<Cycle, 'from'>): readonly PlanStepName[] =>
  from?.mode === 'revert' ? ['target', 'approved', 'undoneGroups', 'dispatch'] : ['approved', 'dispatch'];

const first = (step: PlanStepName): PlanCursor => planCursorSchema.parse({ step });

/**
 * A stored plan is judged by what the one who made it knew: the same reads, made anew, and then only whom it names.
 */
function itineraryOfPlan(plan: Origin): readonly PlanStepName[] {
  switch (plan.mode) {
    case 'revert':
      return ['target', 'stored', 'guard', 'undoneGroups', 'dispatch'];
    case 'initial':
      return ['baseline', 'assignments', 'groups', 'direct', 'target', 'userGroups', 'stored', 'guard', 'dispatch'];
    case 'full':
      return [...CHANGES, 'groups', 'target', 'userGroups', 'stored', 'guard', 'dispatch'];
    default:
      return [...CHANGES, 'groups', 'userGroups', 'stored', 'guard', 'dispatch'];
  }
}

/** Where the planner of each mode begins. */
export const FIRST_STEP: Readonly<Record<Exclude<CycleMode, 'apply'>, PlanCursor>> = {
  initial: first('baseline'),
  full: first('changes'),
  incremental: first('changes'),
  revert: first('target'),
  onDemand: first('dispatch'),
};

type Course = Pick<Cycle, 'mode' | 'cursor' | 'from' | 'approvedAt'>;

/** Nothing to compare with: the first cycle, or the apply of its plan, or one whose delta links were lost. */
export const isWithoutBasis = ({ mode, cursor, from }: Course): boolean =>
  mode === 'initial' || (mode === 'apply' && from?.mode === 'initial') || cursor.resyncs > 0;

/** Where the planner of a cycle begins. */
export const firstStep = ({ mode, from }: Pick<Cycle, 'mode' | 'from'>): PlanCursor =>
  mode === 'apply' ? first(from === null ? 'dispatch' : (itineraryOfPlan(from)[0] ?? 'dispatch')) : FIRST_STEP[mode];

/** Where the planner begins once the removals are approved. */
export const approvalStep = (cycle: Pick<Cycle, 'from'>): PlanCursor => first(approvalOf(cycle)[0] ?? 'dispatch');

/** Whether everybody is judged, or was by the plan that is applied: what that changes for whom a filter leaves out. */
export const judgesAsFull = ({ mode, from }: Pick<Cycle, 'mode' | 'from'>): boolean =>
  isOfEverybody(mode === 'apply' && from !== null ? from : { mode });

/** The steps of a cycle's planner, in order. */
export function itineraryOf(cycle: Course): readonly PlanStepName[] {
  if (cycle.approvedAt !== null) return approvalOf(cycle);
  if (cycle.mode === 'apply') return cycle.from === null ? [] : itineraryOfPlan(cycle.from);
  return ITINERARIES[isWithoutBasis(cycle) ? 'initial' : cycle.mode];
}

/** The step after the present one. @throws RangeError behind the last */
export function stepAfter(cycle: Course): PlanStepName {
  const itinerary = itineraryOf(cycle);
  const next = itinerary[itinerary.indexOf(cycle.cursor.step) + 1];
  if (next === undefined) throw new RangeError(`nothing follows ${cycle.cursor.step}`);
  return next;
}
