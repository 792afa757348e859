import { FINAL_STATES, type Cycle } from '../../model/Cycle';
import type { WithStore } from '../Engine';

/**
 * The cycle at work that was made from another one: whoever asks again, as the answer was lost, gets the same.
 * @returns undefined when there is none, or it has ended. @throws ConnectorError StorageUnreachable
 */
export async function runningFrom(
  { store }: WithStore,
  mode: 'apply' | 'revert',
  cycleId: string,
): Promise<Cycle | undefined> {
  const running = (await store.turn.current())?.cycle ?? null;
  if (running?.from?.cycleId !== cycleId || running.mode !== mode) return undefined;
  const cycle = (await store.plans.cycle(running.id))?.cycle ?? running;
  return FINAL_STATES.has(cycle.state) ? undefined : cycle;
}
