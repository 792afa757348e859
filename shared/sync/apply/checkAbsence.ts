import type { PlanEntry } from '../../model/PlanEntry';
import { isSignInBlocked } from '../../model/Person';
import type { Reason } from '../../model/Reason';
import type { ApplyContext } from './ApplyContext';

/** Reasons that rest on what a list or a delta did not show: each is asked once more of the person. */
export const ABSENCES: ReadonlySet<Reason> = new Set([
  'Unassigned',
  'NotEffectivelyEntitled',
  'RoleWithoutEntitlement',
  'HardDeleted',
  'SoftDeleted',
  'SignInBlocked',
]);

/**
 * The look at the person right before access is taken (docs/protocol.md R18, I05): another question than the one the
 * lists answered. @returns whether it contradicts the plan
 */
export async function contradictsAbsence(context: ApplyContext, entry: PlanEntry): Promise<boolean> {
  const { desired } = entry;
  if (desired.kind !== 'inactive' || !ABSENCES.has(desired.reason)) return false;
  // Who is blocked or gone loses access in whatever group: only the person is looked at.
  const isOfPerson =
    desired.reason === 'SignInBlocked' || desired.reason === 'HardDeleted' || desired.reason === 'SoftDeleted';
  const app = await context.app();
  const { looked, memberOf, directRoleIds, groupRoleIds } = await context.engine.entra.pointCheck(entry.sourceId, {
    groupIds: isOfPerson ? [] : entry.proofGroupIds,
    servicePrincipalId: app.id,
    throughNested: context.engine.policy.expandNestedGroups,
  });
  if ('deleted' in looked) return false;
  if (isSignInBlocked(looked.person)) return false;
  if (isOfPerson) return true;
  if (directRoleIds !== undefined && app.entitlements.of(directRoleIds).entitled) return true;
  if (groupRoleIds !== undefined) return app.entitlements.of(groupRoleIds).entitled;
  // Graph does not tell what the groups hold: then membership of one that the list still names contradicts.
  const assigned = new Set((await context.engine.store.image.assignments()).map((one) => one.principalId));
  return memberOf.some((id) => assigned.has(id));
}
