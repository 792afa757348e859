/** A company of a handful of people, small enough to be played hundreds of times, and what happens to its people. */
import { ORGANIZER_ROLE_ID, USER_ROLE_ID, type EntraUser } from '../../local/simulators/entra/EntraDirectory';
import { newUser, type World } from '../../local/simulators/world/buildWorld';

interface HasWorld {
  readonly world: World;
}

export const TINY = { people: 6, groups: 2, membersPerGroup: 3, existingShare: 0.3 };

/** Large enough for every kind of change to meet somebody of its own. */
export const VILLAGE = { people: 12, groups: 3, membersPerGroup: 3, existingShare: 0.3 };

export const oneEntitled = ({ world }: HasWorld, index = 0): EntraUser =>
  world.directory.user([...world.directory.entitledIds()][index] ?? '');

/** Somebody new in the first assigned group. */
export function join({ world }: HasWorld, number: number): EntraUser {
  const joiner = world.directory.addUser(newUser(world.random, number));
  world.directory.addMember([...world.directory.groups.keys()][0] ?? '', joiner.id);
  return joiner;
}

/** One thing that happens to people in Entra. */
export interface Change {
  readonly name: string;
  /** What must be there before the first cycle. */
  readonly before?: (connector: HasWorld) => void;
  readonly happen: (connector: HasWorld) => void;
}

const direct = ({ world }: HasWorld, number: number, roleIds: readonly string[] = [USER_ROLE_ID]): void => {
  const user = world.directory.addUser({ ...newUser(world.random, number), displayName: `Direct ${number}` });
  for (const roleId of roleIds) world.directory.assign(user.id, 'User', roleId);
};
const directId = ({ world }: HasWorld, number: number): string =>
  [...world.directory.users].find(
    ([, { latest }]) => typeof latest === 'object' && latest.displayName === `Direct ${number}`,
  )?.[0] ?? '';
/** Somebody who has been in an assigned group from the beginning; each index is another person. */
function grouped({ world: { directory } }: HasWorld, index: number): string {
  const members = new Set([...directory.groups.values()].flatMap(({ latest }) => [...latest.members.keys()]));
  return [...directory.users.keys()].filter((id) => members.has(id))[index] ?? '';
}

/** Every kind of change, each about other people, so that all can happen at once. */
export const CHANGES: readonly Change[] = [
  {
    name: 'a group is assigned',
    happen: ({ world: { directory, random } }) => {
      const group = directory.addGroup('New department');
      const people = [801, 802].map((number) => directory.addUser(newUser(random, number)).id);
      directory.addMembers(group.id, people);
      directory.assign(group.id, 'Group');
    },
  },
  { name: 'a person is assigned', happen: (connector) => direct(connector, 803) },
  { name: 'a person joins a group', happen: (connector) => void join(connector, 804) },
  {
    name: 'a person gets another name',
    happen: (connector) => connector.world.directory.changeUser(grouped(connector, 0), { surname: 'Married' }),
  },
  {
    name: 'a person gets another address',
    happen: (connector) => {
      const address = 'another.address@example.com';
      connector.world.directory.changeUser(grouped(connector, 1), { mail: address, userPrincipalName: address });
    },
  },
  {
    name: 'a person is blocked',
    happen: (connector) => connector.world.directory.changeUser(grouped(connector, 2), { accountEnabled: false }),
  },
  {
    name: 'a person is unassigned',
    before: (connector) => direct(connector, 805),
    happen: (connector) => connector.world.directory.unassign(directId(connector, 805)),
  },
  {
    name: 'a person leaves a group',
    happen: (connector) => {
      const leaver = grouped(connector, 3);
      for (const [id, group] of connector.world.directory.groups)
        if (group.latest.members.has(leaver)) connector.world.directory.removeMember(id, leaver);
    },
  },
  {
    name: 'a person goes to the recycle bin',
    happen: (connector) => void connector.world.directory.deleteUser(grouped(connector, 4)),
  },
  {
    name: 'a person gets a second role',
    before: (connector) => direct(connector, 806),
    happen: (connector) => connector.world.directory.assign(directId(connector, 806), 'User', ORGANIZER_ROLE_ID),
  },
  {
    name: 'a person loses the second role',
    before: (connector) => direct(connector, 807, [USER_ROLE_ID, ORGANIZER_ROLE_ID]),
    happen: (connector) => {
      connector.world.directory.unassign(directId(connector, 807));
      connector.world.directory.assign(directId(connector, 807), 'User', USER_ROLE_ID);
    },
  },
];
