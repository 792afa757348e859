/** Asks for exactly what a stored plan says, and nothing else (docs/protocol.md 3.7). */
import type { Cycle } from '../../model/Cycle';
import { Watermark } from '../../store/state/Watermark';
import type { Engine } from '../Engine';
import { isOfToday } from './isOfToday';
import { newCycle } from './newCycle';
import { runningFrom } from './runningFrom';
import { startFrom, type Started } from './startCycle';

const HOUR_MS = 3_600_000;

/** Why a plan cannot be applied as a whole. */
export interface NotApplicable {
  readonly started: false;
  readonly refused: { readonly code: string; readonly message: string };
}

const refused = (code: string, message: string): NotApplicable => ({ started: false, refused: { code, message } });

/**
 * @param plan the cycle as stored, with its plan
 * @param hash of the plan that somebody has seen
 * @returns the cycle that applies it, also when it was asked for before; or why it cannot
 */
export async function startApply(engine: Engine, plan: Cycle, hash: string): Promise<Started | NotApplicable> {
  const { store, clock, planMaxAgeHours } = engine;
  if (plan.state !== 'planned')
    return refused('NotPlanned', `${stateInWords(plan)} Only a plan of a dry run or of a revert can be applied.`);
  if (plan.planHash !== hash)
    return refused('WrongHash', 'This is not the hash of the plan. Read the plan again: GET …/cycles/{id}/plan.');
  const known = await applying(engine, plan);
  if (known !== undefined) return { started: true, cycle: known };
  const stored = await store.plans.cycle(plan.id);
  if (stored === undefined) return refused('NothingPlanned', 'The plan has nothing to do.');
  if (clock.now() - Date.parse(plan.endedAt ?? plan.startedAt) > planMaxAgeHours * HOUR_MS)
    return refused(
      'PlanTooOld',
      `The plan is older than ${planMaxAgeHours} hours (PLAN_MAX_AGE_HOURS). Make a new one.`,
    );
  const mappingVersion = await store.schemas.activeVersion();
  if (!isOfToday(engine, plan, mappingVersion))
    return refused('PlanOutdated', 'The mapping or a setting was changed since the plan was made. Make a new one.');
  const isFirst = Watermark.of(await store.job.read()) === undefined;
  if (plan.mode !== 'revert' && isFirst !== (plan.mode === 'initial'))
    return refused(
      'PlanOutdated',
      'Since the plan was made the job began anew, or had its first cycle. Make a new one.',
    );
  const from = { cycleId: plan.id, mode: plan.mode, of: plan.from?.cycleId ?? null };
  return startFrom(engine, newCycle(engine, { mode: 'apply', trigger: 'http', mappingVersion }, { from }));
}

/** The cycle that applies the plan, or has: asked for twice, it is done once. */
async function applying(engine: Engine, plan: Cycle): Promise<Cycle | undefined> {
  const { store } = engine;
  const stored = await store.plans.cycle(plan.id);
  const id = stored?.cycle.appliedBy ?? null;
  if (id !== null) return (await store.plans.cycle(id))?.cycle ?? (await store.cycles.get(id))?.cycle;
  return runningFrom(engine, 'apply', plan.id);
}

/** What the cycle is, for whoever asked for something else. */
export const stateInWords = (cycle: Cycle): string =>
  `The cycle is ${cycle.state}${cycle.dryRun ? ' (a dry run)' : ''}.`;
