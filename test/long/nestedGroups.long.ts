/** EXPAND_NESTED_GROUPS: who is in a group of an assigned group counts, however deep, and whatever happens in between. */
import type { EntraUser } from '../../local/simulators/entra/EntraDirectory';
import { newUser } from '../../local/simulators/world/buildWorld';
import { askOf } from '../support/demand';
import { expectConverged } from '../support/expectConverged';
import { dryRun } from '../support/plans';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
afterEach(() => connector.stop());

const WORLD = { people: 4, groups: 1, membersPerGroup: 2, existingShare: 0 };

const begin = async (more: Readonly<Record<string, string>> = {}): Promise<void> => {
  connector = await TestConnector.start({ world: WORLD, settings: { EXPAND_NESTED_GROUPS: 'true', ...more } });
};

/** A group with a member of its own. */
function group(name: string, number: number): { readonly id: string; readonly member: EntraUser } {
  const { directory, random } = connector.world;
  const { id } = directory.addGroup(name);
  const member = directory.addUser(newUser(random, number));
  directory.addMember(id, member.id);
  return { id, member };
}

const nest = (outer: { readonly id: string }, inner: { readonly id: string }): void =>
  connector.world.directory.addMember(outer.id, inner.id, 'group');

const expectNested = (): void => expectConverged(connector, connector.world.directory.entitledIds(undefined, true));

/** Company → Sales → East, and East → Company: a circle. */
function company(): Record<'company' | 'sales' | 'east', { readonly id: string; readonly member: EntraUser }> {
  const groups = { company: group('Company', 900), sales: group('Sales', 901), east: group('East', 902) };
  nest(groups.company, groups.sales);
  nest(groups.sales, groups.east);
  nest(groups.east, groups.company);
  connector.world.directory.assign(groups.company.id, 'Group');
  return groups;
}

/** So many cycles, each late enough for what was doubted. */
async function cycles(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    connector.later();
    await connector.cycle();
  }
}

test('everybody in groups of groups gets an account, circles end, and the plan shows each link of the way', async () => {
  await begin();
  const { company: outer, sales, east } = company();
  const plan = await dryRun(connector);
  const whyOf = (user: EntraUser): string => plan.entries.find((one) => one.sourceId === user.id)?.why ?? '';
  expect(whyOf(outer.member)).toContain('through group "Company" with role');
  expect(whyOf(sales.member)).toContain('through group "Company" → "Sales" with role');
  expect(whyOf(east.member)).toContain('through group "Company" → "Sales" → "East" with role');
  await connector.begin();
  expectNested();
  // Quiet again (I10).
  await cycles(1);
  const calls = connector.mark();
  await cycles(1);
  expect(calls.since()).toEqual({ graph: 3, goto: 0, gotoWrites: 0 });
  const answer = await askOf(connector, east.member.id, { dryRun: true });
  expect(JSON.stringify(answer)).toContain('\\"Company\\" → \\"Sales\\" → \\"East\\"');
});

test('joiners and leavers of inner groups, inner groups that come and go, are followed by delta alone', async () => {
  await begin();
  const { sales, east } = company();
  await connector.begin();
  await cycles(1);
  const { directory, random } = connector.world;

  const joiner = directory.addUser(newUser(random, 910));
  directory.addMember(east.id, joiner.id);
  directory.removeMember(east.id, east.member.id);
  await cycles(3);
  expectNested();
  expect(connector.statusOf(joiner.id)).toBe('INVITED');
  expect(connector.statusOf(east.member.id)).toBe('SUSPENDED');

  // A group with a group in it comes to the innermost one.
  const [west, far] = [group('West', 911), group('Far', 912)];
  nest(west, far);
  nest(east, west);
  await cycles(1);
  expectNested();

  // It goes: whoever was only below it is disabled, whoever has another way stays.
  directory.addMember(sales.id, far.member.id);
  await cycles(1);
  directory.removeMember(east.id, west.id);
  await cycles(3);
  expectNested();
  expect(connector.statusOf(west.member.id)).toBe('SUSPENDED');
  expect(connector.statusOf(far.member.id)).toBe('INVITED');

  // While it did not count, deltas passed it by: when it comes again it is read anew.
  directory.removeMember(west.id, west.member.id);
  const late = directory.addUser(newUser(random, 913));
  directory.addMember(west.id, late.id);
  await cycles(1);
  nest(sales, west);
  await cycles(3);
  expectNested();
  expect(connector.statusOf(late.id)).toBe('INVITED');
});

test('I05: an inner group that reads as empty or missing for a while costs nobody anything; for good it does', async () => {
  await begin();
  const { sales, east } = company();
  await connector.begin();
  const { emptyMembersOf, missingMembersOf } = connector.stack.entra.behaviour;
  for (const fault of [emptyMembersOf, missingMembersOf]) {
    fault.add(sales.id);
    connector.later();
    const { warnings } = await connector.cycle('full');
    expect(warnings.join()).toContain(`The group ${sales.id} reads as empty or missing`);
    expect(connector.statusOf(sales.member.id)).toBe('INVITED');
    expect(connector.statusOf(east.member.id)).toBe('INVITED');
    fault.clear();
    await cycles(2);
    expectNested();
  }
  // Really empty: two reads agree, and the person is asked about.
  const { directory } = connector.world;
  for (const member of [...(directory.groups.get(sales.id)?.latest.members.keys() ?? [])])
    directory.removeMember(sales.id, member);
  await cycles(3);
  expectNested();
  expect(connector.statusOf(east.member.id)).toBe('SUSPENDED');
});

test('whoever a list of an inner group lacks keeps what they have until all agree, and is found there again', async () => {
  await begin();
  const { sales, east } = company();
  await connector.begin();
  const { directory } = connector.world;
  // Deltas lag behind the lists: who looks gone is asked about alone.
  const { lagOf } = connector.stack.entra.behaviour;
  directory.removeMember(sales.id, east.id);
  Object.assign(lagOf, { groupsDelta: 3_600_000, checkMemberGroups: 3_600_000 });
  connector.later();
  await connector.cycle('full');
  await cycles(2);
  expect(connector.statusOf(east.member.id)).toBe('INVITED');
  Object.assign(lagOf, { groupsDelta: 0, checkMemberGroups: 0 });
  await cycles(4);
  expectNested();

  // Lists leave out who is in the recycle bin, and no delta says that a restored person is in the group again.
  const { member } = sales;
  const deleted = directory.deleteUser(member.id);
  connector.later();
  await connector.cycle('full');
  expect(connector.world.goto.byEmail(deleted.mail ?? deleted.userPrincipalName)?.licenseKeys).toEqual([]);
  directory.restoreUser(deleted);
  await cycles(3);
  expectNested();
});

test('without the setting a group of an assigned group gives nothing; to switch it is one full cycle', async () => {
  await begin({ EXPAND_NESTED_GROUPS: 'false' });
  company();
  await connector.begin();
  expectConverged(connector);
  await connector.restart({ EXPAND_NESTED_GROUPS: 'true' });
  connector.later();
  expect(await connector.cycle()).toMatchObject({ mode: 'full', state: 'succeeded' });
  expectNested();
  await connector.restart({ EXPAND_NESTED_GROUPS: 'false' });
  await cycles(3);
  expectConverged(connector);
});

test('I17: where Graph does not tell direct memberships, a request gives a member of an inner group nothing', async () => {
  await begin({ EXPAND_NESTED_GROUPS: 'false' });
  const { company: outer, east } = company();
  await connector.begin();
  connector.later();
  connector.stack.entra.addFault({ match: '/memberOf', kind: 'status', status: 403, times: 100 });
  expect(await askOf(connector, east.member.id)).toMatchObject({ status: 'skipped', reason: 'NotEffectivelyEntitled' });
  expect(connector.statusOf(east.member.id)).toBe('none');
  expect(await askOf(connector, outer.member.id)).toMatchObject({ status: 'skipped', reason: 'RedundantExport' });
  await connector.settle();
});

test('deep and wide nesting costs one request a group, in slices, in a first and in a full cycle', async () => {
  connector = await TestConnector.start({
    world: { people: 1, groups: 1, membersPerGroup: 1, existingShare: 0 },
    settings: { EXPAND_NESTED_GROUPS: 'true' },
    timing: { groupsPerSlice: 4 },
  });
  const [top, ...chain] = Array.from({ length: 12 }, (_, index) => group(`Level ${index}`, 1_000 + index));
  if (top === undefined) throw new Error('no group');
  chain.reduce((outer, inner) => (nest(outer, inner), inner), top);
  for (let index = 0; index < 8; index += 1) nest(top, group(`Side ${index}`, 2_000 + index));
  connector.world.directory.assign(top.id, 'Group');
  const membersRead = (): number =>
    connector.stack.entra.requests.filter((one) => /^\/v1\.0\/groups\/[^/]+\/members/.test(one.path)).length;
  await connector.cycle();
  expectNested();
  const groups = connector.world.directory.groups.size;
  expect(membersRead()).toBe(groups);
  connector.later();
  await connector.cycle();
  const before = membersRead();
  connector.later();
  await connector.cycle('full');
  expect(membersRead() - before).toBe(groups);
  expectNested();
});
