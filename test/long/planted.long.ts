/** I05, I06, I07: a connector that breaks the rule on purpose, and the stories that must find it. */
import { GotoAccounts } from '../../shared/goto/GotoAccounts';
import { EntraSource } from '../../shared/entra/EntraSource';
import { RemovalWindow } from '../../shared/store/RemovalWindow';
import { LIES, playLie, startCompany, type Told } from '../support/lies';
import { cycles, newcomer } from '../support/stories';
import type { TestConnector } from '../support/TestConnector';

const THREE_CYCLES: readonly Told[] = [0, 1, 2].map(() => ({ mode: 'incremental', after: 5 * 60_000 }));
const lieOf = (name: string) => {
  const lie = LIES.find((one) => one.name === name);
  if (lie === undefined) throw new RangeError(`no lie ${name}`);
  return lie;
};

let connector: TestConnector;
beforeEach(async () => {
  connector = await startCompany();
});
afterEach(async () => {
  jest.restoreAllMocks();
  // The replay of the history has its own opinion of these.
  await connector.stop().catch(() => undefined);
});

test('I05: a point check that agrees with whatever the lists say is found', async () => {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own receiver
  const { pointCheck } = EntraSource.prototype;
  jest.spyOn(EntraSource.prototype, 'pointCheck').mockImplementation(async function (this: EntraSource, ...all) {
    return { ...(await pointCheck.apply(this, all)), memberOf: [], directRoleIds: [], groupRoleIds: [] };
  });
  const lie = lieOf('the list of assignments is empty, and Graph’s count agrees');
  await expect(playLie(connector, lie, THREE_CYCLES)).rejects.toThrow(/toMatchObject|toEqual/);
});

test('I05: a certificate that is always given is found', async () => {
  jest.spyOn(EntraSource.prototype, 'countAssignments').mockImplementation(() => Promise.resolve(0));
  const lie = lieOf('the list of assignments is halved, and nobody may ask what a person is assigned to');
  await expect(playLie(connector, lie, THREE_CYCLES)).rejects.toThrow(/toMatchObject|toEqual/);
});

test('I05: a count of members that agrees with whatever the lists say is found', async () => {
  jest.spyOn(EntraSource.prototype, 'countMembers').mockImplementation(() => Promise.resolve(0));
  const lie = lieOf('every group reads as halved, and nobody seems to be in a group when asked by person');
  const full: readonly Told[] = THREE_CYCLES.map(({ after }) => ({ mode: 'full', after }));
  await expect(playLie(connector, lie, full)).rejects.toThrow(/toMatchObject|toEqual/);
});

test('I06: a limit that grants whatever is asked for is found', async () => {
  const everybody = { has: () => true, [Symbol.iterator]: () => [][Symbol.iterator](), size: 0 };
  const people = everybody as unknown as ReadonlySet<string>;
  jest.spyOn(RemovalWindow.prototype, 'read').mockImplementation(() => Promise.resolve({ people, etag: null }));
  await expect(playLie(connector, lieOf('a filter has a slip'), THREE_CYCLES)).rejects.toThrow(/toEqual/);
});

test('I07: an administrator who is taken for one of us is found', async () => {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own receiver
  const { get } = GotoAccounts.prototype;
  jest.spyOn(GotoAccounts.prototype, 'get').mockImplementation(async function (this: GotoAccounts, ...all) {
    return { ...(await get.apply(this, all)), isAdmin: false };
  });
  const admin = newcomer(connector, 800);
  await cycles(connector, 2);
  const key = connector.accountOf(admin.id)?.key ?? '';
  connector.world.goto.changeByHand(key, { adminRoles: ['SUPER_USER'] });
  connector.world.directory.changeUser(admin.id, { accountEnabled: false });
  const before = connector.world.goto.writes.length;
  await cycles(connector, 1);
  expect(() => {
    expect(connector.world.goto.writes.slice(before)).toEqual([]);
  }).toThrow(/toEqual/);
});
