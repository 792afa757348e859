import type { PlanEntry } from '../../model/PlanEntry';
import { isSignInBlocked } from '../../model/Person';
import type { Mapping } from '../../mapping/Mapping';
import type { Reason } from '../../model/Reason';
import { sourceAttribute } from '../../model/SourceAttribute';
import { ABSENCES, OF_LISTS } from '../../rules/absences';
import { desiredOf } from '../../rules/desiredOf';
import type { Entitlements } from '../../rules/Entitlements';
import type { WithClock, WithSettings, WithSource, WithStore } from '../Engine';

/** Who asks, and what the app's roles give. */
export interface Asker {
  readonly engine: WithStore & WithSource & WithClock & WithSettings;
  app(): Promise<{ readonly id: string; readonly entitlements: Entitlements }>;
  /** By which the plan was made. */
  mapping(): Promise<Mapping>;
}

/**
 * The look at the person right before access is taken (docs/protocol.md R18, I05): another question than the one the
 * lists answered. Of somebody who keeps one of several roles, whether the lost ones are lost.
 * @returns whether it contradicts the plan
 */
export async function contradictsAbsence(asker: Asker, entry: PlanEntry): Promise<boolean> {
  const { desired, hold } = entry;
  // An undo takes what the log says was given, whatever Entra wants.
  if (hold !== null) return false;
  if (desired.kind === 'active') {
    const { isGone, licenseKeys, memberOf } = await ask(asker, entry, entry.proofGroupIds);
    return !isGone && entry.drops.some((key) => licenseKeys.includes(key)) && refuted(asker, memberOf);
  }
  if (desired.kind !== 'inactive') return false;
  if (OF_MAPPING.has(desired.reason)) return isWithinAgain(asker, entry);
  if (!ABSENCES.has(desired.reason)) return false;
  // Who is blocked or gone loses access in whatever group: only the person is looked at.
  const isOfPerson = !OF_LISTS.has(desired.reason);
  const { isGone, isEntitled, memberOf } = await ask(asker, entry, isOfPerson ? [] : entry.proofGroupIds);
  return !isGone && (isOfPerson || isEntitled) && refuted(asker, memberOf);
}

/** Reasons that rest on the person's attributes. */
const OF_MAPPING: ReadonlySet<Reason> = new Set(['OutOfScope', 'InactiveByMapping']);

/** Whom a filter or the mapping left out is read anew: whoever is within now keeps the access. */
async function isWithinAgain(asker: Asker, { sourceId, roleIds }: PlanEntry): Promise<boolean> {
  const { engine } = asker;
  const mapping = await asker.mapping();
  const attributes = mapping.sourceAttributes.flatMap((name) => sourceAttribute(name) ?? []);
  const looked = (await engine.entra.selecting(attributes).getPeople([sourceId])).people.get(sourceId);
  if (looked === undefined || 'deleted' in looked) return false;
  const { entitlements } = await asker.app();
  const { skipOutOfScopeDeletions } = engine.policy;
  const now = desiredOf(
    {
      person: looked.person,
      roleIds,
      isProtected: false,
      absenceDoubt: null,
      exclusionUnconfirmed: false,
      nowMs: engine.clock.now(),
    },
    { mapping, entitlements, skipOutOfScopeDeletions },
  );
  return now.kind === 'active';
}

/** No delta tells that a list of members was wrong: it is read once more. */
async function refuted({ engine }: Asker, groupIds: readonly string[]): Promise<true> {
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

async function ask(asker: Asker, { sourceId }: PlanEntry, groupIds: readonly string[]): Promise<Shown> {
  const { id: servicePrincipalId, entitlements } = await asker.app();
  const { looked, memberOf, directRoleIds, groupRoleIds } = await asker.engine.entra.pointCheck(sourceId, {
    groupIds,
    servicePrincipalId,
    throughNested: asker.engine.policy.expandNestedGroups,
  });
  // Where Graph does not tell what the groups hold, the list does.
  const ofGroups = groupRoleIds ?? (await listedRolesOf(asker, memberOf));
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

async function listedRolesOf({ engine }: Asker, groupIds: readonly string[]): Promise<readonly string[]> {
  const assignments = await engine.store.image.assignments();
  return assignments.filter((one) => groupIds.includes(one.principalId)).map((one) => one.appRoleId);
}
