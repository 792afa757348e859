/** I05: what only a list says is asked about once more before anything is taken, and what is refuted leaves no trace. */
import { honestEntra } from '../../local/simulators/entra/EntraBehaviour';
import { ORGANIZER_ROLE_ID } from '../../local/simulators/entra/EntraDirectory';
import { MEETING_LICENSE, WEBINAR_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { postStart } from '../../shared/api/controlJob';
import { GotoAccounts } from '../../shared/goto/GotoAccounts';
import { DEFAULT_SCHEMA } from '../../shared/mapping/schema/DEFAULT_SCHEMA';
import { ConnectorError } from '../../shared/model/ConnectorError';
import { PlansTable } from '../../shared/store/PlansTable';
import { apiRequest } from '../support/apiRequest';
import { decide, planOf } from '../support/approvals';
import { askOf } from '../support/demand';
import { expectConverged } from '../support/expectConverged';
import { expectLogged } from '../support/expectLogged';
import { putMeant } from '../support/meantMapping';
import { pauseWhenPlanned } from '../support/pauseWhenPlanned';
import { apply, dryRun, revert } from '../support/plans';
import { around, cycles, newcomer, someone, TINY } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
beforeEach(async () => {
  connector = await TestConnector.start({ world: TINY });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

/** Of the list of assignments the last row is missing, and Graph's count does not tell. */
function hideLastAssignment(): void {
  const { behaviour } = connector.stack.entra;
  const rows = connector.world.directory.assignmentsAt(connector.clock.now()).length;
  behaviour.assignmentsShown = 1 - 0.5 / rows;
  behaviour.countsWhatIsShown = true;
}

test('one of several roles that the list hides for hours is kept, and told by name; one that is gone is taken', async () => {
  const person = someone(connector);
  connector.world.directory.assign(person.id, 'User', ORGANIZER_ROLE_ID);
  await connector.begin();
  const held = (): string[] => [...(connector.accountOf(person.id)?.licenseKeys ?? [])].sort();
  const both = [MEETING_LICENSE, WEBINAR_LICENSE];
  expect(held()).toEqual(both);
  hideLastAssignment();
  const told: string[] = [];
  for (let count = 0; count < 4; count += 1) {
    told.push(...(await cycles(connector, 1)).warnings);
    expect(held()).toEqual(both);
  }
  expect(told.join()).toContain(`Entra shows it when asked about each: ${person.displayName}.`);
  connector.world.directory.unassign(person.id);
  connector.stack.entra.behaviour.assignmentsShown = 1;
  await cycles(connector, 3);
  expect(held()).toEqual([MEETING_LICENSE]);
});

test('while one of several roles is in doubt another change is written, and the role is asked about all the same', async () => {
  const person = someone(connector);
  connector.world.directory.assign(person.id, 'User', ORGANIZER_ROLE_ID);
  await connector.begin();
  const both = connector.accountOf(person.id)?.licenseKeys;
  expect(both).toHaveLength(2);
  hideLastAssignment();
  connector.world.directory.changeUser(person.id, { surname: 'Married' });
  const seen: unknown[] = [];
  for (let count = 0; count < 4; count += 1) {
    await cycles(connector, 1);
    seen.push(connector.accountOf(person.id)?.licenseKeys);
  }
  expect(seen).toEqual([both, both, both, both]);
  expect(connector.accountOf(person.id)?.lastName).toBe('Married');
});

test('a group that was refuted once is asked about again as long as its list hides somebody who is assigned otherwise, too', async () => {
  const { directory } = connector.world;
  const person = newcomer(connector, 902);
  const group = directory.addGroup('Organizers');
  directory.addMembers(group.id, [person.id]);
  directory.assign(group.id, 'Group', ORGANIZER_ROLE_ID);
  await connector.begin();
  const both = connector.accountOf(person.id)?.licenseKeys;
  expect(both).toHaveLength(2);
  const { behaviour } = connector.stack.entra;
  behaviour.emptyMembersOf.add(group.id);
  behaviour.countsWhatIsShown = true;
  connector.later();
  await connector.cycle('full');
  const told: string[] = [];
  for (let count = 0; count < 8; count += 1) {
    told.push(...(await cycles(connector, 1)).warnings);
    expect(connector.accountOf(person.id)?.licenseKeys).toEqual(both);
  }
  expect(told.filter((one) => one.includes('Entra shows it when asked about each')).length).toBeGreaterThan(1);
});

test('an absence that was over when a stopped cycle looked is a new one when it comes back', async () => {
  const person = newcomer(connector, 903);
  await connector.begin();
  const { behaviour } = connector.stack.entra;
  // The list is the only evidence then.
  behaviour.refusesAssignmentsOf = true;
  hideLastAssignment();
  expect(await cycles(connector, 1)).toMatchObject({ skippedByReason: { AbsenceUnconfirmed: 1 } });
  behaviour.assignmentsShown = 1;
  connector.world.directory.changeUser(person.id, { surname: 'Married' });
  pauseWhenPlanned(connector);
  expect(await cycles(connector, 1)).toMatchObject({ state: 'superseded', counts: { held: 1 } });
  jest.restoreAllMocks();
  hideLastAssignment();
  connector.later();
  await connector.run(() => postStart(connector.engine, apiRequest('')));
  await connector.settle();
  expect(connector.statusOf(person.id)).not.toBe('SUSPENDED');
});

test('a removal that Entra refutes right before the write is not counted against the limit', async () => {
  const person = newcomer(connector, 900);
  await connector.begin();
  hideLastAssignment();
  const [, second] = [await cycles(connector, 1), await cycles(connector, 1)];
  expect(second).toMatchObject({ counts: { disabled: 0 }, skippedByReason: { AbsenceDoubted: 1 } });
  expect(await connector.entry(second.id, person.id)).toMatchObject({ reason: 'AbsenceDoubted', status: 'skipped' });
  expect((await connector.engine.store.removalWindow.read(connector.clock.now())).people.size).toBe(0);
  expectConverged(connector);
});

test('to move to another enterprise application, an admin looks at the plan and applies it', async () => {
  await connector.begin();
  const { app } = connector.world.directory;
  Object.assign(app, { id: '99999999-9999-4999-8999-999999999999', appId: '77777777-7777-4777-8777-777777777777' });
  await connector.restart({ ENTRA_APP_ID: app.appId });
  const joiner = newcomer(connector, 901);
  expect(await cycles(connector, 1)).toMatchObject({
    state: 'failed',
    error: expect.stringMatching(/another enterprise application.*dryRun/) as unknown,
  });
  expect(connector.statusOf(joiner.id)).toBe('none');
  const plan = await dryRun(connector, 'full');
  expect(await apply(connector, plan)).toMatchObject({ state: 'succeeded', counts: { created: 1 } });
  expect(await cycles(connector, 1)).toMatchObject({ state: 'succeeded' });
  expectConverged(connector);
});

test('a page that comes twice in place of another one takes access from nobody', async () => {
  const people = [newcomer(connector, 904), newcomer(connector, 905)];
  await connector.begin();
  const { behaviour } = connector.stack.entra;
  const rows = connector.world.directory.assignmentsAt(connector.clock.now()).length;
  Object.assign(behaviour, { pageCap: rows - 2, repeatsFirstPage: true, refusesAssignmentsOf: true });
  const told: string[] = [];
  for (let count = 0; count < 3; count += 1) told.push(...(await cycles(connector, 1)).warnings);
  expect(told.join()).toContain(`list of assignments has ${rows - 2} rows, but Graph counts ${rows}`);
  expect(seated(people.map(({ id }) => id))).toEqual(['INVITED', 'INVITED']);
  Object.assign(behaviour, honestEntra());
  await cycles(connector, 1);
  expectConverged(connector);
});

test('a list that a group made short for good, and whose length Graph does not tell: one approval ends the doubt', async () => {
  const { directory } = connector.world;
  const people = Array.from({ length: 6 }, (_, index) => newcomer(connector, 910 + index).id);
  const [first = '', second = ''] = people;
  await connector.begin();
  const [groupId = ''] = directory.groups.keys();
  connector.stack.entra.behaviour.hidesAssignmentCount = true;
  directory.addMembers(groupId, people);
  for (const id of people) directory.unassign(id);
  expect((await cycles(connector, 1)).warnings.join()).toContain('has 2 rows, and had 8');
  connector.later(25 * 3_600_000);
  directory.removeMember(groupId, first);
  const asked = await cycles(connector, 2);
  expect(asked).toMatchObject({ state: 'awaitingApproval', counts: { staged: 1, disabled: 0 } });
  await decide(connector, 'approve', asked.id, (await planOf(connector, asked.id)).hash);
  await connector.settle();
  directory.removeMember(groupId, second);
  expect(await cycles(connector, 2)).toMatchObject({ state: 'succeeded', counts: { disabled: 1 }, warnings: [] });
  expect(seated(people)).toEqual(['SUSPENDED', 'SUSPENDED', ...people.slice(2).map(() => 'INVITED')]);
});

test('a list that Graph’s count contradicts for days takes one of several roles from nobody, as nobody is asked about it', async () => {
  const person = someone(connector);
  connector.world.directory.assign(person.id, 'User', ORGANIZER_ROLE_ID);
  await connector.begin();
  const both = connector.accountOf(person.id)?.licenseKeys;
  hideLastAssignment();
  Object.assign(connector.stack.entra.behaviour, { countsWhatIsShown: false, refusesAssignmentsOf: true });
  await cycles(connector, 2);
  connector.later(25 * 3_600_000);
  await connector.cycle('full');
  await cycles(connector, 2);
  expect(connector.accountOf(person.id)?.licenseKeys).toEqual(both);
  Object.assign(connector.stack.entra.behaviour, honestEntra());
  connector.world.directory.unassign(person.id);
  await cycles(connector, 3);
  expect(connector.accountOf(person.id)?.licenseKeys).toEqual([MEETING_LICENSE]);
});

/** Three people in each group; its list shows two of them, and asked by person nobody is in any. */
const CUT = { membersShown: 0.5, hidesMemberships: true };
const seated = (ids: readonly string[]): string[] => ids.map((id) => connector.statusOf(id));

test('a group whose list lost people whom Graph counts takes access from nobody; after a day of it an admin is asked', async () => {
  await connector.begin();
  const { behaviour } = connector.stack.entra;
  const people = [...connector.world.directory.entitledIds()];
  const before = seated(people);
  Object.assign(behaviour, CUT);
  connector.later();
  const told = await connector.cycle('full');
  expect(told.warnings.join()).toMatch(/members of group \S+ has \d rows, but Graph counts \d/);
  for (let hours = 0; hours < 24; hours += 6) {
    connector.later(6 * 3_600_000);
    expect(await connector.cycle(hours === 12 ? 'full' : 'incremental')).toMatchObject({ state: 'succeeded' });
  }
  expect(await cycles(connector, 1)).toMatchObject({ state: 'awaitingApproval', counts: { disabled: 0 } });
  expect(seated(people)).toEqual(before);
  Object.assign(behaviour, honestEntra());
  connector.later(3_600_000);
  await connector.cycle('full');
  await cycles(connector, 2);
  expectConverged(connector);
});

test('a group whose list Graph’s count contradicts for days takes one of several roles from nobody, as nobody is asked about it', async () => {
  const { directory } = connector.world;
  const person = newcomer(connector, 920);
  const group = directory.addGroup('Organizers');
  directory.addMembers(group.id, [someone(connector).id, person.id]);
  directory.assign(group.id, 'Group', ORGANIZER_ROLE_ID);
  await connector.begin();
  const both = connector.accountOf(person.id)?.licenseKeys;
  expect(both).toHaveLength(2);
  Object.assign(connector.stack.entra.behaviour, CUT);
  connector.later();
  await connector.cycle('full');
  connector.later(25 * 3_600_000);
  await connector.cycle('full');
  await cycles(connector, 3);
  expect(connector.accountOf(person.id)?.licenseKeys).toEqual(both);
  Object.assign(connector.stack.entra.behaviour, honestEntra());
  directory.removeMember(group.id, person.id);
  connector.later(3_600_000);
  await cycles(connector, 4);
  expect(connector.accountOf(person.id)?.licenseKeys).toEqual([MEETING_LICENSE]);
});

test('who leaves a group goes in time though Graph still counts them', async () => {
  await connector.begin();
  const { directory } = connector.world;
  const [groupId = '', group] = [...directory.groups][0] ?? [];
  const [leaver = ''] = group?.latest.members.keys() ?? [];
  connector.stack.entra.behaviour.lagOf.memberCounts = 86_400_000;
  directory.removeMember(groupId, leaver);
  connector.later();
  await connector.cycle('full');
  await cycles(connector, 1);
  expect(connector.statusOf(leaver)).toBe('SUSPENDED');
});

test('where Graph does not tell its count, each person is asked about', async () => {
  await connector.begin();
  const before = seated([...connector.world.directory.entitledIds()]);
  Object.assign(connector.stack.entra.behaviour, { membersShown: 0.5, refusesMemberCounts: true });
  connector.later();
  await connector.cycle('full');
  await cycles(connector, 3);
  expect(seated([...connector.world.directory.entitledIds()])).toEqual(before);
});

/** Whoever has no department is out of scope. */
function schemaOfDepartments(): object {
  const [rule] = DEFAULT_SCHEMA.synchronizationRules;
  const [mapping] = rule.objectMappings;
  const clauses = [{ operatorName: 'IS NOT NULL', sourceOperandName: 'department', targetOperand: { values: [] } }];
  const scope = { groups: [{ name: 'filter', clauses }] };
  return { ...DEFAULT_SCHEMA, synchronizationRules: [{ ...rule, objectMappings: [{ ...mapping, scope }] }] };
}

test('whom a filter leaves out is looked at right before the removal, an approved one too: who is within again keeps access', async () => {
  await connector.begin();
  const { directory } = connector.world;
  const [back, gone] = [someone(connector, 0), someone(connector, 1)];
  await putMeant(connector.engine, schemaOfDepartments());
  await connector.settle();
  await connector.restart({ REMOVAL_LIMIT_COUNT: '1' });
  const department = (id: string, value: string | null): void => {
    directory.changeUser(id, { department: value });
  };
  for (const { id } of [back, gone]) department(id, null);
  const staged = await cycles(connector, 1);
  expect(staged).toMatchObject({ state: 'awaitingApproval', counts: { staged: 2 } });
  // When a lane begins: behind the last reading of the plan that was approved.
  around(PlansTable.prototype, 'chunk', {
    after: () => {
      if (connector.world.directory.user(back.id).department === null) department(back.id, 'Sales');
    },
  });
  await decide(connector, 'approve', staged.id, (await planOf(connector, staged.id)).hash);
  await connector.settle();
  expect(connector.statusOf(gone.id)).toBe('SUSPENDED');
  expect(connector.statusOf(back.id)).not.toBe('SUSPENDED');
  expect(await connector.entry(staged.id, back.id)).toMatchObject({ reason: 'AbsenceDoubted' });
});

test('a request for one person does not believe a list that Graph’s count contradicts, however long it lasts', async () => {
  const person = newcomer(connector, 900);
  await connector.begin();
  await cycles(connector, 1);
  const { behaviour } = connector.stack.entra;
  Object.assign(behaviour, { assignmentsShown: 0, refusesAssignmentsOf: true });
  for (const wait of [0, 3 * 60_000, 25 * 3_600_000]) {
    connector.later(wait);
    expect(await askOf(connector, person.id)).toMatchObject({ status: 'skipped', reason: 'ListUncertified' });
    await connector.settle();
    // A cycle has seen the list, too.
    if (wait > 0) await cycles(connector, 1);
  }
  expect(connector.accountOf(person.id)?.licenseKeys).toEqual([MEETING_LICENSE]);
  Object.assign(behaviour, honestEntra());
  await cycles(connector, 3);
  expectConverged(connector);
});

test('nobody moves to another enterprise application by an undo, even one whose removals are approved', async () => {
  const removed = { REMOVAL_LIMIT_COUNT: '0' };
  await connector.restart(removed);
  const first = await connector.begin();
  await connector.restart({ ENTRA_APP_ID: '77777777-7777-4777-8777-777777777777' });
  const { app } = connector.world.directory;
  Object.assign(app, { id: '99999999-9999-4999-8999-999999999999', appId: '77777777-7777-4777-8777-777777777777' });
  connector.later();
  const staged = await apply(connector, await revert(connector, first.id));
  expect(staged).toMatchObject({ state: 'awaitingApproval' });
  const { hash } = await planOf(connector, staged.id);
  await decide(connector, 'approve', staged.id, hash);
  await connector.settle();
  expect(await cycles(connector, 1)).toMatchObject({
    state: 'failed',
    error: expect.stringMatching(/another enterprise application/) as unknown,
  });
});

test('I12: a look behind which GoTo makes the proof wait is no younger by that: what it does not show yet is looked for again', async () => {
  await connector.begin();
  const person = newcomer(connector, 930);
  jest.spyOn(GotoAccounts.prototype, 'get').mockImplementationOnce(() => {
    connector.later(5 * 60_000);
    return Promise.reject(
      new ConnectorError('no such account', { code: 'NotFound', sent: true, repeatable: false, scope: 'object' }),
    );
  });
  expect(await cycles(connector, 1)).toMatchObject({ state: 'succeeded', counts: { created: 1, parked: 0 } });
  expect((await connector.engine.store.people.get(person.id)).person).toMatchObject({
    link: { key: connector.accountOf(person.id)?.key },
    pending: null,
  });
  await expectLogged(connector);
});
