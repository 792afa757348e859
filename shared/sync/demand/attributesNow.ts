import { guestAddress } from '../../mapping/guestAddress';
import { isSignInBlocked } from '../../model/Person';
import { APP_ROLE_ASSIGNMENTS, IS_SOFT_DELETED, sourceAttribute } from '../../model/SourceAttribute';
import type { Engine } from '../Engine';
import { PlanContext } from '../plan/PlanContext';
import { readRequest } from '../plan/sources/readRequest';
import { demandCycle } from './oneRow';

/**
 * What an expression of the mapping reads of somebody, by what Entra says now. Writes nothing.
 * @param names of attributes; those that Entra does not keep with a user are left out
 * @returns undefined when Entra does not show the person. @throws ConnectorError of Graph or the tables
 */
export async function attributesNow(
  engine: Engine,
  sourceId: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, unknown> | undefined> {
  const { people } = await engine.entra
    .selecting(names.flatMap((name) => sourceAttribute(name) ?? []))
    .getPeople([sourceId]);
  const looked = people.get(sourceId);
  if (looked === undefined || !('person' in looked)) return undefined;
  const values = new Map<string, unknown>(Object.entries(looked.person.attributes));
  const name = values.get('userPrincipalName');
  if (typeof name === 'string') values.set('userPrincipalName', guestAddress(name));
  const isComputed = names.includes(IS_SOFT_DELETED) || names.includes(APP_ROLE_ASSIGNMENTS);
  return isComputed ? new Map([...values, ...(await computed(engine, sourceId, names))]) : values;
}

/** What follows from the person's assignments. */
async function computed(
  engine: Engine,
  sourceId: string,
  names: readonly string[],
): Promise<readonly (readonly [string, unknown])[]> {
  const cycle = demandCycle(engine, await engine.store.schemas.activeVersion(), true);
  const context = await PlanContext.open({ ...engine, store: engine.store.dry() }, cycle);
  const { person, grants } = await readRequest(context, sourceId, cycle.id);
  const roleIds = [...new Set(grants.flatMap((grant) => grant.roleIds))];
  const isActive = person !== undefined && !isSignInBlocked(person) && context.entitlements.of(roleIds).entitled;
  const roles = roleIds.flatMap((id) => {
    const role = context.entitlements.role(id);
    return role === undefined ? [] : [{ id, value: role.value ?? '', displayName: role.displayName }];
  });
  const all: readonly (readonly [string, unknown])[] = [
    [IS_SOFT_DELETED, !isActive],
    [APP_ROLE_ASSIGNMENTS, roles],
  ];
  return all.filter(([name]) => names.includes(name));
}
