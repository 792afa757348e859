/** What GoTo shows in the end is what Entra wants today, whatever a lost answer, an old list or a former rule said (I01, I03). */
import { ORGANIZER_ROLE_ID, USER_ROLE_ID } from '../../local/simulators/entra/EntraDirectory';
import { CONNECT_LICENSE, MEETING_LICENSE, WEBINAR_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { postStart } from '../../shared/api/controlJob';
import { GotoAccounts } from '../../shared/goto/GotoAccounts';
import { DEFAULT_SCHEMA } from '../../shared/mapping/schema/DEFAULT_SCHEMA';
import { apiRequest } from '../support/apiRequest';
import { expectConverged } from '../support/expectConverged';
import { putMeant } from '../support/meantMapping';
import {
  around,
  cycles,
  entitled,
  entitlements,
  heal,
  mailOf,
  newcomer,
  postsTo,
  someone,
  TINY,
} from '../support/stories';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
beforeEach(async () => {
  connector = await TestConnector.start({ world: TINY });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

const FOR_EVER = 1_000_000;
const keyOf = (id: string): string => connector.accountOf(id)?.key ?? '';

test('an account whose creation was not answered loses its licence when its person is blocked meanwhile', async () => {
  await connector.cycle();
  const person = newcomer(connector, 900);
  const before = postsTo(connector);
  connector.world.goto.addFault({ match: 'POST .*/users', kind: 'commitThenDrop' });
  connector.world.goto.addFault({ match: 'GET .*/users', kind: 'status', status: 503, times: FOR_EVER, after: 1 });
  expect((await cycles(connector, 1)).counts.parked).toBe(1);
  heal(connector.world.goto);
  connector.world.directory.changeUser(person.id, { accountEnabled: false });
  connector.later();
  const after = await cycles(connector, 2);
  expect(connector.accountOf(person.id)).toMatchObject({ licenseKeys: [] });
  expect(after.state).toBe('succeeded');
  expect(postsTo(connector) - before).toBe(1);
});

test('a change that was not answered, and another name meanwhile: the newest name wins', async () => {
  await connector.cycle();
  const person = someone(connector);
  connector.world.directory.changeUser(person.id, { surname: 'Xold' });
  connector.world.goto.addFault({ match: 'PUT .*/users', kind: 'commitThenDrop' });
  connector.world.goto.addFault({ match: 'GET .*/users', kind: 'status', status: 503, times: FOR_EVER, after: 1 });
  expect((await cycles(connector, 1)).counts.parked).toBe(1);
  heal(connector.world.goto);
  connector.world.directory.changeUser(person.id, { surname: 'Ynew' });
  connector.later();
  await cycles(connector, 1);
  expect(connector.accountOf(person.id)?.lastName).toBe('Ynew');
});

test('a licence swapped in ROLE_ENTITLEMENTS is given to everybody and the old one taken, from a leaver too', async () => {
  await connector.cycle();
  const leaver = someone(connector);
  connector.world.directory.changeUser(leaver.id, { accountEnabled: false });
  await connector.restart(entitlements([WEBINAR_LICENSE], [WEBINAR_LICENSE]));
  await cycles(connector, 2);
  for (const user of entitled(connector)) expect(connector.accountOf(user.id)?.licenseKeys).toEqual([WEBINAR_LICENSE]);
  expect(connector.accountOf(leaver.id)?.licenseKeys).toEqual([]);
  expect(await cycles(connector, 1)).toMatchObject({ state: 'succeeded', counts: { updated: 0, disabled: 0 } });
});

test('a licence that no rule gives any more is taken from those who had it from us, and from nobody else', async () => {
  const organizer = someone(connector);
  connector.world.directory.assign(organizer.id, 'User', ORGANIZER_ROLE_ID);
  await connector.cycle();
  const byHand = someone(connector, 1);
  connector.world.goto.changeByHand(keyOf(byHand.id), { licenseKeys: [MEETING_LICENSE, WEBINAR_LICENSE] });
  await connector.restart(entitlements([MEETING_LICENSE], [MEETING_LICENSE]));
  await cycles(connector, 2);
  expect(connector.accountOf(organizer.id)?.licenseKeys).toEqual([MEETING_LICENSE]);
  expect(connector.accountOf(byHand.id)?.licenseKeys).toEqual([MEETING_LICENSE, WEBINAR_LICENSE]);
});

test('a leaver after a dropped rule keeps nothing of what we gave', async () => {
  const organizer = someone(connector);
  connector.world.directory.assign(organizer.id, 'User', ORGANIZER_ROLE_ID);
  await connector.cycle();
  expect(connector.accountOf(organizer.id)?.licenseKeys).toContain(WEBINAR_LICENSE);
  await connector.restart(entitlements([MEETING_LICENSE], []));
  connector.world.directory.changeUser(organizer.id, { accountEnabled: false });
  const cycle = await cycles(connector, 1);
  expect(cycle).toMatchObject({ state: 'succeeded', counts: { disabled: 1 } });
  expect(connector.accountOf(organizer.id)?.licenseKeys).toEqual([]);
});

test('a licence given by hand after the full cycle’s list is kept, and who became an administrator is not written to', async () => {
  await connector.cycle();
  const [first, second] = entitled(connector);
  for (const user of [first, second]) connector.world.directory.changeUser(user?.id ?? '', { surname: 'Married' });
  const [kept, admin] = [keyOf(first?.id ?? ''), keyOf(second?.id ?? '')];
  let listed = 0;
  around(GotoAccounts.prototype, 'listPage', {
    after: (call) => {
      if (call !== 1) return;
      listed += 1;
      connector.world.goto.changeByHand(kept, { licenseKeys: [MEETING_LICENSE, CONNECT_LICENSE] });
      connector.world.goto.changeByHand(admin, { adminRoles: ['SUPER_USER'] });
    },
  });
  connector.later();
  const writes = connector.world.goto.writes.length;
  const cycle = await connector.cycle('full');
  expect(listed).toBe(1);
  expect(connector.accountOf(first?.id ?? '')).toMatchObject({
    lastName: 'Married',
    licenseKeys: [MEETING_LICENSE, CONNECT_LICENSE],
  });
  expect(connector.world.goto.writes.slice(writes).map((write) => write.userKey)).toEqual([kept]);
  expect(cycle.skippedByReason).toMatchObject({ TargetIsAdministrator: 1 });
});

test('one of several roles that is gone in one read is kept until a second one agrees', async () => {
  const person = someone(connector);
  connector.world.directory.assign(person.id, 'User', ORGANIZER_ROLE_ID);
  await connector.cycle();
  expect(connector.accountOf(person.id)?.licenseKeys).toContain(WEBINAR_LICENSE);
  connector.world.directory.unassign(person.id);
  await cycles(connector, 1);
  expect(connector.accountOf(person.id)?.licenseKeys).toContain(WEBINAR_LICENSE);
  await cycles(connector, 1);
  expect(connector.accountOf(person.id)?.licenseKeys).toEqual([MEETING_LICENSE]);
  expectConverged(connector);
});

test.each([2, 3])(
  '%i people who pass their addresses round keep their accounts and get names and addresses',
  async (count) => {
    const ring = entitled(connector).slice(0, count);
    await connector.cycle();
    const keys = ring.map((user) => keyOf(user.id));
    ring.forEach((user, index) => {
      const { mail, userPrincipalName } = ring[(index + 1) % count] ?? user;
      const more = { surname: `Ring ${index}`, givenName: 'Passed on' };
      connector.world.directory.changeUser(user.id, { mail, userPrincipalName, ...more });
    });
    await cycles(connector, 1);
    ring.forEach((user, index) => {
      expect(connector.accountOf(user.id)).toMatchObject({
        key: keys[index],
        lastName: `Ring ${index}`,
        firstName: 'Passed on',
      });
    });
    expectConverged(connector);
  },
);

test('an address that is handed on, while its owner gets a new one, moves within the cycle', async () => {
  await connector.cycle();
  const [heir, giver] = entitled(connector);
  const keys = [heir, giver].map((user) => keyOf(user?.id ?? ''));
  const { mail = null, userPrincipalName = '' } = giver ?? {};
  connector.world.directory.changeUser(heir?.id ?? '', { mail, userPrincipalName });
  const fresh = 'fresh.address@example.com';
  connector.world.directory.changeUser(giver?.id ?? '', { mail: fresh, userPrincipalName: fresh });
  const cycle = await cycles(connector, 1);
  expect(cycle.counts.failed).toBe(0);
  expect([heir, giver].map((user) => keyOf(user?.id ?? ''))).toEqual(keys);
  expectConverged(connector);
});

test('who declines the invitation is told as such, keeps the seat from nobody in silence, and is linked once they have come after all', async () => {
  await connector.cycle();
  const { goto } = connector.world;
  const [person, old] = [newcomer(connector, 912), newcomer(connector, 913)];
  goto.behaviour.transferPending.add(mailOf(person));
  // Somebody had invited this one by hand.
  const declined = goto.addUser({
    email: mailOf(old),
    firstName: 'By',
    lastName: 'Hand',
    licenseKeys: [MEETING_LICENSE],
    hasDeclined: true,
  });
  await cycles(connector, 1);
  const { key } = goto.declineTransfer(mailOf(person));
  const writes = goto.writes.length;
  connector.later(86_400_000);
  const cycle = await connector.cycle('full');
  expect(await connector.entry(cycle.id, person.id)).toMatchObject({
    status: 'parked',
    errorCode: 'PendingTransfer',
    errorMessage: expect.stringMatching(/has declined to bring their account along/) as unknown,
  });
  const told: string[] = [];
  for await (const { reason } of connector.engine.store.people.log(old.id)) told.push(reason);
  expect(told).toContain('TransferDeclined');
  expect(goto.writes).toHaveLength(writes);
  expect(goto.transferMails.get(mailOf(person))).toBe(1);
  for (const one of [key, declined.key]) goto.changeByHand(one, { hasDeclined: false, hasSignedIn: true });
  connector.later(86_400_000);
  expect((await connector.cycle('full')).counts).toMatchObject({ linked: 2, parked: 0 });
  expectConverged(connector);
});

test('who is no longer wanted does not stay invited in our books, and keeps no licence after accepting', async () => {
  await connector.cycle();
  const person = newcomer(connector, 911);
  connector.world.goto.behaviour.transferPending.add(mailOf(person));
  await cycles(connector, 1);
  connector.world.directory.changeUser(person.id, { accountEnabled: false });
  await cycles(connector, 1);
  connector.world.goto.acceptTransfer(mailOf(person));
  connector.later(86_400_000);
  await cycles(connector, 2);
  expect(connector.accountOf(person.id)?.licenseKeys).toEqual([]);
});

test('a rehire takes the account over without a failure of the person who left, even in one cycle', async () => {
  await connector.cycle();
  const leaver = someone(connector);
  const key = keyOf(leaver.id);
  connector.world.directory.deleteUser(leaver.id);
  const rehired = newcomer(connector, 920, { mail: leaver.mail, userPrincipalName: leaver.userPrincipalName });
  for (let index = 0; index < 4; index += 1) {
    const cycle = await cycles(connector, 1);
    expect(cycle.counts.failed).toBe(0);
    expect((await connector.entry(cycle.id, leaver.id))?.status).not.toBe('failure');
  }
  expect(connector.accountOf(rehired.id)).toMatchObject({ key, licenseKeys: [MEETING_LICENSE] });
  expectConverged(connector);
});

test.each([
  { mode: 'full', readLagMs: 0 },
  { mode: 'full', readLagMs: 20_000 },
  { mode: 'incremental', readLagMs: 20_000 },
] as const)(
  'a rehire of the same name has the account in use behind the cycle that takes it from who left (%o)',
  async ({ mode, readLagMs }) => {
    await connector.restart({ DRIFT_POLICY: 'report' });
    const leaver = newcomer(connector, 923);
    await connector.begin();
    const key = keyOf(leaver.id);
    const { directory, goto } = connector.world;
    directory.deleteUser(leaver.id);
    const { displayName, givenName, surname, mail, userPrincipalName } = leaver;
    const rehired = newcomer(connector, 924, { displayName, givenName, surname, mail, userPrincipalName });
    goto.behaviour.readLagMs = readLagMs;
    connector.later();
    const cycle = await connector.cycle(mode);
    expect(connector.accountOf(rehired.id)).toMatchObject({ key, licenseKeys: [MEETING_LICENSE] });
    expect(cycle).toMatchObject({ state: 'succeeded', counts: { disabled: 1, linked: 1, parked: 0 }, warnings: [] });
    expect(await connector.entry(cycle.id, leaver.id)).toMatchObject({ action: 'disable', status: 'success' });
    goto.behaviour.readLagMs = 0;
    await cycles(connector, 2);
    expectConverged(connector);
  },
);

test('a rehire takes the account over also where the mapping leaves accounts of the deleted alone', async () => {
  await connector.begin();
  const [rule] = DEFAULT_SCHEMA.synchronizationRules;
  const [mapping] = rule.objectMappings;
  const attributeMappings = mapping.attributeMappings.filter((one) => one.targetAttributeName !== 'active');
  const objectMappings = [{ ...mapping, attributeMappings }];
  await putMeant(connector.engine, { ...DEFAULT_SCHEMA, synchronizationRules: [{ ...rule, objectMappings }] });
  await connector.settle();
  const leaver = someone(connector);
  const key = keyOf(leaver.id);
  connector.world.directory.deleteUser(leaver.id);
  await cycles(connector, 2);
  expect(connector.world.goto.users.get(key)?.latest?.licenseKeys).toEqual([MEETING_LICENSE]);
  const rehired = newcomer(connector, 921, { mail: leaver.mail, userPrincipalName: leaver.userPrincipalName });
  expect(await cycles(connector, 2)).toMatchObject({ counts: { failed: 0 } });
  expect(await connector.engine.store.people.get(rehired.id)).toMatchObject({ person: { link: { key } } });
});

test('I05: an account is taken over from nobody whom one read did not find: the second one decides', async () => {
  await connector.begin();
  const leaver = someone(connector);
  const key = keyOf(leaver.id);
  connector.world.directory.purgeUser(leaver.id);
  const rehired = newcomer(connector, 922, { mail: leaver.mail, userPrincipalName: leaver.userPrincipalName });
  const { people } = connector.engine.store;
  await cycles(connector, 1);
  expect(await people.get(leaver.id)).toMatchObject({ person: { link: { key } } });
  connector.later(86_400_000);
  await cycles(connector, 2);
  expect(await people.get(rehired.id)).toMatchObject({ person: { link: { key } } });
});

test.each([{ surname: null }, { givenName: null }])(
  'without a name (%o) no account is made, and one that is there is licensed under the name it has',
  async (nameless) => {
    const none = newcomer(connector, 930, nameless);
    const there = newcomer(connector, 931, nameless);
    connector.world.goto.addUser({ email: mailOf(there), firstName: 'Typed', lastName: 'By Hand' });
    const cycle = await connector.cycle();
    expect(connector.accountOf(none.id)).toBeUndefined();
    expect(cycle.skippedByReason).toMatchObject({ MandatoryFieldsMissing: 1 });
    expect(connector.accountOf(there.id)).toMatchObject({ licenseKeys: [MEETING_LICENSE] });
    const [name, kept] = nameless.surname === null ? ['lastName', 'By Hand'] : ['firstName', 'Typed'];
    expect(connector.accountOf(there.id)).toHaveProperty(name, kept);
    connector.world.directory.changeUser(none.id, { surname: 'Named', givenName: 'Well' });
    await cycles(connector, 1);
    expect(connector.accountOf(none.id)).toMatchObject({ lastName: 'Named' });
  },
);

test('a refusal of one account is that person’s failure; everybody else is changed', async () => {
  await connector.cycle();
  const people = entitled(connector);
  for (const user of people) connector.world.directory.changeUser(user.id, { surname: 'Renamed' });
  const [refused] = people;
  connector.world.goto.behaviour.refusesPerson.set(keyOf(refused?.id ?? ''), 403);
  const cycle = await cycles(connector, 1);
  expect(cycle.counts).toMatchObject({ failed: 1, updated: people.length - 1 });
  expect(await connector.entry(cycle.id, refused?.id ?? '')).toMatchObject({ errorCode: 'AccountUnavailable' });
  connector.world.goto.behaviour.refusesPerson.clear();
  await cycles(connector, 1);
  expect(connector.accountOf(refused?.id ?? '')?.lastName).toBe('Renamed');
});

test('a token without rights stops the cycle and everything after it, and nobody waits longer than the outage', async () => {
  await connector.cycle();
  const people = entitled(connector);
  for (const user of people) connector.world.directory.changeUser(user.id, { surname: 'Renamed' });
  connector.world.directory.assign(someone(connector).id, 'User', USER_ROLE_ID);
  connector.world.goto.addFault({ match: '/admin/', kind: 'status', status: 403, times: FOR_EVER });
  const stopped = await cycles(connector, 1);
  expect(stopped).toMatchObject({ state: 'failed', counts: { failed: 0, held: people.length } });
  expect(stopped.error).toMatch(/refused the token/);
  for (let index = 0; index < 5; index += 1) {
    connector.later();
    await connector.start();
    await connector.settle();
  }
  heal(connector.world.goto);
  await connector.run(() => postStart(connector.engine, apiRequest('')));
  await connector.settle();
  for (const { id } of people) expect(connector.accountOf(id)?.lastName).toBe('Renamed');
});
