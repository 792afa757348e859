/** I07: what the connector must not touch it does not, whatever becomes of its people. */
import { MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import type { EntraUser } from '../../local/simulators/entra/EntraDirectory';
import { postRelease } from '../../shared/api/postRelease';
import { apiRequest } from '../support/apiRequest';
import { askOf } from '../support/demand';
import { apply, revert } from '../support/plans';
import { cycles, newcomer, TINY } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
beforeAll(async () => {
  connector = await TestConnector.start({ world: TINY });
});
afterAll(() => connector.stop());

/** Each way to lose access, for one of these people. */
const WAYS: readonly ((id: string) => void)[] = [
  (id) => {
    connector.world.directory.changeUser(id, { accountEnabled: false });
  },
  (id) => {
    connector.world.directory.unassign(id);
  },
  (id) => void connector.world.directory.deleteUser(id),
  (id) => {
    connector.world.directory.purgeUser(id);
  },
];

const keyOf = (person: EntraUser): string => connector.accountOf(person.id)?.key ?? '';

test('PROTECTED_USERS by id, user principal name, mail and group: nobody of them is touched, in whatever way they leave', async () => {
  const { directory, goto } = connector.world;
  const people = WAYS.flatMap((_, way) =>
    ['id', 'name', 'mail', 'group'].map((by, index) => ({
      by,
      way,
      person: newcomer(connector, 600 + way * 10 + index, { mail: `mail.${way}.${index}@example.com` }),
    })),
  );
  const [outer, inner] = [directory.addGroup('Board'), directory.addGroup('Chair')];
  directory.addMember(outer.id, inner.id, 'group');
  directory.addMembers(
    inner.id,
    people.flatMap(({ by, person }) => (by === 'group' ? [person.id] : [])),
  );
  await cycles(connector, 2);
  const keys = people.map(({ person }) => keyOf(person));
  const names = people.flatMap(({ by, person }) =>
    by === 'id' ? [person.id] : by === 'name' ? [person.userPrincipalName] : by === 'mail' ? [person.mail ?? ''] : [],
  );
  await connector.restart({ PROTECTED_USERS: [...names, outer.id.toUpperCase()].join(', ') });
  await cycles(connector, 2);

  const writes = goto.writes.length;
  for (const { person, way } of people) WAYS[way]?.(person.id);
  const first = await cycles(connector, 1);
  await cycles(connector, 2);
  connector.later();
  await connector.cycle('full');
  expect(first).toMatchObject({ state: 'succeeded', counts: { disabled: 0, failed: 0 } });
  expect(goto.writes.slice(writes).filter((write) => keys.includes(write.userKey))).toEqual([]);
  for (const key of keys) expect(goto.users.get(key)?.latest?.licenseKeys).toEqual([MEETING_LICENSE]);

  await connector.restart({ PROTECTED_USERS: '' });
  await cycles(connector, 3);
  const kept = people.filter((_, index) => goto.users.get(keys[index] ?? '')?.latest?.licenseKeys.length !== 0);
  expect(kept.map(({ by, way }) => `${by} ${way}`)).toEqual([]);
});

test('neither the token’s owner nor the last administrator loses access when they leave, and the admin is told by name', async () => {
  const { directory, goto } = connector.world;
  const owner = newcomer(connector, 690);
  const admin = newcomer(connector, 691);
  await cycles(connector, 2);
  const keys = [keyOf(owner), keyOf(admin)];
  // The connector was authorised by this person: a new process finds out.
  const before = goto.ownerKey;
  Object.assign(goto, { ownerKey: keys[0] });
  await connector.restart();
  goto.changeByHand(keys[1] ?? '', { adminRoles: ['SUPER_USER'] });
  const writes = goto.writes.length;
  connector.later(15 * 60_000);
  directory.changeUser(owner.id, { accountEnabled: false });
  directory.deleteUser(admin.id);
  const cycle = await cycles(connector, 1);
  expect(cycle.skippedByReason).toMatchObject({ TargetIsTokenOwner: 1, TargetIsAdministrator: 1 });
  expect(cycle.warnings.join()).toMatch(
    new RegExp(`(${owner.displayName}|${admin.displayName}), .* left and is an administrator`),
  );
  connector.later();
  await connector.cycle('full');
  expect(goto.writes.slice(writes)).toEqual([]);
  Object.assign(goto, { ownerKey: before });
});

test('a protected group that reads as empty or missing ends nobody’s protection; whoever has left it is protected no more', async () => {
  const { directory, goto } = connector.world;
  const [ada, bob] = [newcomer(connector, 650), newcomer(connector, 651)];
  await cycles(connector, 2);
  const board = directory.addGroup('Another board');
  directory.addMembers(board.id, [ada.id, bob.id]);
  await connector.restart({ PROTECTED_USERS: board.id });
  await cycles(connector, 2);
  for (const { id } of [ada, bob]) directory.changeUser(id, { accountEnabled: false });
  const writes = goto.writes.length;
  const { emptyMembersOf, missingMembersOf } = connector.stack.entra.behaviour;
  for (const lie of [emptyMembersOf, missingMembersOf]) {
    lie.add(board.id);
    await cycles(connector, 2);
    connector.later();
    await connector.cycle('full');
    await askOf(connector, ada.id);
    await connector.settle();
    lie.clear();
  }
  expect(goto.writes.slice(writes).filter((write) => [ada, bob].map(keyOf).includes(write.userKey))).toEqual([]);
  directory.removeMember(board.id, bob.id);
  connector.later();
  await connector.cycle('full');
  await cycles(connector, 2);
  expect([ada, bob].map(({ id }) => connector.statusOf(id))).toEqual(['INVITED', 'SUSPENDED']);
});

test('a protected group that is deleted ends nobody’s protection: the admin is told, and corrects the setting', async () => {
  const { directory } = connector.world;
  const ada = newcomer(connector, 652);
  await cycles(connector, 2);
  const board = directory.addGroup('A third board');
  directory.addMembers(board.id, [ada.id]);
  await connector.restart({ PROTECTED_USERS: board.id });
  await cycles(connector, 2);
  directory.changeUser(ada.id, { accountEnabled: false });
  directory.groups.delete(board.id);
  await cycles(connector, 2);
  connector.later();
  const told = await connector.cycle('full');
  expect(connector.statusOf(ada.id)).not.toBe('SUSPENDED');
  expect(told.warnings.join()).toContain(`PROTECTED_USERS names ${board.id}, which Entra shows neither as a group`);
  await connector.restart({ PROTECTED_USERS: '' });
  await cycles(connector, 3);
  expect(connector.statusOf(ada.id)).toBe('SUSPENDED');
});

test('the undo of a cycle touches nobody who is protected by now, by whatever name', async () => {
  const { directory, goto } = connector.world;
  const people = [661, 662, 663].map((number) => newcomer(connector, number));
  const done = await cycles(connector, 1);
  expect(done.counts).toMatchObject({ created: 3 });
  await cycles(connector, 1);
  const [byId, byName, byGroup] = people;
  const board = directory.addGroup('A fourth board');
  directory.addMember(board.id, byGroup?.id ?? '');
  await connector.restart({ PROTECTED_USERS: [byId?.id, byName?.userPrincipalName, board.id].join() });
  await cycles(connector, 1);
  const writes = goto.writes.length;
  connector.later();
  const plan = await revert(connector, done.id);
  expect(plan.entries.map(({ state, reason }) => `${state} ${reason}`)).toEqual(Array(3).fill('ended Protected'));
  expect(goto.writes.slice(writes)).toEqual([]);
});

test('whoever is protected and was held by an undo stays protected when released, beside a group that reads as empty', async () => {
  const { directory } = connector.world;
  const ada = newcomer(connector, 671);
  await cycles(connector, 2);
  directory.changeUser(ada.id, { surname: 'Married' });
  const done = await cycles(connector, 1);
  connector.later();
  await apply(connector, await revert(connector, done.id));
  const board = directory.addGroup('A fifth board');
  directory.addMember(board.id, ada.id);
  await connector.restart({ PROTECTED_USERS: board.id });
  await cycles(connector, 1);
  connector.stack.entra.behaviour.emptyMembersOf.add(board.id);
  await postRelease(connector.engine, apiRequest('', { id: ada.id }));
  directory.changeUser(ada.id, { accountEnabled: false });
  await cycles(connector, 2);
  expect(connector.statusOf(ada.id)).toBe('INVITED');
  connector.stack.entra.behaviour.emptyMembersOf.clear();
});
