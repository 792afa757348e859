import type { Slice } from '../Slice';
import { takeOverFirstRelease } from './takeOverFirstRelease';

/**
 * Delta links that stand for "from now on", taken before the full read, so that a change during it shows up in the next
 * round (I04). What happened just before is read once more later: see `readDirectUsers`.
 */
export const readBaseline: Slice = async (context, place) => {
  const { engine } = context;
  if (!place.cycle.dryRun) await takeOverFirstRelease(context);
  const sourceAt = engine.clock.now();
  const usersLink = await engine.entra.latestUsersLink();
  const groupsLink = await engine.entra.latestGroupsLink();
  const usersAttributes = engine.entra.selection;
  place.move({ cursor: { ...place.cycle.cursor, sourceAt, usersLink, usersAttributes, groupsLink } });
  return 'next';
};
