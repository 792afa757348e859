import type { WatermarkValue } from '../../../store/state/Watermark';
import type { CyclePlace } from '../../cycle/CyclePlace';
import type { PlanContext } from '../PlanContext';

/**
 * Behind the changes that are marked. Lost to somebody faster: what they marked and moved is right as well. But the image,
 * which no etag guards, may be older than their watermark then, and no delta would ever tell: the next cycle compares all of
 * it with Entra.
 */
export async function moveWatermark(
  { engine: { store, clock }, watermark }: PlanContext,
  { cycle }: CyclePlace,
  read: Pick<WatermarkValue, 'usersLink' | 'groupsLink' | 'assignmentsDigest'>,
): Promise<void> {
  const value = {
    ...read,
    takenAt: clock.now(),
    mappingVersion: cycle.mappingVersion,
    attributes: cycle.cursor.usersAttributes,
  };
  if (!(await store.watermark.move(value, watermark?.etag))) await store.wish.make('watermark moved meanwhile');
}
