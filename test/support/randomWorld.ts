/** A company of a random shape, to which random things happen: the same for the same seed. */
import { ORGANIZER_ROLE_ID, USER_ROLE_ID } from '../../local/simulators/entra/EntraDirectory';
import type { seeded } from '../../local/simulators/random/seeded';
import { newUser, type WorldSize } from '../../local/simulators/world/buildWorld';
import type { TestConnector } from './TestConnector';

type Random = ReturnType<typeof seeded>;

export const randomSize = (random: Random): Partial<WorldSize> => ({
  people: 6 + random.below(10),
  groups: 1 + random.below(4),
  membersPerGroup: 2 + random.below(4),
  existingShare: random.next(),
  oddities: random.next() < 0.5,
});

/** So many things happen, each to whoever chance picks. */
export function happen(connector: TestConnector, random: Random, count: number): void {
  const { directory, goto } = connector.world;
  const people = [...directory.users].filter(([, { latest }]) => typeof latest === 'object').map(([id]) => id);
  const groups = [...directory.groups.keys()];
  for (let number = 0; number < count; number += 1) {
    const id = random.pick(people);
    if (typeof directory.users.get(id)?.latest !== 'object') continue;
    switch (random.below(8)) {
      case 0:
        directory.changeUser(id, { surname: `Later${number}` });
        break;
      case 1:
        directory.changeUser(id, { accountEnabled: random.next() < 0.5 });
        break;
      case 2:
        for (const [groupId, { latest }] of directory.groups)
          if (latest.members.has(id)) directory.removeMember(groupId, id);
        break;
      case 3:
        directory.addMember(random.pick(groups), directory.addUser(newUser(random, 5_000 + number)).id);
        break;
      case 4:
        directory.assign(id, 'User', random.next() < 0.5 ? USER_ROLE_ID : ORGANIZER_ROLE_ID);
        break;
      case 5:
        directory.deleteUser(id);
        break;
      case 6:
        directory.changeUser(id, {
          mail: `moved.${number}@example.com`,
          userPrincipalName: `moved.${number}@example.com`,
        });
        break;
      default: {
        const account = connector.accountOf(id);
        if (account !== undefined) goto.changeByHand(account.key, { firstName: `Hand${number}` });
      }
    }
  }
}
