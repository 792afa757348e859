/**
 * The planner: works the steps of the cycle's itinerary, a bounded slice at a time, and goes on by sending itself a
 * continuation, so ten people and a hundred thousand take the same way.
 *
 * Upholds I04: marks are durable before the image of Entra and the watermark move. Upholds I05: lists count only when
 * complete.
 */
import { firstOf } from '../../model/Chunk';
import { noTally, planCursorSchema, type Cycle, type PlanStepName } from '../../model/Cycle';
import type { Outgoing } from '../../queue/messages';
import type { CyclePlace } from '../cycle/CyclePlace';
import { failCycle } from '../cycle/failCycle';
import { finishCycle } from '../cycle/finishCycle';
import { isOfToday } from '../cycle/isOfToday';
import { jobMessage } from '../cycle/jobMessage';
import type { Engine } from '../Engine';
import { sendStage } from '../cycle/sendStage';
import { SETTINGS_CHANGED } from '../cycle/stopCycle';
import { stopOfJob } from '../cycle/stopOfJob';
import { firstStep, stepAfter } from '../cycle/itineraries';
import { PlanContext } from './PlanContext';
import type { Slice } from './Slice';
import { guardRemovals } from './guard/guardRemovals';
import { releaseApproved } from './guard/releaseApproved';
import { judgeDirty } from './record/judgeDirty';
import { judgeEverybody } from './record/judgeEverybody';
import { judgeLog } from './record/judgeLog';
import { judgeStored } from './record/judgeStored';
import { recordGroups } from './record/recordGroups';
import { undoGroups } from './record/undoGroups';
import { readAssignmentChanges } from './sources/readAssignmentChanges';
import { readAssignments } from './sources/readAssignments';
import { readBaseline } from './sources/readBaseline';
import { readDirectUsers } from './sources/readDirectUsers';
import { readGroupChanges } from './sources/readGroupChanges';
import { readGroups } from './sources/readGroups';
import { readTarget } from './sources/readTarget';
import { readUserChanges } from './sources/readUserChanges';
import { reviewSeats } from './reviewSeats';

const STEPS: Readonly<Record<Exclude<PlanStepName, 'dispatch'>, Slice>> = {
  baseline: readBaseline,
  changes: readUserChanges,
  groupChanges: readGroupChanges,
  assignmentChanges: readAssignmentChanges,
  assignments: readAssignments,
  groups: readGroups,
  direct: readDirectUsers,
  target: readTarget,
  userGroups: recordGroups,
  people: judgeEverybody,
  dirty: judgeDirty,
  stored: judgeStored,
  log: judgeLog,
  guard: guardRemovals,
  approved: releaseApproved,
  undoneGroups: undoGroups,
};

/** @param countCalls adds the calls made so far to the cycle; they are stored with its place */
export async function planSlices(
  engine: Engine,
  place: CyclePlace,
  countCalls: () => void,
): Promise<readonly Outgoing[]> {
  const { clock, telemetry } = engine;
  if (clock.now() >= place.cycle.deadlineAt) {
    return failCycle(engine, place, {
      code: 'CycleDeadline',
      message: 'Planning did not come to its end in time. Nothing was changed; the next cycle goes on.',
    });
  }
  if (place.cycle.stopping !== null) return failCycle(engine, place, place.cycle.stopping);
  if (!isOfToday(engine, place.cycle)) return failCycle(engine, place, SETTINGS_CHANGED);
  const { dryRun } = place.cycle;
  if (dryRun && place.cycle.state !== 'queued') await beginAnew(place);
  if (place.cycle.state === 'queued') place.move({ state: 'planning' });
  const context = await PlanContext.open(dryRun ? { ...engine, store: engine.store.dry() } : engine, place.cycle);
  context.checkAccount();
  for (;;) {
    const { step } = place.cycle.cursor;
    if (step === 'dispatch') {
      await reviewSeats(engine, place);
      if (!dryRun && place.cycle.expected > 0) await context.keepAccount();
      return dispatch(engine, place, countCalls);
    }
    const stop = stopOfJob(await context.jobRows(), place.cycle);
    if (stop !== null) return failCycle(engine, place, stop);
    const index = place.cycle.cursor.index;
    const result = await STEPS[step](context, place);
    countCalls();
    telemetry.info('cycle.sliceDone', { cycleId: place.cycle.id, step, index });
    const { cursor } = place.cycle;
    if (result === 'next') {
      const next = planCursorSchema.parse({
        ...cursor,
        step: stepAfter(place.cycle),
        index: 0,
        link: null,
        pages: 0,
        found: 0,
        after: '',
        isPartial: false,
        attempts: 0,
      });
      place.move({ cursor: next });
    } else {
      place.move({ cursor: { ...cursor, attempts: 0 } });
    }
    if (context.isTimeUp()) {
      await place.save({ sends: place.cycle.sends + 1, dueAt: clock.now() });
      return [jobMessage(place.cycle)];
    }
  }
}

/** What is staged is nobody's work yet. */
function firstStage({ cursor, staged, stagedStage }: Cycle): number {
  const stages = Object.keys(cursor.chunks).map((key) => Number(key.split('-')[0]));
  return firstOf(stages.filter((stage) => staged === 0 || stage !== stagedStage));
}

/**
 * A dry run whose message is repeated has nothing to go on from: it forgets what it recorded. The head comes first, and stands
 * over each row that goes: whoever may still be at work on it loses there, and neither ends a plan whose rows are gone nor
 * takes the rows of another (docs/protocol.md R5).
 */
async function beginAnew(place: CyclePlace): Promise<void> {
  const { cycle } = place;
  await place.save({ cursor: { ...firstStep(cycle), attempts: cycle.cursor.attempts }, tally: noTally(), totals: {} });
  await place.forgetRows();
}

/** All is planned: the lanes' first messages, and the closer's. A cycle without work ends here. */
async function dispatch(engine: Engine, place: CyclePlace, countCalls: () => void): Promise<readonly Outgoing[]> {
  const { clock, timing, telemetry, ratePerSecond } = engine;
  countCalls();
  const { cycle } = place;
  if (cycle.expected === 0) {
    await finishCycle(engine, place);
    return [];
  }
  const now = clock.now();
  const calls = cycle.cursor.loads.reduce((sum, load) => sum + load, 0) + cycle.expected;
  telemetry.info('cycle.planned', { cycleId: cycle.id, changes: cycle.expected });
  return sendStage(engine, place, firstStage(cycle), {
    applyingSince: new Date(now).toISOString(),
    deadlineAt: now + timing.applyDeadlineMs + (3 * calls * 1_000) / ratePerSecond,
  });
}
