/** A restart `Full` forgets which account is whose: what stays its person's all the same, until it is found anew, and who gives it back. */
import { ORGANIZER_ROLE_ID } from '../../local/simulators/entra/EntraDirectory';
import { MEETING_LICENSE, WEBINAR_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { postStart } from '../../shared/api/controlJob';
import { getUser } from '../../shared/api/user/getUser';
import { PeopleTable } from '../../shared/store/PeopleTable';
import { PlansTable } from '../../shared/store/PlansTable';
import { PlanContext } from '../../shared/sync/plan/PlanContext';
import { apiRequest } from '../support/apiRequest';
import { askOf } from '../support/demand';
import { atWork, sleepAt, workToTheEnd } from '../support/atWork';
import { expectInOrder } from '../support/deaths';
import { pauseWhenPlanned } from '../support/pauseWhenPlanned';
import { apply, revert } from '../support/plans';
import { linkOf, newest, restart } from '../support/restart';
import { cycles, entitlements, newcomer, someone, unassign } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

const TOWN = { people: 12, groups: 2, membersPerGroup: 6, existingShare: 0 };
const OTHER_ADDRESS = { mail: 'other.name@example.com', userPrincipalName: 'other.name@example.com' };

let connector: TestConnector;
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

test('Full: accounts are found anew by their addresses, none is made twice, and who has left still loses access', async () => {
  connector = await TestConnector.start({ world: TOWN });
  await connector.begin();
  const [stays, leaves, blocked] = [someone(connector, 0), someone(connector, 1), someone(connector, 2)];
  unassign(connector, leaves.id);
  connector.world.directory.changeUser(blocked.id, { accountEnabled: false });
  await restart(connector, 'Full');
  expect(await newest(connector)).toMatchObject({ mode: 'initial', counts: { created: 0, disabled: 1 } });
  expect(await linkOf(connector, stays.id)).toMatchObject({ origin: 'adopted' });
  await cycles(connector, 2);
  expect(connector.statusOf(leaves.id)).toBe('SUSPENDED');
  expect(connector.statusOf(blocked.id)).toBe('SUSPENDED');
  await expectInOrder(connector);
});

test('Full, stopped when the ties are forgotten and not made anew: who leaves before the next cycle loses access all the same', async () => {
  connector = await TestConnector.start({ world: TOWN });
  await connector.begin();
  const [stays, leaves, deleted] = [someone(connector, 0), someone(connector, 1), someone(connector, 2)];
  pauseWhenPlanned(connector);
  await restart(connector, 'Full');
  expect(await newest(connector)).toMatchObject({ state: 'superseded', counts: { linked: 0 } });
  expect(await linkOf(connector, leaves.id)).toBeNull();
  jest.restoreAllMocks();
  const keys = [leaves, deleted].map(({ id }) => connector.accountOf(id)?.key ?? '');
  unassign(connector, leaves.id);
  connector.world.directory.deleteUser(deleted.id);
  connector.later();
  await connector.run(() => postStart(connector.engine, apiRequest('')));
  await connector.settle();
  await cycles(connector, 2);
  expect(keys.map((key) => connector.world.goto.users.get(key)?.latest?.licenseKeys)).toEqual([[], []]);
  expect(await linkOf(connector, stays.id)).toMatchObject({ origin: 'adopted' });
  await expectInOrder(connector);
});

test('Full, while somebody gets another address: the account goes along, and there is no second one', async () => {
  connector = await TestConnector.start({ world: TOWN });
  await connector.begin();
  const [{ id }, stays] = [someone(connector, 0), someone(connector, 1)];
  const before = await linkOf(connector, id);
  connector.world.directory.changeUser(id, OTHER_ADDRESS);
  await restart(connector, 'Full');
  expect(await newest(connector)).toMatchObject({ counts: { created: 0, updated: 1 } });
  expect(await linkOf(connector, id)).toMatchObject({ key: before?.key, applied: { email: OTHER_ADDRESS.mail } });
  expect(await linkOf(connector, stays.id)).toMatchObject({ origin: 'adopted' });
  await expectInOrder(connector);
});

test('Full, stopped when the ties are forgotten: whoever gets another address before the next cycle keeps the account', async () => {
  connector = await TestConnector.start({ world: TOWN });
  await connector.begin();
  const { id } = someone(connector);
  const before = await linkOf(connector, id);
  pauseWhenPlanned(connector);
  await restart(connector, 'Full');
  await newest(connector);
  expect(await linkOf(connector, id)).toBeNull();
  jest.restoreAllMocks();
  connector.world.directory.changeUser(id, OTHER_ADDRESS);
  connector.later();
  await connector.run(() => postStart(connector.engine, apiRequest('')));
  expect(await newest(connector)).toMatchObject({ counts: { created: 0, updated: 1 } });
  expect(await linkOf(connector, id)).toMatchObject({ key: before?.key });
  await expectInOrder(connector);
});

test('Full, stopped when the ties are forgotten: on demand disables who was blocked since, and makes nobody a second account', async () => {
  connector = await TestConnector.start({ world: TOWN });
  await connector.begin();
  const [blocked, moved, stays] = [someone(connector, 0), someone(connector, 1), someone(connector, 2)];
  const keys = [blocked, moved, stays].map(({ id }) => connector.accountOf(id)?.key ?? '');
  pauseWhenPlanned(connector);
  await restart(connector, 'Full');
  await newest(connector);
  jest.restoreAllMocks();
  connector.world.directory.changeUser(blocked.id, { accountEnabled: false });
  connector.world.directory.changeUser(moved.id, OTHER_ADDRESS);
  connector.later();
  await connector.run(() => connector.engine.store.pause.end());
  expect(await askOf(connector, blocked.id, { dryRun: true })).toMatchObject({ action: 'disable', targetId: keys[0] });
  expect(await linkOf(connector, blocked.id)).toBeNull();
  const told = await connector.run(() => getUser(connector.engine, apiRequest('', { id: blocked.id })));
  expect(told.body).toMatchObject({ link: { accountKey: keys[0] }, next: { action: 'disable' } });
  expect(await askOf(connector, blocked.id)).toMatchObject({ status: 'success', action: 'disable' });
  expect(await askOf(connector, moved.id)).toMatchObject({ status: 'success', action: 'update', targetId: keys[1] });
  expect(await askOf(connector, stays.id)).toMatchObject({ status: 'success', action: 'link', targetId: keys[2] });
  expect(connector.statusOf(blocked.id)).toBe('SUSPENDED');
  expect(connector.world.goto.users.get(keys[1] ?? '')?.latest?.email).toBe(OTHER_ADDRESS.mail);
  await cycles(connector, 2);
  await expectInOrder(connector);
});

test('Full, stopped when the ties are forgotten: a dry run on demand says what the request then does, whatever a hand changed in GoTo', async () => {
  connector = await TestConnector.start({ world: TOWN });
  await connector.begin();
  const { id } = someone(connector);
  const key = connector.accountOf(id)?.key ?? '';
  pauseWhenPlanned(connector);
  await restart(connector, 'Full');
  await newest(connector);
  jest.restoreAllMocks();
  connector.world.directory.changeUser(id, OTHER_ADDRESS);
  connector.world.goto.changeByHand(key, { email: 'by.hand@example.com' });
  connector.later();
  await connector.run(() => connector.engine.store.pause.end());
  const { action } = await askOf(connector, id, { dryRun: true });
  expect(await askOf(connector, id)).toMatchObject({ status: 'success', action });
});

test('Full, stopped when the ties are forgotten: the cycle before it can be undone', async () => {
  connector = await TestConnector.start({ world: TOWN });
  await connector.begin();
  const { id, surname } = someone(connector);
  const before = await linkOf(connector, id);
  connector.world.directory.changeUser(id, { surname: 'Married' });
  const changed = await cycles(connector, 1);
  pauseWhenPlanned(connector);
  await restart(connector, 'Full');
  await newest(connector);
  jest.restoreAllMocks();
  connector.later();
  await connector.run(() => connector.engine.store.pause.end());
  const plan = await revert(connector, changed.id);
  expect(plan.entries).toMatchObject([{ sourceId: id, action: 'update', reason: 'Undone' }]);
  expect(await apply(connector, plan)).toMatchObject({ counts: { updated: 1, linked: 0 } });
  expect(connector.accountOf(id)?.lastName).toBe(surname);
  expect(await linkOf(connector, id)).toMatchObject({ key: before?.key });
});

test('Full, stopped when the ties are forgotten: whoever gets the address of somebody who has moved, on demand, does not get the account', async () => {
  connector = await TestConnector.start({ world: TOWN });
  await connector.begin();
  const moved = someone(connector);
  const before = await linkOf(connector, moved.id);
  pauseWhenPlanned(connector);
  await restart(connector, 'Full');
  await newest(connector);
  jest.restoreAllMocks();
  connector.world.directory.changeUser(moved.id, OTHER_ADDRESS);
  const { id } = newcomer(connector, 900, { mail: moved.mail, userPrincipalName: moved.userPrincipalName });
  connector.later();
  await connector.run(() => connector.engine.store.pause.end());
  await askOf(connector, id);
  expect(await linkOf(connector, id)).toBeNull();
  await cycles(connector, 3);
  expect(await linkOf(connector, moved.id)).toMatchObject({ key: before?.key, applied: { email: OTHER_ADDRESS.mail } });
  expect(await linkOf(connector, id)).toMatchObject({ origin: 'created' });
  await expectInOrder(connector);
});

test('Full, beside others with the address of somebody: the account stays with whom it was made for', async () => {
  connector = await TestConnector.start({ world: TOWN });
  await connector.begin();
  const { id, mail } = someone(connector);
  const before = await linkOf(connector, id);
  const twins = [900, 901, 902, 903].map((number) => newcomer(connector, number, { mail }).id);
  await cycles(connector, 1);
  await restart(connector, 'Full');
  expect(await newest(connector)).toMatchObject({ counts: { created: 0, failed: twins.length } });
  expect(await linkOf(connector, id)).toMatchObject({ key: before?.key, origin: 'adopted' });
});

test('Full, whose planner unties somebody for whom a request on demand is about to write a new address: one account', async () => {
  connector = await TestConnector.start({ world: TOWN });
  await connector.begin();
  const { id } = someone(connector);
  const before = await linkOf(connector, id);
  connector.later();
  const hasSlept = sleepAt(PlansTable.prototype, 'begin', async () => {
    const { people } = connector.engine.store;
    const { person, etag } = await people.get(id);
    await people.change(id, { ...person, link: null, untied: person.link }, etag);
  });
  connector.world.directory.changeUser(id, OTHER_ADDRESS);
  await askOf(connector, id);
  expect(hasSlept()).toBe(true);
  jest.restoreAllMocks();
  await cycles(connector, 2);
  expect(await linkOf(connector, id)).toMatchObject({ key: before?.key, applied: { email: OTHER_ADDRESS.mail } });
  await expectInOrder(connector);
});

test('Full, while a rule gives other licences: those that were given before stay ours to take', async () => {
  const before = entitlements([WEBINAR_LICENSE, MEETING_LICENSE], [MEETING_LICENSE]);
  connector = await TestConnector.start({ world: TOWN, settings: before });
  await connector.begin();
  const { id } = someone(connector);
  const licensesOf = () => connector.accountOf(id)?.licenseKeys;
  expect(licensesOf()).toContain(WEBINAR_LICENSE);
  await connector.restart(entitlements([MEETING_LICENSE], [MEETING_LICENSE]));
  await restart(connector, 'Full');
  await newest(connector);
  expect(licensesOf()).toEqual([MEETING_LICENSE]);
  unassign(connector, id);
  await cycles(connector, 2);
  expect(licensesOf()).toEqual([]);
  await expectInOrder(connector);
});

test('I05: Full, between two reads that miss one of two roles: the person is asked about before its licences go', async () => {
  const settings = entitlements([MEETING_LICENSE], [MEETING_LICENSE, WEBINAR_LICENSE]);
  connector = await TestConnector.start({ world: TOWN, settings });
  const { directory } = connector.world;
  const organizers = [someone(connector, 0).id, someone(connector, 1).id];
  const group = directory.addGroup('Organizers');
  directory.addMembers(group.id, organizers);
  directory.assign(group.id, 'Group', ORGANIZER_ROLE_ID);
  await connector.begin();
  Object.assign(connector.stack.entra.behaviour, { membersShown: 0.5, countsWhatIsShown: true });
  connector.later();
  await connector.cycle('full');
  connector.later();
  await restart(connector, 'Full');
  expect((await newest(connector)).skippedByReason).toHaveProperty('AbsenceDoubted');
  for (const id of organizers) expect(connector.accountOf(id)?.licenseKeys).toContain(WEBINAR_LICENSE);
});

test('Full, planned by two at once: whom the other one has untied is tied anew by this cycle', async () => {
  connector = await TestConnector.start({ world: TOWN });
  await connector.begin();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own receiver
  const change = PeopleTable.prototype.change;
  jest.spyOn(PeopleTable.prototype, 'change').mockImplementation(async function (this: PeopleTable, ...row) {
    // The other planner is faster each time.
    if (row[1].untied !== null) await change.apply(this, row);
    return change.apply(this, row);
  });
  await restart(connector, 'Full');
  expect(await newest(connector)).toMatchObject({ mode: 'initial', counts: { created: 0, linked: TOWN.people } });
  await expectInOrder(connector);
});

test('Full, planned by one that has stalled beside another: the ties that its cycle has made since stand', async () => {
  connector = await TestConnector.start({ world: TOWN });
  await connector.begin();
  const { id } = someone(connector);
  const hasSlept = sleepAt(PlanContext.prototype, 'marksOf', async () => {
    await atWork(connector);
    while ((await linkOf(connector, id)) === null) await new Promise((resolve) => setImmediate(resolve));
  });
  await restart(connector, 'Full');
  expect(await newest(connector)).toMatchObject({ mode: 'initial', state: 'succeeded', counts: { created: 0 } });
  expect(hasSlept()).toBe(true);
  expect(await linkOf(connector, id)).toMatchObject({ origin: 'adopted' });
  await expectInOrder(connector);
});

test('Full, planned by one that has stalled for longer than its cycle lived: the ties of a later cycle stand', async () => {
  connector = await TestConnector.start({ world: TOWN });
  await connector.begin();
  const { id } = someone(connector);
  let stalled: string | undefined;
  sleepAt(PlanContext.prototype, 'marksOf', async () => {
    connector.later(24 * 3_600_000);
    stalled = await atWork(connector);
    await connector.start();
    await workToTheEnd(connector);
    expect(await linkOf(connector, id)).toMatchObject({ origin: 'adopted' });
  });
  await restart(connector, 'Full');
  expect(await newest(connector)).toMatchObject({
    mode: 'full',
    state: 'succeeded',
    counts: { created: 0, linked: TOWN.people },
  });
  expect(await connector.view(stalled ?? '')).toMatchObject({ state: 'failed' });
  expect(await linkOf(connector, id)).toMatchObject({ origin: 'adopted' });
  await expectInOrder(connector);
});
