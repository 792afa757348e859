import { ConnectorError } from '../../model/ConnectorError';
import type { StoredCycle } from '../../store/PlansTable';
import { messageOf } from '../../telemetry/Telemetry';
import type { WithStore } from '../Engine';

/** Another release wrote it. */
export interface UnreadableCycle {
  /** What is wrong with it. */
  readonly unreadable: string;
}

/**
 * A cycle by its head, for who must go on whatever stands there.
 * @returns undefined when there is none. @throws ConnectorError StorageUnreachable: that says nothing of the cycle
 */
export async function readCycle(
  { store }: WithStore,
  cycleId: string,
): Promise<StoredCycle | UnreadableCycle | undefined> {
  try {
    return await store.plans.cycle(cycleId);
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    return { unreadable: messageOf(error) };
  }
}
