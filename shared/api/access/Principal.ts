import { z } from 'zod';
import { tryParseJson } from '../../http/tryParseJson';
import type { ApiRequest } from '../ApiResponse';
import { ROLES, type Role } from './Role';

/** Who signed in, as Azure's App Service authentication tells the app behind it. */
export interface Principal {
  /** Object id of the person or service principal; null when the token has none. */
  readonly id: string | null;
  readonly roles: ReadonlySet<Role>;
}

const HEADER = 'x-ms-client-principal';
/** A token's claims come under their own names, or under those of .NET. */
const ID_CLAIMS = ['oid', 'http://schemas.microsoft.com/identity/claims/objectidentifier'];
const ROLES_CLAIM = 'roles';

const principalSchema = z.object({
  // Entra is the one provider that the template configures.
  auth_typ: z.literal('aad'),
  role_typ: z.string().optional(),
  claims: z.array(z.object({ typ: z.string(), val: z.string() })),
});

/**
 * The header is Azure's word only behind App Service authentication, which takes it out of requests from outside: whoever
 * calls this has to know that it is on.
 * @returns null when nobody signed in, and for a header that is not Azure's
 */
export function principalOf(request: ApiRequest): Principal | null {
  const header = request.header(HEADER);
  if (header === null || header === '') return null;
  const parsed = principalSchema.safeParse(tryParseJson(Buffer.from(header, 'base64').toString('utf8')));
  if (!parsed.success) return null;
  const { claims, role_typ: roleClaim = ROLES_CLAIM } = parsed.data;
  const held = claims.filter(({ typ }) => typ === roleClaim || typ === ROLES_CLAIM).map(({ val }) => val);
  return {
    id: claims.find(({ typ }) => ID_CLAIMS.includes(typ))?.val ?? null,
    roles: new Set(ROLES.filter((role) => held.includes(role))),
  };
}
