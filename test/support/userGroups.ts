/** What the stories about PROVISION_GROUPS share: a company whose assigned groups become user groups, and who is in which. */
import type { EntraUser } from '../../local/simulators/entra/EntraDirectory';
import { MEETING_LICENSE, WEBINAR_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { newUser } from '../../local/simulators/world/buildWorld';
import { TestConnector } from './TestConnector';

const WORLD = { people: 2, groups: 1, membersPerGroup: 1, existingShare: 0 };
const SETTINGS = {
  PROVISION_GROUPS: 'true',
  ROLE_ENTITLEMENTS: JSON.stringify({
    webinar: { licenseKeys: [MEETING_LICENSE, WEBINAR_LICENSE], groupName: 'Organizers/EMEA' },
    User: { licenseKeys: [MEETING_LICENSE] },
  }),
};

/** A connector that provisions groups; the webinar role has one of its own. */
export const withUserGroups = (settings: Readonly<Record<string, string>> = {}): Promise<TestConnector> =>
  TestConnector.start({ world: WORLD, settings: { ...SETTINGS, ...settings } });

/** An assigned group with two members of its own. @param number other groups' members have other ones */
export function assignedGroup(
  { world: { directory, random } }: TestConnector,
  name: string,
  number: number,
  roleId?: string,
): { readonly id: string; readonly members: readonly EntraUser[] } {
  const { id } = directory.addGroup(name);
  const members = [0, 1].map((index) => directory.addUser(newUser(random, number + index)));
  directory.addMembers(
    id,
    members.map((member) => member.id),
  );
  directory.assign(id, 'Group', roleId);
  return { id, members };
}

/** The name of the user group a person is in. */
export const groupOf = (connector: TestConnector, { id }: EntraUser): string | undefined =>
  connector.world.goto.groups.get(connector.accountOf(id)?.groupKey ?? '');

export const groupsOf = (connector: TestConnector, users: readonly EntraUser[]): (string | undefined)[] =>
  users.map((user) => groupOf(connector, user));

export const groupNames = ({ world: { goto } }: TestConnector): string[] => [...goto.groups.values()].sort();
