import { Entitlements } from '../../mapping/Entitlements';
import type { AppRole } from '../../model/Assignment';
import type { Engine } from '../Engine';

export const entitlementsOf = (engine: Engine, app: { readonly appRoles: readonly AppRole[] }): Entitlements =>
  new Entitlements(engine.policy.roleEntitlements, app.appRoles, engine.policy.provisionDefaultAccess);
