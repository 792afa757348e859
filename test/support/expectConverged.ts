import { MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import type { World } from '../../local/simulators/world/buildWorld';

const sorted = (addresses: readonly string[]): string[] => addresses.map((address) => address.toLowerCase()).sort();

/**
 * I01: everybody entitled has an account with the meeting licence, nobody else has; and I03: no address twice.
 * @param entitled ids of who shall have one
 */
export function expectConverged(
  connector: { readonly world: World },
  entitled: Iterable<string> = connector.world.directory.entitledIds(),
): void {
  const { directory, goto } = connector.world;
  const wanted = [...entitled].map((id) => directory.user(id)).map((user) => user.mail ?? user.userPrincipalName);
  const licensed = goto
    .all()
    .filter((user) => user.licenseKeys.includes(MEETING_LICENSE) && user.adminRoles.length === 0);
  expect(sorted(licensed.map((user) => user.email))).toEqual(sorted(wanted));
  const all = sorted(goto.all().map((user) => user.email));
  expect(new Set(all).size).toBe(all.length);
}
