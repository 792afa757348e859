import type { Arguments } from '../Arguments';
import type { RoleObject, Value } from '../Value';
import { isList } from '../Value';
import { textForm } from '../textForm';
import { required, type ExpressionFunction } from './ExpressionFunction';

const family = 'App roles';
const parameters = [required('source', 'list')];

export const ROLE_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'SingleAppRoleAssignment',
    family,
    parameters,
    result: 'text',
    source: 'FUN',
    doc: 'Name of the one app role of the person. Several roles fail; give them licences by ROLE_ENTITLEMENTS instead.',
    evaluate: (args) => {
      const roles = args.list(0);
      if (roles.length > 1) {
        // The sentence of Entra's service, for those who search for it (I#42487).
        throw args.error(
          'TooManyRoles',
          `No more than one app role assignment was expected, but this many were found: ${roles.length}.`,
          0,
        );
      }
      const role = roles[0] ?? null;
      return role === null ? null : isRole(role) ? nameOf(role) : isList(role) ? null : textForm(role);
    },
  },
  {
    name: 'AppRoleAssignmentsComplex',
    family,
    parameters,
    result: 'list',
    source: 'FUN',
    doc: 'All app roles of the person, as elements of a SCIM roles attribute; roles are added, never taken away.',
    evaluate: allRoles,
  },
  {
    name: 'AssertiveAppRoleAssignmentsComplex',
    family,
    parameters,
    result: 'list',
    source: 'CUS',
    doc: 'All app roles of the person, as elements of a SCIM roles attribute; they replace those of the target.',
    evaluate: allRoles,
  },
];

function allRoles(args: Arguments): Value {
  return args.list(0).map((value) => {
    if (isRole(value)) return value;
    if (value === null || isList(value)) throw args.wrongKind(0, value, 'app roles');
    const name = textForm(value);
    return { kind: 'role', id: '', value: name, displayName: name } satisfies RoleObject;
  });
}

/** "A single role name string" (FUN): the display name; many gallery roles have no value. */
const nameOf = (role: RoleObject): string => (role.displayName === '' ? role.value : role.displayName);

const isRole = (value: Value): value is RoleObject =>
  typeof value === 'object' && value !== null && !isList(value) && value.kind === 'role';
