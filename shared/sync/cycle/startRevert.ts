/** Asks for a plan that undoes what a finished cycle did (docs/protocol.md 3.7). It is applied like any other plan. */
import { FINAL_STATES, type Cycle } from '../../model/Cycle';
import type { Engine } from '../Engine';
import { newCycle } from './newCycle';
import { runningFrom } from './runningFrom';
import { stateInWords, type NotApplicable } from './startApply';
import { startFrom, type Started } from './startCycle';

/** @param cycle that is to be undone. @returns the cycle that plans it, the same to whoever asks again meanwhile; or why there is nothing to undo */
export async function startRevert(engine: Engine, cycle: Cycle): Promise<Started | NotApplicable> {
  const isOver = FINAL_STATES.has(cycle.state) && cycle.state !== 'awaitingApproval';
  if (!isOver || cycle.dryRun)
    return {
      started: false,
      refused: {
        code: 'NotRevertible',
        message: `${stateInWords(cycle)} Only a finished cycle that has written something can be undone.`,
      },
    };
  const known = await runningFrom(engine, 'revert', cycle.id);
  if (known !== undefined) return { started: true, cycle: known };
  const mappingVersion = await engine.store.schemas.activeVersion();
  const from = { cycleId: cycle.id, mode: cycle.mode, of: cycle.from?.cycleId ?? null };
  return startFrom(
    engine,
    newCycle(engine, { mode: 'revert', trigger: 'http', mappingVersion }, { from, dryRun: true }),
  );
}
