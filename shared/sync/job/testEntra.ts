/** Entra's side of the connection: each permission is tried by the call that needs it. */
import { DEFAULT_ACCESS_ROLE_ID, type Assignment, type EnterpriseApp } from '../../model/Assignment';
import { ConnectorError } from '../../model/ConnectorError';
import { Entitlements } from '../../rules/Entitlements';
import type { Engine } from '../Engine';
import { line, notTried, sentencesOf, type Check, type ConnectionLine } from './ConnectionLine';

/** An address that nobody has (RFC 2606): only whether Graph lets us search is asked. */
const NOBODY = 'connection-test@gotomeeting.invalid';

const REST: readonly Check[] = ['entraRoles', 'entraAssignments', 'entraGroupMembers'];

export async function testEntra(engine: Engine): Promise<readonly ConnectionLine[]> {
  const [app, users] = await Promise.all([testApp(engine), testUsers(engine)]);
  return [...app, users];
}

async function testApp(engine: Engine): Promise<readonly ConnectionLine[]> {
  let app: EnterpriseApp;
  try {
    app = await engine.entra.getEnterpriseApp();
  } catch (error) {
    // The token is asked for first: what failed after that had one.
    if (error instanceof ConnectorError && error.code === 'Unauthorized' && !error.sent)
      return [line('entraToken', 'failed', error.message), ...notTried(['entraApp', ...REST], 'entraToken')];
    return [
      line('entraToken', 'ok', 'The managed identity gives tokens for Microsoft Graph.'),
      line('entraApp', 'failed', permissionOf('Application.Read.All', error)),
      ...notTried(REST, 'entraApp'),
    ];
  }
  return [
    line('entraToken', 'ok', 'The managed identity gives tokens for Microsoft Graph.'),
    line('entraApp', 'ok', `The enterprise application is “${app.displayName}”.`),
    testRoles(engine, app),
    ...(await testAssignments(engine, app)),
  ];
}

function testRoles({ policy }: Engine, app: EnterpriseApp): ConnectionLine {
  const { unknownRules } = new Entitlements(policy.roleEntitlements, app.appRoles, policy.provisionDefaultAccess);
  const names = app.appRoles.map((role) => role.value ?? role.displayName).join(', ');
  if (unknownRules.length === 0) return line('entraRoles', 'ok', 'Each rule names an app role.');
  const status = unknownRules.length === Object.keys(policy.roleEntitlements).length ? 'failed' : 'warning';
  return line(
    'entraRoles',
    status,
    `ROLE_ENTITLEMENTS names what is no app role: ${unknownRules.join(', ')}. The application has: ${names || 'none'}. Correct the setting, or make the role in Entra.`,
  );
}

async function testAssignments(engine: Engine, app: EnterpriseApp): Promise<readonly ConnectionLine[]> {
  let assignments: readonly Assignment[];
  try {
    ({ assignments } = await engine.entra.listAssignmentsPage({ servicePrincipalId: app.id }));
  } catch (error) {
    return [
      line('entraAssignments', 'failed', permissionOf('Application.Read.All', error)),
      ...notTried(['entraGroupMembers'], 'entraAssignments'),
    ];
  }
  return [assignmentsLine(engine, assignments), await testMembers(engine, assignments)];
}

function assignmentsLine({ policy }: Engine, assignments: readonly Assignment[]): ConnectionLine {
  const plain = assignments.filter(({ appRoleId }) => appRoleId === DEFAULT_ACCESS_ROLE_ID).length;
  if (assignments.length === 0)
    return line(
      'entraAssignments',
      'warning',
      'Nobody is assigned to the enterprise application, so nobody gets an account. Assign users or groups in Entra.',
    );
  if (plain > 0 && !policy.provisionDefaultAccess)
    return line(
      'entraAssignments',
      'warning',
      `${plain} of ${assignments.length} assignments have the role Default Access, which gives no licence. Assign an app role instead, or set PROVISION_DEFAULT_ACCESS.`,
    );
  return line('entraAssignments', 'ok', `Users or groups are assigned (${assignments.length} on the first page).`);
}

async function testMembers(engine: Engine, assignments: readonly Assignment[]): Promise<ConnectionLine> {
  const group = assignments.find((one) => one.principalType === 'Group');
  if (group === undefined) return line('entraGroupMembers', 'ok', 'No group is assigned, so no members are read.');
  try {
    const page = await engine.entra.listMembersPage({ groupId: group.principalId });
    return page === 'missing'
      ? line(
          'entraGroupMembers',
          'warning',
          'An assigned group is not found. It may have been deleted a moment ago; look at the assignments.',
        )
      : line('entraGroupMembers', 'ok', 'Members of assigned groups can be read.');
  } catch (error) {
    return line('entraGroupMembers', 'failed', permissionOf('GroupMember.Read.All', error));
  }
}

async function testUsers({ entra }: Engine): Promise<ConnectionLine> {
  try {
    await entra.findPeople(NOBODY);
    return line('entraUsers', 'ok', 'Users can be read.');
  } catch (error) {
    return line('entraUsers', 'failed', permissionOf('User.Read.All', error));
  }
}

/** A refusal, with the one permission that this call needs. */
function permissionOf(permission: string, error: unknown): string {
  return error instanceof ConnectorError && error.code === 'InsufficientRights'
    ? `Microsoft Graph refused it: grant the managed identity ${permission} (infra/graph/grant.sh or grant.ps1). A new grant can take hours to count.`
    : sentencesOf(error);
}
