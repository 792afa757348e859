import { GUARDED, STAGE } from '../model/Chunk';
import type { Cycle, PlanStepName } from '../model/Cycle';
import { itineraryOf } from '../sync/cycle/itineraries';
import type { StageAnswer } from './answers/JobAnswer';
import type { CountedCycle } from './countedCycle';

type StageName = StageAnswer['name'];

/** What the planner's steps are about. */
const STAGE_OF: Readonly<Record<PlanStepName, StageName>> = {
  baseline: 'source',
  changes: 'source',
  groupChanges: 'source',
  assignmentChanges: 'source',
  assignments: 'source',
  groups: 'source',
  direct: 'source',
  target: 'target',
  userGroups: 'judgement',
  people: 'judgement',
  dirty: 'judgement',
  stored: 'judgement',
  log: 'judgement',
  guard: 'judgement',
  approved: 'judgement',
  undoneGroups: 'judgement',
  dispatch: 'judgement',
};

/** The stages of a running cycle in order, where it stands, and what each of the lanes' stages has to do. */
export function stagesOfCycle({ cycle, stages }: CountedCycle): readonly StageAnswer[] {
  const planned = [...new Set(itineraryOf(cycle).map((step) => STAGE_OF[step]))];
  const applied: readonly StageName[] = cycle.dryRun ? [] : ['removals', 'changes', 'proof'];
  const names = [...planned, ...applied];
  const at = names.indexOf(presentOf(cycle));
  return names.map((name, index) => {
    const rows =
      name === 'removals' ? sumOf(stages, GUARDED) : name === 'changes' ? sumOf(stages, [STAGE.changes]) : null;
    return {
      name,
      state: index < at ? 'done' : index > at ? 'waiting' : 'running',
      ...(rows ?? { expected: null, done: null }),
    };
  });
}

function sumOf(stages: CountedCycle['stages'], names: readonly number[]) {
  const parts = names.flatMap((name) => stages.get(name) ?? []);
  return {
    expected: parts.reduce((sum, part) => sum + part.expected, 0),
    done: parts.reduce((sum, part) => sum + part.done, 0),
  };
}

function presentOf({ state, stage, cursor }: Cycle): StageName {
  if (state === 'queued') return 'source';
  if (state === 'closing') return 'proof';
  // User groups are made ready for their people.
  if (state === 'applying' && stage === STAGE.groups) return 'judgement';
  if (state === 'applying') return GUARDED.includes(stage) ? 'removals' : 'changes';
  return STAGE_OF[cursor.step];
}
