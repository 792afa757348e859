import { DEFAULT_ACCESS_ROLE_ID, type Assignment } from '../../model/Assignment';
import type { CyclePlace } from '../cycle/CyclePlace';
import type { PlanContext } from './PlanContext';

/** Rules and roles that do not meet: worth a sentence, as nobody gets anything by them. */
export function warnOfRoles(context: PlanContext, place: CyclePlace, assignments: readonly Assignment[]): void {
  const { entitlements, app, policy } = context;
  const held = new Set(assignments.map((assignment) => assignment.appRoleId));
  for (const name of entitlements.unknownRules)
    place.warn(`ROLE_ENTITLEMENTS names "${name}", which is no role of the enterprise application.`);
  for (const role of app.appRoles)
    if (held.has(role.id) && !entitlements.of([role.id]).entitled)
      place.warn(`ROLE_ENTITLEMENTS has no rule for the assigned app role "${role.displayName}"; it gives nothing.`);
  if (held.has(DEFAULT_ACCESS_ROLE_ID) && !policy.provisionDefaultAccess)
    place.warn(
      'Some assignments are "Default Access", which gives nothing. Assign a real app role, or set PROVISION_DEFAULT_ACCESS.',
    );
}
