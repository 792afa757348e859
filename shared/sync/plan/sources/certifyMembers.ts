import { ASKED_AFTER_MS } from '../../../rules/certifyList';
import type { GroupMembers } from '../../../store/ImageTable';
import type { CyclePlace } from '../../cycle/CyclePlace';
import type { PlanContext } from '../PlanContext';

/** A group's members as they are known, and as a list shows them. */
export interface MembersRead {
  readonly groupId: string;
  /** Undefined where nothing is known yet. */
  readonly before: GroupMembers | undefined;
  readonly after: GroupMembers;
  /** Since when (ms) the group's list is doubted; null when it was not. */
  readonly doubtSince: number | null;
}

/**
 * Whether a list of members may leave out somebody whom Graph's own count holds (I05): asked where somebody is missing who
 * was there, and where the list was in doubt before. The count may be the one that lags, or hold what no list shows.
 * @returns `doubted`: the list does not count; `asked`: it has been doubted for a day, and counts with an admin's approval
 */
export async function certifyMembers(
  context: PlanContext,
  place: CyclePlace,
  { groupId, before, after, doubtSince }: MembersRead,
): Promise<'whole' | 'doubted' | 'asked'> {
  const { clock, entra, telemetry } = context.engine;
  const isOld = doubtSince !== null && clock.now() - doubtSince >= ASKED_AFTER_MS;
  if (!isOld && (before === undefined || !isSomebodyMissing(before, after))) return 'whole';
  const counted = await entra.countMembers(groupId, context.policy.expandNestedGroups);
  const rows = after.users.size + after.groups.size;
  if (counted === undefined || counted <= rows) return 'whole';
  place.warn(
    `The list of members of group ${groupId} has ${rows} rows, but Graph counts ${counted}. ` +
      'Nobody loses access by this list; it is read again, and after a day an approval is asked for.',
  );
  telemetry.warn('members.doubted', { cycleId: place.cycle.id, groupId, rows, counted });
  return isOld ? 'asked' : 'doubted';
}

const isSomebodyMissing = (before: GroupMembers, after: GroupMembers): boolean =>
  [...before.users].some((id) => !after.users.has(id)) || [...before.groups].some((id) => !after.groups.has(id));
