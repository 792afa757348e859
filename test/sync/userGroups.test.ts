/** PROVISION_GROUPS: assigned groups become user groups in GoTo, before the people who move into them. */
import { ORGANIZER_ROLE_ID } from '../../local/simulators/entra/EntraDirectory';
import { logAnswerSchema } from '../../shared/api/answers/LogAnswer';
import { listProvisioningLog } from '../../shared/api/listProvisioningLog';
import { getPlan } from '../../shared/api/getPlan';
import { groupId } from '../../shared/model/ManagedGroup';
import { apiRequest, csvLines, csvRequest } from '../support/apiRequest';
import { askOf } from '../support/demand';
import { expectConverged } from '../support/expectConverged';
import { pauseWhenPlanned } from '../support/pauseWhenPlanned';
import { apply, dryRun, revert } from '../support/plans';
import { cycles, mailOf } from '../support/stories';
import type { TestConnector } from '../support/TestConnector';
import { assignedGroup, groupNames, groupOf, groupsOf, withUserGroups } from '../support/userGroups';
import { restart } from '../support/restart';

let connector: TestConnector;
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

/** What the entries are about that the filter finds. */
const logged = async (filter: string): Promise<string[]> => {
  const request = { ...apiRequest(), query: new URLSearchParams({ $filter: filter, $top: '1000' }) };
  const { body } = await listProvisioningLog(connector.engine, request);
  return logAnswerSchema.parse(body).value.map(({ sourceIdentity }) => sourceIdentity?.displayName ?? '');
};

const postsOfGroups = (): number =>
  connector.world.goto.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/groups')).length;

test('groups are made or adopted before their people come; the first rule decides among several; then all is quiet', async () => {
  connector = await withUserGroups();
  const { directory, goto } = connector.world;
  goto.changeGroupByHand('3000000000000000303', 'SALES');
  const long = `${'Long '.repeat(30)}name`;
  const [sales, legal, other, organizers] = [
    assignedGroup(connector, 'Sales', 900),
    assignedGroup(connector, 'Legal', 910),
    assignedGroup(connector, long, 920),
    assignedGroup(connector, 'Whatever', 930, ORGANIZER_ROLE_ID),
  ];
  const [both, everywhere] = [sales.members[0], legal.members[0]];
  if (both === undefined || everywhere === undefined) throw new Error('no members');
  directory.addMember(legal.id, both.id);
  directory.addMember(organizers.id, everywhere.id);
  const plan = await dryRun(connector);
  expect(
    plan.entries
      .filter((one) => one.kind === 'group')
      .map((one) => one.action)
      .sort(),
  ).toEqual(['create', 'create', 'create', 'create', 'link']);
  expect(plan.totals).toMatchObject({ createGroup: 4, linkGroup: 1, create: 9 });
  const csv = await csvLines(await getPlan(connector.engine, csvRequest('', { id: plan.id })));
  expect(csv[0]).toContain('sourceId,kind,displayName');
  expect(csv.filter((line) => line.includes(',group,'))).toHaveLength(5);
  expect(goto.groups.size).toBe(1);
  const first = await connector.begin();
  expect(first.state).toBe('succeeded');
  expectConverged(connector);
  const [world = ''] = [...directory.groups.values()].map(({ latest }) => latest.displayName);
  expect(groupNames(connector)).toEqual([world, 'Legal', 'Organizers/EMEA', 'SALES', long.slice(0, 128).trim()].sort());
  expect(groupsOf(connector, sales.members)).toEqual(['Legal', 'SALES']);
  expect(groupsOf(connector, legal.members)).toEqual(['Organizers/EMEA', 'Legal']);
  expect(groupsOf(connector, other.members)).toEqual([long.slice(0, 128).trim(), long.slice(0, 128).trim()]);
  // Found in the log by kind, by the group's id and by its name, whatever the name is made of.
  const made = ['Legal', 'Organizers/EMEA', long.slice(0, 128).trim(), world].sort();
  const ofGroups = `cycleId eq '${first.id}' and sourceIdentity/identityType eq 'group'`;
  expect((await logged(`${ofGroups} and provisioningAction eq 'create'`)).sort()).toEqual(made);
  expect(await logged(`sourceIdentity/id eq '${legal.id}'`)).toEqual(['Legal']);
  expect(await logged("startswith(sourceIdentity/displayName, 'organizers')")).toEqual(['Organizers/EMEA']);
  await cycles(connector, 1);
  const calls = connector.mark();
  await cycles(connector, 1);
  expect(calls.since()).toEqual({ graph: 3, goto: 0, gotoWrites: 0 });
  connector.later();
  const full = connector.mark();
  await connector.cycle('full');
  expect(full.since().gotoWrites).toBe(0);

  // A person moves; the first rule takes hold; it ends.
  const [mover] = sales.members.slice(1);
  if (mover === undefined) throw new Error('no member');
  directory.removeMember(sales.id, mover.id);
  directory.addMember(legal.id, mover.id);
  connector.later();
  expect((await dryRun(connector)).totals).toEqual({ update: 1, moveToGroup: 1 });
  const moved = await (async () => {
    connector.later();
    return connector.cycle();
  })();
  expect(groupOf(connector, mover)).toBe('Legal');
  // It is taken back.
  await apply(connector, await revert(connector, moved.id));
  expect(groupOf(connector, mover)).toBe('SALES');
});

test('an Entra group that is renamed renames its group, unless another one has the name: then its people move', async () => {
  connector = await withUserGroups();
  const { directory, goto } = connector.world;
  const [sales, legal] = [assignedGroup(connector, 'Sales', 900), assignedGroup(connector, 'Legal', 910)];
  await connector.begin();
  await cycles(connector, 1);
  directory.renameGroup(sales.id, 'Vertrieb');
  const calls = connector.mark();
  await cycles(connector, 1);
  expect(groupNames(connector)).toContain('Vertrieb');
  expect(groupNames(connector)).not.toContain('Sales');
  expect(groupsOf(connector, sales.members)).toEqual(['Vertrieb', 'Vertrieb']);
  expect(calls.since().gotoWrites).toBe(0);
  // Onto a name in use, in other letters.
  directory.renameGroup(legal.id, 'VERTRIEB');
  await cycles(connector, 2);
  expect(groupsOf(connector, legal.members)).toEqual(['Vertrieb', 'Vertrieb']);
  expect(groupNames(connector).filter((name) => name.toLowerCase() === 'vertrieb')).toHaveLength(1);
  // And away again: the group is shared, so it keeps its name.
  directory.renameGroup(legal.id, 'Recht');
  await cycles(connector, 2);
  expect(groupsOf(connector, sales.members)).toEqual(['Vertrieb', 'Vertrieb']);
  expect(groupsOf(connector, legal.members)).toEqual(['Recht', 'Recht']);
  // Renamed, and deleted, by hand in GoTo: the nightly cycle puts it right.
  const keyOf = (name: string) => [...goto.groups].find(([, own]) => own === name)?.[0] ?? '';
  goto.changeGroupByHand(keyOf('Vertrieb'), 'Something else');
  for (const { key, groupKey } of goto.all())
    if (groupKey === keyOf('Recht')) goto.changeByHand(key, { groupKey: null });
  goto.changeGroupByHand(keyOf('Recht'), undefined);
  connector.later();
  await connector.cycle('full');
  await cycles(connector, 1);
  expect(groupsOf(connector, sales.members)).toEqual(['Vertrieb', 'Vertrieb']);
  expect(groupsOf(connector, legal.members)).toEqual(['Recht', 'Recht']);
});

test('a group that cannot be made keeps nobody from an account; it is tried again, and its people follow', async () => {
  connector = await withUserGroups();
  const { goto } = connector.world;
  const sales = assignedGroup(connector, 'Sales', 900);
  goto.addFault({ match: 'POST .*/groups', kind: 'status', status: 400, times: 100 });
  const first = await connector.cycle();
  expect(first.state).toBe('succeededWithErrors');
  expectConverged(connector);
  expect(groupsOf(connector, sales.members)).toEqual([undefined, undefined]);
  goto.clearFaults();
  // What waits comes with the next one that is assigned: the plan says so.
  assignedGroup(connector, 'Legal', 910);
  expect((await dryRun(connector)).totals).toMatchObject({ createGroup: 3 });
  connector.later(60 * 60_000);
  await connector.cycle();
  await cycles(connector, 1);
  expect(groupsOf(connector, sales.members)).toEqual(['Sales', 'Sales']);
});

test('I20: the answer to a group’s creation is lost, and its list lags: there is one group, and everybody is in it', async () => {
  connector = await withUserGroups();
  const { goto } = connector.world;
  const sales = assignedGroup(connector, 'Sales', 900);
  goto.behaviour.readLagMs = 40_000;
  goto.addFault({ match: 'POST .*/groups', kind: 'commitThenDrop' });
  await connector.cycle();
  await cycles(connector, 2);
  expect(goto.groups.size).toBe(2);
  expect(postsOfGroups()).toBe(2);
  expect(groupsOf(connector, sales.members)).toEqual(['Sales', 'Sales']);
});

test('a rename whose process died is logged as what it was by the cycle that finds it', async () => {
  connector = await withUserGroups();
  const { directory, goto } = connector.world;
  const sales = assignedGroup(connector, 'Sales', 900);
  await connector.cycle();
  const { groups } = connector.engine.store;
  const { key } = (await groups.get(groupId('Sales'), 'Sales')).group;
  // It was sent, and nobody heard the answer.
  const { group: unknown } = await groups.get(groupId('Vertrieb'), 'Vertrieb');
  const pending = { id: 'of-the-dead', kind: 'rename', key, newName: null, reason: 'GroupRenamed' } as const;
  const deadAt = connector.clock.now();
  await groups.change(
    groupId('Vertrieb'),
    { ...unknown, pending: { ...pending, oldName: 'Sales', hold: null, deadAt } },
    null,
  );
  goto.changeGroupByHand(key ?? '', 'Vertrieb');
  directory.renameGroup(sales.id, 'Vertrieb');
  connector.later();
  const cycle = await connector.cycle();
  const said = (await connector.rows(cycle.id)).flatMap((row) => row.result?.entries ?? []);
  expect(said.filter((one) => one.kind === 'group')).toMatchObject([
    {
      action: 'update',
      reason: 'GroupRenamed',
      intentId: 'of-the-dead',
      before: { name: 'Sales' },
      after: { name: 'Vertrieb' },
      modified: [{ oldValue: 'Sales', newValue: 'Vertrieb' }],
    },
  ]);
  // The name it had is free again: a new group of that name would be another one.
  expect((await groups.all()).has(groupId('Sales'))).toBe(false);
  expect(groupsOf(connector, sales.members)).toEqual(['Vertrieb', 'Vertrieb']);
});

test('I03: whom GoTo invites to transfer is invited once, also where a user group waits, and comes into it later', async () => {
  connector = await withUserGroups();
  const { goto } = connector.world;
  await connector.begin();
  connector.later();
  const [ada] = assignedGroup(connector, 'Sales', 900).members;
  if (ada === undefined) throw new Error('no member');
  goto.behaviour.transferPending.add(mailOf(ada));
  expect(await connector.cycle()).toMatchObject({ counts: { created: 1, parked: 1 } });
  await cycles(connector, 2);
  expect([...goto.transferMails]).toEqual([[mailOf(ada), 1]]);
  goto.acceptTransfer(mailOf(ada));
  connector.later(6 * 60 * 60_000);
  await cycles(connector, 2);
  expect(groupOf(connector, ada)).toBe('Sales');
});

test('while Entra’s list of assignments is in doubt nobody changes user groups; who was moved meanwhile follows', async () => {
  connector = await withUserGroups();
  const { directory } = connector.world;
  const everybody = assignedGroup(connector, 'Everybody', 910);
  const sales = assignedGroup(connector, 'Sales', 900, ORGANIZER_ROLE_ID);
  const legal = assignedGroup(connector, 'Another', 920);
  for (const one of sales.members) directory.addMember(everybody.id, one.id);
  await connector.begin();
  const [mover] = everybody.members;
  if (mover === undefined) throw new Error('no member');
  const before = groupsOf(connector, sales.members);
  // The first three of four rows, while Graph counts four; then two.
  for (const shown of [0.8, 0.5]) {
    connector.stack.entra.behaviour.assignmentsShown = shown;
    directory.addMember(legal.id, mover.id);
    await cycles(connector, 1);
    await askOf(connector, sales.members[0]?.id ?? '');
    await connector.settle();
    expect(groupsOf(connector, sales.members)).toEqual(before);
    expect(groupOf(connector, mover)).toBe('Everybody');
  }
  connector.stack.entra.behaviour.assignmentsShown = 1;
  await cycles(connector, 3);
  expect(groupsOf(connector, sales.members)).toEqual(before);
  expect(groupOf(connector, mover)).toBe('Another');
});

test('while Entra’s list of assignments is in doubt, whom a stopped restart has untied stays in the user group, too', async () => {
  connector = await withUserGroups();
  const { directory } = connector.world;
  const everybody = assignedGroup(connector, 'Everybody', 910);
  const { members } = assignedGroup(connector, 'Another', 900);
  for (const { id } of members) directory.addMember(everybody.id, id);
  await connector.begin();
  pauseWhenPlanned(connector);
  connector.later();
  await restart(connector, 'Full');
  await connector.settle();
  jest.restoreAllMocks();
  await connector.run(() => connector.engine.store.pause.end());
  // The first two of three rows: without the group that decides.
  connector.stack.entra.behaviour.assignmentsShown = 0.7;
  await askOf(connector, members[0]?.id ?? '');
  await cycles(connector, 1);
  expect(groupsOf(connector, members)).toEqual(['Another', 'Another']);
});

test('a group that was renamed by hand and then in Entra leaves its former name free for another one', async () => {
  connector = await withUserGroups({ DRIFT_POLICY: 'report' });
  const { directory, goto } = connector.world;
  const sales = assignedGroup(connector, 'Sales', 900);
  await connector.begin();
  const [key = ''] = [...goto.groups].find(([, name]) => name === 'Sales') ?? [];
  goto.changeGroupByHand(key, 'Sales of old');
  directory.renameGroup(sales.id, 'Vertrieb');
  await cycles(connector, 2);
  const other = assignedGroup(connector, 'Sales', 920);
  await cycles(connector, 2);
  expect(goto.groups.get(key)).toBe('Vertrieb');
  expect(groupsOf(connector, sales.members)).toEqual(['Vertrieb', 'Vertrieb']);
  expect(groupsOf(connector, other.members)).toEqual(['Sales', 'Sales']);
});

test('R4: a new name, and a new group, that a lagging replica does not know yet are asked for again', async () => {
  connector = await withUserGroups();
  const { directory } = connector.world;
  const sales = assignedGroup(connector, 'Sales', 900);
  await connector.begin();
  await cycles(connector, 1);
  directory.renameGroup(sales.id, 'Vertrieb');
  const legal = assignedGroup(connector, 'Legal', 910);
  // Names of groups come from another replica than the deltas, the lists and the people.
  const { behaviour } = connector.stack.entra;
  const own = { usersDelta: 0, groupsDelta: 0, members: 0, users: 0, assignments: 0, checkMemberGroups: 0 } as const;
  Object.assign(behaviour, { lagMs: 60_000, lagOf: { ...own, memberCounts: 0, userAssignments: 0 } });
  await connector.cycle();
  expect(groupNames(connector)).toContain('Sales');
  await cycles(connector, 2);
  expect(groupNames(connector)).not.toContain('Sales');
  expect(groupsOf(connector, sales.members)).toEqual(['Vertrieb', 'Vertrieb']);
  expect(groupsOf(connector, legal.members)).toEqual(['Legal', 'Legal']);
});

test('a plan made right after a group was renamed in Entra shows the rename alone, as the run then does', async () => {
  connector = await withUserGroups();
  const sales = assignedGroup(connector, 'Sales', 900);
  await connector.begin();
  connector.world.directory.renameGroup(sales.id, 'Vertrieb');
  connector.later();
  const plan = await dryRun(connector, 'full');
  expect(plan.totals).toEqual({ renameGroup: 1 });
  const { goto } = connector.world;
  const [asked, written] = [goto.requests.length, goto.writes.length];
  expect(await apply(connector, plan)).toMatchObject({ state: 'succeeded', counts: { skipped: 0, failed: 0 } });
  expect(goto.requests.slice(asked).filter(({ method, path }) => method === 'PUT' && /groups/.test(path))).toHaveLength(
    1,
  );
  expect(goto.writes.length).toBe(written);
  expect(groupsOf(connector, sales.members)).toEqual(['Vertrieb', 'Vertrieb']);
  expectConverged(connector);
});

test('a group that was to be renamed, and whose name another one takes first, is made anew and its people move', async () => {
  connector = await withUserGroups();
  const sales = assignedGroup(connector, 'Sales', 900);
  await connector.begin();
  const { directory, goto } = connector.world;
  directory.renameGroup(sales.id, 'Vertrieb');
  goto.addFault({ match: '^PUT .*/groups/', kind: 'status', status: 403, times: 1 });
  await cycles(connector, 2);
  expect(goto.unfiredFaults).toEqual([]);
  const other = assignedGroup(connector, 'Sales', 950);
  await cycles(connector, 4);
  expect(groupsOf(connector, [...sales.members, ...other.members])).toEqual(['Vertrieb', 'Vertrieb', 'Sales', 'Sales']);
  expectConverged(connector);
});
