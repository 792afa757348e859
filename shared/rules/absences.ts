/** Reasons to take access that rest on what somebody does not have any more in Entra. */
import type { Reason } from '../model/Reason';

/** Those that rest on the lists of assignments and members. */
export const OF_LISTS: ReadonlySet<Reason> = new Set([
  'Unassigned',
  'NotEffectivelyEntitled',
  'RoleWithoutEntitlement',
]);

/** Reasons that rest on what a list or a delta did not show: each is asked once more of the person. */
export const ABSENCES: ReadonlySet<Reason> = new Set([...OF_LISTS, 'HardDeleted', 'SoftDeleted', 'SignInBlocked']);
