/** Planning in bounded slices ends where planning at one go ends. */
import { FINAL_STATES } from '../../shared/model/Cycle';
import { ImageTable, NO_MEMBERS } from '../../shared/store/ImageTable';
import { join, oneEntitled, TINY } from '../support/company';
import { expectConverged } from '../support/expectConverged';
import { expectLogged } from '../support/expectLogged';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
afterEach(() => connector.stop());

test('the smallest slices end where the largest do', async () => {
  connector = await TestConnector.start({
    world: { ...TINY, people: 24, groups: 5, membersPerGroup: 5 },
    timing: { groupsPerSlice: 1, peoplePerSlice: 1, pagesPerSlice: 1 },
  });
  connector.stack.entra.behaviour.deltaPageSize = 2;
  await connector.cycle();
  expectConverged(connector);
  for (const number of [920, 921, 922]) join(connector, number);
  connector.world.directory.changeUser(oneEntitled(connector).id, { accountEnabled: false });
  connector.later();
  const cycle = await connector.cycle();
  expect(cycle.counts).toMatchObject({ created: 3, disabled: 1 });
  expectConverged(connector);
  await expectLogged(connector);
});

test('a message a slice ends there too: the planner goes on from where it stood', async () => {
  connector = await TestConnector.start({
    world: { ...TINY, people: 24, groups: 5, membersPerGroup: 5 },
    timing: { groupsPerSlice: 2, peoplePerSlice: 3, pagesPerSlice: 1, sliceMs: 0 },
  });
  const first = await connector.cycle();
  expect(first.progress.done).toBe(first.progress.expected);
  expectConverged(connector);
  for (const number of [923, 924, 925, 926]) join(connector, number);
  connector.later();
  expect((await connector.cycle()).counts).toMatchObject({ created: 4 });
  connector.later();
  const full = await connector.cycle('full');
  expect(full).toMatchObject({ mode: 'full', state: 'succeeded' });
  expectConverged(connector);
  await expectLogged(connector);
});

test('a change that is planned, and taken back while its slice is done again, ends the cycle all the same', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  const user = oneEntitled(connector);
  let kills = 0;
  for (let killAfter = 3; killAfter <= 43; killAfter += 8) {
    connector.world.directory.changeUser(user.id, { surname: 'Hasty' });
    connector.later();
    connector.killAt = connector.calls + killAfter;
    await connector.start().catch(() => undefined);
    // The message comes again at once; by then the change is gone.
    connector.world.directory.changeUser(user.id, { surname: user.surname });
    await connector.settle();
    if (connector.takeKill()) kills += 1;
    for (let slot = 0; slot < 3; slot += 1) {
      connector.later(11 * 60_000);
      await connector.start();
      await connector.settle();
    }
    const page = await connector.engine.store.cycles.page(5);
    for (const { cycle, final } of page.cycles) {
      expect(FINAL_STATES.has(cycle.state)).toBe(true);
      expect(final?.done).toBe(cycle.expected);
    }
    expect(connector.accountOf(user.id)?.lastName).toBe(user.surname);
  }
  expect(kills).toBeGreaterThan(3);
});

test('a read of members that is done again, and finds fewer, keeps nobody of the longer one', async () => {
  connector = await TestConnector.start({ world: TINY });
  const { image } = connector.engine.store;
  const page = (...users: string[]) => ({ users, groups: [] });
  const members = (...users: string[]) => ({ users: new Set(users), groups: new Set() });
  for (const [index, name] of ['Ada', 'Ben', 'Cleo'].entries()) await image.addPage('group', 'read', index, page(name));
  await image.switchTo('group', 'read', 3);
  // The process died before the slice said so; the next one reads anew.
  await image.addPage('group', 'read', 0, page('Ben'));
  expect(await image.pagesOf('group', 'read', 1)).toEqual(members('Ben'));
  await image.switchTo('group', 'read', 1);
  expect(await image.members('group')).toEqual(members('Ben'));
  await image.putMembers('group', 'read', NO_MEMBERS);
  expect(await image.members('group')).toEqual(members());
});

test('members stay known when a read dies as it ends, and reads every group as empty when it is done again', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  const { groups } = connector.world.directory;
  const { emptyMembersOf } = connector.stack.entra.behaviour;
  const known = async () =>
    Promise.all([...groups.keys()].map(async (id) => [id, await connector.engine.store.image.members(id)] as const));
  const before = await known();
  expect(before.some(([, members]) => (members?.users.size ?? 0) > 0)).toBe(true);
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own receiver
  const { switchTo } = ImageTable.prototype;
  const spy = jest.spyOn(ImageTable.prototype, 'switchTo').mockImplementationOnce(function (this: ImageTable, ...read) {
    connector.killAt = connector.calls + 1;
    for (const id of groups.keys()) emptyMembersOf.add(id);
    return Reflect.apply(switchTo, this, read);
  });
  connector.later();
  await connector.start('full');
  await connector.settle(connector.clock.now() + 60_000);
  expect(connector.takeKill()).toBe(true);
  spy.mockRestore();
  expect(await known()).toEqual(before);
  emptyMembersOf.clear();
  await connector.settle();
  connector.later(11 * 60_000);
  await connector.cycle();
  expectConverged(connector);
});
