/** Planning in bounded slices ends where planning at one go ends. */
import { FINAL_STATES } from '../../shared/model/Cycle';
import { ImageTable, NO_MEMBERS } from '../../shared/store/ImageTable';
import { EntraSource } from '../../shared/entra/EntraSource';
import { GotoAccounts } from '../../shared/goto/GotoAccounts';
import { MessageSender } from '../../shared/queue/MessageSender';
import { join, oneEntitled, TINY } from '../support/company';
import { SMALLEST_SLICES, turnSmallPages } from '../support/deaths';
import { expectConverged } from '../support/expectConverged';
import { expectLogged } from '../support/expectLogged';
import { newcomer } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

/** Of five minutes, the shortest time-out of a function. */
const LONGEST_MESSAGE_MS = 4 * 60_000;

type PagesOf = keyof typeof READERS;
/** Who reads a list, or a delta, page by page. */
const READERS = {
  usersDelta: EntraSource.prototype,
  groupsDelta: EntraSource.prototype,
  listAssignmentsPage: EntraSource.prototype,
  listMembersPage: EntraSource.prototype,
  listPage: GotoAccounts.prototype,
} as const;

/** Does something right before each page of a list is asked for. @param act gets what page, as text */
function beforePages(name: PagesOf, act: (page: string) => void): void {
  const prototype: object = READERS[name];
  const read: unknown = Reflect.get(prototype, name);
  if (typeof read !== 'function') throw new TypeError(`no function ${name}`);
  const spy = jest.spyOn(prototype as Record<string, (...all: unknown[]) => unknown>, name);
  spy.mockImplementation(function (this: object, ...all) {
    act(JSON.stringify(all[0]));
    return Reflect.apply(read, this, all);
  });
}

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

test('a message of the planner ends long before the time-out of a function, however slow every page is', async () => {
  connector = await TestConnector.start({ world: { people: 6, groups: 40, membersPerGroup: 1, existingShare: 0.5 } });
  turnSmallPages(connector);
  for (const name of Object.keys(READERS) as PagesOf[]) beforePages(name, () => connector.clock.advance(8_000));
  const ends: number[] = [];
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own receiver
  const { send } = MessageSender.prototype;
  jest.spyOn(MessageSender.prototype, 'send').mockImplementation(function (this: MessageSender, ...all) {
    ends.push(connector.clock.now());
    return Reflect.apply(send, this, all);
  });
  const began = connector.clock.now();
  await connector.cycle();
  expect(connector.clock.now() - began).toBeGreaterThan(LONGEST_MESSAGE_MS);
  const longest = Math.max(...ends.map((end, index) => end - (ends[index - 1] ?? began)));
  expect(longest).toBeGreaterThanOrEqual(60_000);
  expect(longest).toBeLessThan(LONGEST_MESSAGE_MS / 2);
  expectConverged(connector);
});

test('killed in the middle of a delta, or of a list, the planner goes on with the page it stood at', async () => {
  connector = await TestConnector.start({ world: TINY, timing: SMALLEST_SLICES });
  for (const number of [940, 941, 942, 943]) newcomer(connector, number);
  await connector.begin();
  connector.later();
  for (const [number, groupId] of [...connector.world.directory.groups.keys()].entries())
    connector.world.directory.addMember(groupId, join(connector, 950 + number).id);
  turnSmallPages(connector);
  connector.stack.entra.behaviour.deltaPageSize = 1;
  const asked = new Map<PagesOf, string[]>();
  for (const name of ['groupsDelta', 'listAssignmentsPage', 'listPage'] as const) {
    const pages: string[] = [];
    asked.set(name, pages);
    beforePages(name, (page) => {
      pages.push(page);
      if (pages.length === 2) connector.killAt = connector.calls + 1;
    });
  }
  await connector.start('full');
  await connector.settle();
  expect(connector.takeKill()).toBe(true);
  // Only the page that nobody took in is asked for again.
  for (const pages of asked.values()) expect(pages).toEqual([...new Set(pages)].toSpliced(1, 0, pages[1] ?? ''));
  expectConverged(connector);
});
