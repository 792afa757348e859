/** An undo takes back the user groups that a cycle made or renamed, and a release brings them again. */
import { MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { newUser } from '../../local/simulators/world/buildWorld';
import { postRelease } from '../../shared/api/postRelease';
import { decide, planOf as stagedPlanOf } from '../support/approvals';
import { apiRequest } from '../support/apiRequest';
import { apply, revert } from '../support/plans';
import { cycles } from '../support/stories';
import type { TestConnector } from '../support/TestConnector';
import { assignedGroup, groupNames, groupOf, groupsOf, withUserGroups } from '../support/userGroups';

let connector: TestConnector;
afterEach(() => connector.stop());

test('an undo takes back the groups a cycle made and renamed; one with other members stays; all comes again with the release', async () => {
  connector = await withUserGroups({ REMOVAL_LIMIT_COUNT: '100', REMOVAL_LIMIT_PERCENT: '100' });
  const { directory, goto } = connector.world;
  const sales = assignedGroup(connector, 'Sales', 900);
  await connector.begin();
  await cycles(connector, 1);
  const before = groupNames(connector);
  const people = (): string[] =>
    goto
      .all()
      .filter((user) => user.licenseKeys.length > 0)
      .map(({ email, groupKey }) => `${email} ${groupKey ?? ''}`)
      .sort();
  const peopleBefore = people();

  // One group is new with new people, one new with somebody from Sales, one is renamed; a third new one gets a guest.
  directory.renameGroup(sales.id, 'Vertrieb');
  const [fresh, mixed] = [assignedGroup(connector, 'Fresh', 920), assignedGroup(connector, 'Mixed', 930)];
  const legal = directory.addGroup('Legal');
  directory.assign(legal.id, 'Group');
  const [mover] = sales.members;
  if (mover === undefined) throw new Error('no member');
  directory.removeMember(sales.id, mover.id);
  directory.addMember(legal.id, mover.id);
  connector.later();
  const cycle = await connector.cycle();
  expect(groupNames(connector)).toEqual(
    [...before.filter((name) => name !== 'Sales'), 'Fresh', 'Legal', 'Mixed', 'Vertrieb'].sort(),
  );
  expect(groupOf(connector, mover)).toBe('Legal');
  const mixedKey = [...goto.groups].find(([, name]) => name === 'Mixed')?.[0] ?? '';
  const guest = goto.addUser({
    email: 'guest@example.com',
    firstName: 'G',
    lastName: 'T',
    licenseKeys: [MEETING_LICENSE],
  });
  goto.changeByHand(guest.key, { groupKey: mixedKey });
  const guestLine = `guest@example.com ${mixedKey}`;

  connector.later();
  const plan = await revert(connector, cycle.id);
  const planned = plan.entries.filter((one) => one.kind === 'group');
  expect(planned.map((one) => `${one.action} ${one.reason}`).sort()).toEqual([
    'delete Undone',
    'delete Undone',
    'none GroupInUse',
    'update Undone',
  ]);
  const undone = await apply(connector, plan);
  expect(undone).toMatchObject({ state: 'succeeded', error: null });
  expect(groupNames(connector)).toEqual([...before, 'Mixed'].sort());
  expect(people()).toEqual([...peopleBefore, guestLine].sort());

  // Nothing is done to them again, nightly cycle or not; the one who comes to such a group stays without.
  const late = directory.addUser(newUser(connector.world.random, 940));
  directory.addMember(fresh.id, late.id);
  await cycles(connector, 1);
  connector.later();
  await connector.cycle('full');
  expect(groupNames(connector)).toEqual([...before, 'Mixed'].sort());
  expect(groupOf(connector, late)).toBeUndefined();

  // The undo undone: made anew, with their people.
  const again = await revert(connector, undone.id);
  await apply(connector, again);
  await cycles(connector, 2);
  expect(groupNames(connector)).toEqual(
    [...before.filter((name) => name !== 'Sales'), 'Fresh', 'Legal', 'Mixed', 'Vertrieb'].sort(),
  );
  expect(groupOf(connector, mover)).toBe('Legal');
  expect(groupsOf(connector, fresh.members)).toEqual(['Fresh', 'Fresh']);
  expect(groupsOf(connector, mixed.members)).toEqual(['Mixed', 'Mixed']);
  expect(groupOf(connector, late)).toBe('Fresh');
});

test('a group with a desk phone in it is not deleted by an undo', async () => {
  connector = await withUserGroups({ REMOVAL_LIMIT_COUNT: '100', REMOVAL_LIMIT_PERCENT: '100' });
  const { goto } = connector.world;
  const sales = assignedGroup(connector, 'Sales', 900);
  const first = await connector.begin();
  const key = connector.accountOf(sales.members[0]?.id ?? '')?.groupKey ?? '';
  const phone = goto.addUser({
    email: '0123@devices.logmein.com',
    firstName: '',
    lastName: 'Desk',
    licenseKeys: [MEETING_LICENSE],
  });
  goto.changeByHand(phone.key, { groupKey: key });
  connector.later();
  const plan = await revert(connector, first.id);
  expect(plan.entries.find((one) => one.kind === 'group' && one.reason === 'GroupInUse')).toMatchObject({
    displayName: 'Sales',
  });
  await apply(connector, plan);
  expect(groupNames(connector)).toEqual(['Sales']);
});

test('groups of the first cycle go with its undo, and come back when one of its people is released', async () => {
  connector = await withUserGroups({
    REMOVAL_LIMIT_COUNT: '100',
    REMOVAL_LIMIT_PERCENT: '100',
    DRIFT_POLICY: 'report',
  });
  const { goto } = connector.world;
  const sales = assignedGroup(connector, 'Sales', 900);
  const first = await connector.begin();
  expect(groupNames(connector)).toContain('Sales');
  goto.addFault({ match: 'DELETE .*/groups', kind: 'commitThenDrop' });
  connector.later();
  const undone = await apply(connector, await revert(connector, first.id));
  expect(undone.state).toBe('succeeded');
  expect(groupNames(connector)).toEqual([]);
  const log = (await connector.rows(undone.id)).flatMap((row) => row.result?.entries ?? []);
  expect(log.filter((one) => one.kind === 'group' && one.action === 'delete')).toHaveLength(2);
  const [ada, bob] = sales.members;
  if (ada === undefined || bob === undefined) throw new Error('no members');
  await postRelease(connector.engine, apiRequest('', { id: ada.id }));
  await cycles(connector, 2);
  expect(groupOf(connector, ada)).toBe('Sales');
  expect(connector.accountOf(bob.id)?.licenseKeys).toEqual([]);
});

test('groups of a cycle whose undo needs an approval go behind it, when their people have left', async () => {
  connector = await withUserGroups({ REMOVAL_LIMIT_COUNT: '1' });
  assignedGroup(connector, 'Sales', 900);
  const first = await connector.begin();
  connector.later();
  const undone = await apply(connector, await revert(connector, first.id));
  expect(undone).toMatchObject({ state: 'awaitingApproval' });
  expect(groupNames(connector)).toContain('Sales');
  await cycles(connector, 1);
  await decide(connector, 'approve', undone.id, (await stagedPlanOf(connector, undone.id)).hash);
  await connector.settle();
  expect(await connector.view(undone.id)).toMatchObject({ state: 'succeeded', counts: { staged: 0, failed: 0 } });
  expect(groupNames(connector)).toEqual([]);
  await cycles(connector, 2);
  expect(groupNames(connector)).toEqual([]);
});
