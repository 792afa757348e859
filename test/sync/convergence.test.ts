/** What holds for the company after a cycle: the end state of the simulated GoTo against the simulated Entra. */
import { ORGANIZER_ROLE_ID, USER_ROLE_ID, type EntraUser } from '../../local/simulators/entra/EntraDirectory';
import { CONNECT_LICENSE, MEETING_LICENSE, WEBINAR_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { newUser } from '../../local/simulators/world/buildWorld';
import { TINY } from '../support/company';
import { expectConverged } from '../support/expectConverged';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
afterEach(() => connector.stop());

const oneEntitled = (): EntraUser =>
  connector.world.directory.user([...connector.world.directory.entitledIds()][0] ?? '');

test('initial: everybody entitled gets an account, existing ones are linked and corrected', async () => {
  connector = await TestConnector.start();
  const existing = connector.world.goto.all().length - 1;
  const cycle = await connector.cycle();
  expect(cycle).toMatchObject({ mode: 'initial', state: 'succeeded', warnings: [] });
  expectConverged(connector);
  const { created, linked } = cycle.counts;
  expect(linked).toBe(existing);
  expect(created + linked).toBe(connector.world.directory.entitledIds().size);
  // I14: the counts add up.
  expect(cycle.progress.done).toBe(cycle.progress.expected);
  const user = oneEntitled();
  expect(connector.accountOf(user.id)).toMatchObject({ firstName: user.givenName, lastName: user.surname });
});

test('I10 no-op: an incremental cycle without changes makes 3 Graph requests and calls GoTo not at all', async () => {
  connector = await TestConnector.start();
  await connector.begin();
  connector.later();
  const mark = connector.mark();
  const cycle = await connector.cycle();
  expect(cycle).toMatchObject({ mode: 'incremental', state: 'succeeded' });
  expect(mark.since()).toEqual({ graph: 3, goto: 0, gotoWrites: 0 });
});

test('a full cycle over an unchanged company writes nothing', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  const mark = connector.mark();
  const cycle = await connector.cycle('full');
  expect(cycle).toMatchObject({ mode: 'full', state: 'succeeded' });
  expect(mark.since().gotoWrites).toBe(0);
  expect(cycle.skippedByReason).toEqual(
    expect.objectContaining({ RedundantExport: connector.world.directory.entitledIds().size }),
  );
});

test('joiner: a new person in an assigned group gets an account', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  const { directory, random } = connector.world;
  const joiner = directory.addUser(newUser(random, 900));
  directory.addMember([...directory.groups.keys()][0] ?? '', joiner.id);
  connector.later();
  const cycle = await connector.cycle();
  expect(cycle.counts.created).toBe(1);
  expectConverged(connector);
});

test('joiner: a person assigned directly, with a second role, gets both licences', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  const { directory, random } = connector.world;
  const joiner = directory.addUser(newUser(random, 901));
  directory.assign(joiner.id, 'User', USER_ROLE_ID);
  directory.assign(joiner.id, 'User', ORGANIZER_ROLE_ID);
  await connector.cycle();
  expect(connector.accountOf(joiner.id)?.licenseKeys).toEqual([MEETING_LICENSE, WEBINAR_LICENSE]);
});

test('joiner: a newly assigned group brings all its members', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  const { directory, random } = connector.world;
  const group = directory.addGroup('New department');
  const people = [1, 2, 3].map((number) => directory.addUser(newUser(random, 910 + number)));
  directory.addMembers(
    group.id,
    people.map((person) => person.id),
  );
  directory.assign(group.id, 'Group');
  const cycle = await connector.cycle();
  expect(cycle.counts.created).toBe(3);
  expectConverged(connector);
});

test('leaver: blocked sign-in disables at once, keeps foreign licences and says so', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  const leaver = oneEntitled();
  const account = connector.accountOf(leaver.id);
  connector.world.goto.changeByHand(account?.key ?? '', { licenseKeys: [MEETING_LICENSE, CONNECT_LICENSE] });
  connector.world.directory.changeUser(leaver.id, { accountEnabled: false });
  connector.later();
  const cycle = await connector.cycle();
  expect(cycle.counts.disabled).toBe(1);
  expect(connector.accountOf(leaver.id)?.licenseKeys).toEqual([CONNECT_LICENSE]);
  expect(await connector.entry(cycle.id, leaver.id)).toMatchObject({
    status: 'warning',
    errorCode: 'AccessRemains',
  });
});

test('I05 leaver: a lost membership counts only when a second read agrees', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  const { directory } = connector.world;
  const leaver = oneEntitled();
  for (const [id, group] of directory.groups)
    if (group.latest.members.has(leaver.id)) directory.removeMember(id, leaver.id);
  connector.later();
  const first = await connector.cycle();
  expect(first.counts.disabled).toBe(0);
  expect(first.skippedByReason).toEqual({ AbsenceUnconfirmed: 1 });
  expect(connector.statusOf(leaver.id)).not.toBe('SUSPENDED');
  connector.later();
  const second = await connector.cycle();
  expect(second.counts.disabled).toBe(1);
  expect(connector.statusOf(leaver.id)).toBe('SUSPENDED');
  // The removal itself was read young: one look at the person, none at GoTo, then the job is quiet again.
  connector.later();
  await connector.cycle();
  connector.later();
  const mark = connector.mark();
  await connector.cycle();
  expect(mark.since()).toEqual({ graph: 3, goto: 0, gotoWrites: 0 });
});

test('I05: one bad read that shows no assignments at all disables nobody', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  connector.stack.entra.addFault({ match: 'appRoleAssignedTo', kind: 'status', status: 200, body: '{"value":[]}' });
  connector.later();
  const bad = await connector.cycle();
  expect(connector.stack.entra.unfiredFaults).toEqual([]);
  expect(bad.counts.disabled).toBe(0);
  connector.later();
  const good = await connector.cycle();
  expect(good.counts.disabled).toBe(0);
  expectConverged(connector);
});

test('I05: a list of assignments that reads as empty for hours disables nobody: each person is asked about', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  connector.stack.entra.behaviour.assignmentsShown = 0;
  for (let index = 0; index < 4; index += 1) {
    connector.later();
    expect((await connector.cycle()).counts).toMatchObject({ disabled: 0, failed: 0 });
  }
  connector.stack.entra.behaviour.assignmentsShown = 1;
  connector.later();
  expect((await connector.cycle()).counts.disabled).toBe(0);
  expectConverged(connector);
});

test('mover: from one assigned group to another changes nothing for the person', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  const { directory } = connector.world;
  const mover = oneEntitled();
  const [from] = [...directory.groups].find(([, group]) => group.latest.members.has(mover.id)) ?? [''];
  const [to] = [...directory.groups].find(([, group]) => !group.latest.members.has(mover.id)) ?? [''];
  directory.removeMember(from, mover.id);
  directory.addMember(to, mover.id);
  connector.later();
  const mark = connector.mark();
  await connector.cycle();
  expect(mark.since().gotoWrites).toBe(0);
  expectConverged(connector);
});

test('rename: only the changed field is written', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  const user = oneEntitled();
  connector.world.directory.changeUser(user.id, { surname: 'Married' });
  connector.later();
  const cycle = await connector.cycle();
  expect(cycle.counts.updated).toBe(1);
  expect(connector.accountOf(user.id)).toMatchObject({ firstName: user.givenName, lastName: 'Married' });
  expect((await connector.entry(cycle.id, user.id))?.modified).toEqual([
    { displayName: 'lastName', oldValue: user.surname, newValue: 'Married' },
  ]);
});

test('e-mail change: the same account gets the new address', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  const user = oneEntitled();
  const key = connector.accountOf(user.id)?.key;
  connector.world.directory.changeUser(user.id, {
    mail: 'new.address@example.com',
    userPrincipalName: 'new.address@example.com',
  });
  connector.later();
  await connector.cycle();
  expect(connector.accountOf(user.id)).toMatchObject({ key, email: 'new.address@example.com' });
});

test('disabled and enabled again: the same account is active again', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  const user = oneEntitled();
  const key = connector.accountOf(user.id)?.key;
  connector.world.directory.changeUser(user.id, { accountEnabled: false });
  connector.later();
  await connector.cycle();
  expect(connector.statusOf(user.id)).toBe('SUSPENDED');
  connector.world.directory.changeUser(user.id, { accountEnabled: true });
  connector.later();
  const cycle = await connector.cycle();
  expect(cycle.counts.reenabled).toBe(1);
  expect(connector.accountOf(user.id)).toMatchObject({ key, licenseKeys: [MEETING_LICENSE] });
});

test('soft-deleted, then restored: disabled, then active again', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  const user = oneEntitled();
  const key = connector.accountOf(user.id)?.key ?? '';
  connector.world.directory.deleteUser(user.id);
  connector.later();
  await connector.cycle();
  expect(connector.world.goto.users.get(key)?.latest?.licenseKeys).toEqual([]);
  connector.world.directory.restoreUser(user);
  connector.later();
  const cycle = await connector.cycle();
  expect(cycle.counts.reenabled).toBe(1);
  expect(connector.accountOf(user.id)).toMatchObject({ key, licenseKeys: [MEETING_LICENSE] });
});

test('hard-deleted: disabled once a second look agrees, never deleted', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  const user = oneEntitled();
  const key = connector.accountOf(user.id)?.key ?? '';
  connector.world.directory.purgeUser(user.id);
  connector.later();
  await connector.cycle();
  connector.later();
  await connector.cycle();
  expect(connector.world.goto.users.get(key)?.latest).toMatchObject({ licenseKeys: [] });
});

test('rehire: a new person with the address of one who left takes the account over', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  const { directory, random } = connector.world;
  const leaver = oneEntitled();
  const address = leaver.mail ?? leaver.userPrincipalName;
  const key = connector.accountOf(leaver.id)?.key;
  directory.deleteUser(leaver.id);
  connector.later();
  await connector.cycle();
  const rehired = directory.addUser({ ...newUser(random, 950), mail: address, userPrincipalName: address });
  directory.assign(rehired.id, 'User');
  connector.later();
  const cycle = await connector.cycle();
  expect(cycle.state).toBe('succeeded');
  expect(connector.accountOf(rehired.id)).toMatchObject({ key, licenseKeys: [MEETING_LICENSE] });
});

test('Default Access gives nothing and is explained', async () => {
  connector = await TestConnector.start();
  const { directory, random } = connector.world;
  const person = directory.addUser(newUser(random, 960));
  directory.assign(person.id, 'User', '00000000-0000-0000-0000-000000000000');
  const cycle = await connector.cycle();
  expect(connector.accountOf(person.id)).toBeUndefined();
  expect(cycle.skippedByReason).toMatchObject({ NotEffectivelyEntitled: 1 });
  expect(cycle.warnings.join()).toMatch(/Default Access/);
});

test('people who cannot be provisioned are skipped with their reason', async () => {
  connector = await TestConnector.start();
  const { directory, random } = connector.world;
  const add = (number: number, changes: Partial<EntraUser>) => {
    const user = directory.addUser({ ...newUser(random, number), ...changes });
    directory.assign(user.id, 'User');
  };
  add(970, { accountEnabled: false });
  add(971, { surname: null });
  add(972, { mail: null, userPrincipalName: 'partner#EXT#@example.onmicrosoft.com', userType: 'Guest' });
  add(973, { mail: `${'a'.repeat(130)}@example.com` });
  const cycle = await connector.cycle();
  expect(cycle.skippedByReason).toMatchObject({
    SignInBlocked: 1,
    MandatoryFieldsMissing: 1,
    ImportSkipped: 1,
    InvalidValue: 1,
  });
});

test('I07: admins, the token’s owner, devices, strangers and protected people are never written to', async () => {
  connector = await TestConnector.start({ settings: { PROTECTED_USERS: 'Chairwoman@example.com' } });
  const { directory, goto, random } = connector.world;
  const admin = directory.addUser(newUser(random, 980));
  const owner = directory.addUser({ ...newUser(random, 981), mail: 'goto-sync@example.com' });
  const chair = directory.addUser({ ...newUser(random, 982), mail: 'chairwoman@example.com' });
  for (const person of [admin, owner, chair]) directory.assign(person.id, 'User');
  const untouched = [
    goto.addUser({
      email: admin.mail ?? admin.userPrincipalName,
      firstName: 'Old',
      lastName: 'Admin',
      adminRoles: ['SUPER_USER'],
    }),
    goto.addUser({ email: 'chairwoman@example.com', firstName: 'Old', lastName: 'Name' }),
    goto.addUser({ email: 'phone@devices.logmein.com', firstName: 'Desk', lastName: 'Phone' }),
    goto.addUser({
      email: 'stranger@elsewhere.example',
      firstName: 'A',
      lastName: 'Stranger',
      licenseKeys: [MEETING_LICENSE],
    }),
  ];
  await connector.cycle();
  await connector.cycle('full');
  const touched = new Set(goto.writes.map((write) => write.userKey));
  for (const user of untouched) expect(touched.has(user.key)).toBe(false);
  expect(touched.has(goto.ownerKey)).toBe(false);
});

test('drift: an account changed by hand is put right by the next full cycle', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  const user = oneEntitled();
  const key = connector.accountOf(user.id)?.key ?? '';
  connector.world.goto.changeByHand(key, { lastName: 'By Hand', licenseKeys: [] });
  const cycle = await connector.cycle('full');
  expect(cycle.counts.updated).toBe(1);
  expect(connector.accountOf(user.id)).toMatchObject({ lastName: user.surname, licenseKeys: [MEETING_LICENSE] });
});

test('drift: what is changed back twice is another system’s: it is reported with its value and written no more', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  const user = oneEntitled();
  const { goto, directory } = connector.world;
  const key = connector.accountOf(user.id)?.key ?? '';
  const undo = async () => {
    goto.changeByHand(key, { lastName: 'Elsewhere' });
    connector.later();
    return connector.cycle('full');
  };
  expect((await undo()).counts.updated).toBe(1);
  const second = await undo();
  expect(second).toMatchObject({ counts: { updated: 0 }, skippedByReason: { ManagedElsewhere: 1 } });
  expect(await connector.entry(second.id, user.id)).toMatchObject({
    reason: 'ManagedElsewhere',
    errorMessage: expect.stringContaining(`"Elsewhere" where Entra wants "${user.surname ?? ''}"`) as unknown,
  });
  const writes = goto.writes.length;
  await undo();
  expect(goto.writes).toHaveLength(writes);

  // What Entra newly wants is written, and the contested field stays as it is.
  directory.changeUser(user.id, { givenName: 'Renamed' });
  connector.later();
  await connector.cycle();
  expect(connector.accountOf(user.id)).toMatchObject({ firstName: 'Renamed', lastName: 'Elsewhere' });
  // A new wish for the field itself begins anew.
  directory.changeUser(user.id, { surname: 'Married' });
  connector.later();
  await connector.cycle();
  expect(connector.accountOf(user.id)).toMatchObject({ lastName: 'Married' });
});

test('drift: with the policy "report" it is told and left', async () => {
  connector = await TestConnector.start({ settings: { DRIFT_POLICY: 'report' } });
  await connector.cycle();
  const user = oneEntitled();
  const key = connector.accountOf(user.id)?.key ?? '';
  connector.world.goto.changeByHand(key, { lastName: 'By Hand' });
  const cycle = await connector.cycle('full');
  expect(cycle.skippedByReason).toMatchObject({ DriftReported: 1 });
  expect(await connector.entry(cycle.id, user.id)).toMatchObject({
    errorMessage: expect.stringContaining(`lastName "By Hand" where Entra wants "${user.surname ?? ''}"`) as unknown,
  });
  expect(connector.accountOf(user.id)).toMatchObject({ lastName: 'By Hand' });
});

test('an account deleted by hand in GoTo is made anew by the next full cycle', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  const user = oneEntitled();
  connector.world.goto.removeByHand(connector.accountOf(user.id)?.key ?? '');
  const cycle = await connector.cycle('full');
  expect(cycle.counts.created).toBe(1);
  expectConverged(connector);
});
