/** What the stories about one connector share: a small company, people who come, and faults that must have happened. */
import { ORGANIZER_ROLE_ID, USER_ROLE_ID, type EntraUser } from '../../local/simulators/entra/EntraDirectory';
import type { SimulatedServer } from '../../local/simulators/http/SimulatedServer';
import { newUser } from '../../local/simulators/world/buildWorld';
import type { CycleView, TestConnector } from './TestConnector';

export const TINY = { people: 6, groups: 2, membersPerGroup: 3, existingShare: 0.3 } as const;

/** Whoever is entitled, in order. */
export const entitled = ({ world: { directory } }: TestConnector): EntraUser[] =>
  [...directory.entitledIds()].map((id) => directory.user(id));

/** The n-th of those who are entitled. */
export function someone(connector: TestConnector, index = 0): EntraUser {
  const user = entitled(connector)[index];
  if (user === undefined) throw new RangeError(`fewer than ${index + 1} are entitled`);
  return user;
}

/** A person in Entra who is assigned to nothing yet; the same number gives the same address. */
export function newPerson(
  { world: { directory, random } }: TestConnector,
  number: number,
  more: Partial<EntraUser> = {},
): EntraUser {
  const user = newUser(random, number);
  return directory.addUser({ ...user, mail: user.userPrincipalName, ...more });
}

/** A person who is assigned directly. */
export function newcomer(connector: TestConnector, number: number, more: Partial<EntraUser> = {}): EntraUser {
  const person = newPerson(connector, number, more);
  connector.world.directory.assign(person.id, 'User');
  return person;
}

/** A newly assigned group of people who were in Entra before. */
export function newDepartment({ world: { directory } }: TestConnector, people: readonly EntraUser[]): string {
  const group = directory.addGroup('New department');
  directory.addMembers(
    group.id,
    people.map((person) => person.id),
  );
  directory.assign(group.id, 'Group');
  return group.id;
}

/** Takes the person out of every assigned group, and the direct assignment. */
export function unassign({ world: { directory } }: TestConnector, id: string): void {
  for (const [groupId, group] of directory.groups)
    if (group.latest.members.has(id)) directory.removeMember(groupId, id);
  directory.unassign(id);
}

/** The fault is over; one that never happened has proven nothing. */
export function heal(server: SimulatedServer): void {
  expect(server.unfiredFaults).toEqual([]);
  server.clearFaults();
}

/** A number of cycles, five minutes apart. @returns the last one */
export async function cycles(connector: TestConnector, count: number): Promise<CycleView> {
  let last: CycleView | undefined;
  for (let index = 0; index < count; index += 1) {
    connector.later();
    last = await connector.cycle();
  }
  if (last === undefined) throw new RangeError('no cycle');
  return last;
}

export const mailOf = (user: EntraUser): string => (user.mail ?? user.userPrincipalName).toLowerCase();

/** POSTs of people that reached GoTo since the beginning. */
export const postsTo = ({ world: { goto } }: TestConnector): number =>
  goto.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/users')).length;

/** ROLE_ENTITLEMENTS of the two roles. */
export const entitlements = (user: readonly string[], organizer: readonly string[]): Record<string, string> => ({
  ROLE_ENTITLEMENTS: JSON.stringify({
    [USER_ROLE_ID]: { licenseKeys: user },
    [ORGANIZER_ROLE_ID]: { licenseKeys: organizer },
  }),
});

/**
 * Lets something happen around the calls of a function, all instances alike; `jest.restoreAllMocks` ends it.
 * @param prototype of an adapter
 * @param steps are told the number of the call, 1 at first
 */
export function around(
  prototype: object,
  name: string,
  steps: { readonly before?: (call: number) => void; readonly after?: (call: number) => void },
): void {
  const original: unknown = Reflect.get(prototype, name);
  if (typeof original !== 'function') throw new TypeError(`no function ${name}`);
  let call = 0;
  const watched = prototype as Record<string, (...all: unknown[]) => Promise<unknown>>;
  jest.spyOn(watched, name).mockImplementation(async function (this: unknown, ...all: unknown[]): Promise<unknown> {
    const own = (call += 1);
    steps.before?.(own);
    const result: unknown = await Reflect.apply(original, this, all);
    steps.after?.(own);
    return result;
  });
}
