import type { PlanEntry } from '../../model/PlanEntry';
import { isSignInBlocked } from '../../model/Person';
import type { Reason } from '../../model/Reason';
import type { ApplyContext } from './ApplyContext';

/** Those that rest on the lists of assignments and members. */
export const OF_LISTS: ReadonlySet<Reason> = new Set([
  'Unassigned',
  'NotEffectivelyEntitled',
  'RoleWithoutEntitlement',
]);

/** Reasons that rest on what a list or a delta did not show: each is asked once more of the person. */
export const ABSENCES: ReadonlySet<Reason> = new Set([...OF_LISTS, 'HardDeleted', 'SoftDeleted', 'SignInBlocked']);

/**
 * The look at the person right before access is taken (docs/protocol.md R18, I05): another question than the one the
 * lists answered. Of somebody who keeps one of several roles, whether the lost ones are lost.
 * @returns whether it contradicts the plan
 */
export async function contradictsAbsence(context: ApplyContext, entry: PlanEntry): Promise<boolean> {
  const { desired } = entry;
  if (desired.kind === 'active') {
    const { isGone, licenseKeys, memberOf } = await ask(context, entry, entry.proofGroupIds);
    return !isGone && entry.drops.some((key) => licenseKeys.includes(key)) && refuted(context, memberOf);
  }
  if (desired.kind !== 'inactive' || !ABSENCES.has(desired.reason)) return false;
  // Who is blocked or gone loses access in whatever group: only the person is looked at.
  const isOfPerson = !OF_LISTS.has(desired.reason);
  const { isGone, isEntitled, memberOf } = await ask(context, entry, isOfPerson ? [] : entry.proofGroupIds);
  return !isGone && (isOfPerson || isEntitled) && refuted(context, memberOf);
}

/** No delta tells that a list of members was wrong: it is read once more. */
async function refuted({ engine }: ApplyContext, groupIds: readonly string[]): Promise<true> {
  await engine.store.dirty.markGroups(groupIds, engine.clock.now(), 'refuted');
  return true;
}

/** What Entra shows of one person. */
interface Shown {
  /** Blocked, or not there any more. */
  readonly isGone: boolean;
  readonly isEntitled: boolean;
  readonly licenseKeys: readonly string[];
  readonly memberOf: readonly string[];
}

async function ask(context: ApplyContext, { sourceId }: PlanEntry, groupIds: readonly string[]): Promise<Shown> {
  const { id: servicePrincipalId, entitlements } = await context.app();
  const { looked, memberOf, directRoleIds, groupRoleIds } = await context.engine.entra.pointCheck(sourceId, {
    groupIds,
    servicePrincipalId,
    throughNested: context.engine.policy.expandNestedGroups,
  });
  // Where Graph does not tell what the groups hold, the list does.
  const ofGroups = groupRoleIds ?? (await listedRolesOf(context, memberOf));
  const roleIds = [...(directRoleIds ?? []), ...ofGroups];
  const given = entitlements.of(roleIds);
  const renamed = entitlements.perhapsRenamed(roleIds);
  return {
    isGone: 'deleted' in looked || isSignInBlocked(looked.person),
    isEntitled: given.entitled || renamed.length > 0,
    licenseKeys: [...(given.entitled ? given.licenseKeys : []), ...renamed],
    memberOf,
  };
}

async function listedRolesOf({ engine }: ApplyContext, groupIds: readonly string[]): Promise<readonly string[]> {
  const assignments = await engine.store.image.assignments();
  return assignments.filter((one) => groupIds.includes(one.principalId)).map((one) => one.appRoleId);
}
