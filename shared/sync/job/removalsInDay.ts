import { removalsAllowed } from '../../rules/removalLimit';
import type { WithClock, WithSettings, WithStore } from '../Engine';

/**
 * What a plan's removals would come to: nothing is reserved.
 * @returns people who would lose access within 24 hours, and how many may without being asked about
 */
export async function removalsInDay(
  { store, clock, removalLimit }: WithStore & WithClock & WithSettings,
  sourceIds: Iterable<string>,
): Promise<{ readonly wanted: number; readonly allowed: number }> {
  const { people } = await store.removalWindow.read(clock.now());
  const managed = new Set([...people, ...(await store.people.activeIds())]).size;
  return { wanted: new Set([...people, ...sourceIds]).size, allowed: removalsAllowed(removalLimit, managed) };
}
