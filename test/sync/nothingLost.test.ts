/** Whatever fails, lags or lies for a while: nobody who is entitled, and no change, is forgotten (I02, I04). */
import { MEETING_LICENSE, WEBINAR_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { putSchema } from '../../shared/api/schema';
import { DEFAULT_SCHEMA } from '../../shared/mapping/schema/DEFAULT_SCHEMA';
import { ImageTable } from '../../shared/store/ImageTable';
import { settle } from '../../shared/queue/settle';
import { handleJobMessage } from '../../shared/sync/handleJobMessage';
import { apiRequest } from '../support/apiRequest';
import { expectConverged } from '../support/expectConverged';
import {
  cycles,
  entitled,
  entitlements,
  heal,
  newcomer,
  newDepartment,
  newPerson,
  someone,
  TINY,
  unassign,
} from '../support/stories';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
beforeEach(async () => {
  connector = await TestConnector.start({ world: TINY });
});
afterEach(() => connector.stop());

const FOR_EVER = 1_000_000;

test('a person assigned directly gets an account although Graph failed in the cycle that saw it', async () => {
  await connector.begin();
  newcomer(connector, 900);
  connector.stack.entra.addFault({ match: 'batch', kind: 'status', status: 503, times: FOR_EVER });
  expect((await cycles(connector, 1)).state).toBe('failed');
  heal(connector.stack.entra);
  expect(await cycles(connector, 1)).toMatchObject({ mode: 'incremental', counts: { created: 1 } });
  expectConverged(connector);
});

test('whoever lost the direct assignment loses access although the cycle that saw it failed', async () => {
  const leaver = newcomer(connector, 901);
  await connector.begin();
  unassign(connector, leaver.id);
  const other = newcomer(connector, 902);
  connector.stack.entra.addFault({ match: 'batch', kind: 'status', status: 503, times: FOR_EVER });
  expect((await cycles(connector, 1)).state).toBe('failed');
  heal(connector.stack.entra);
  await cycles(connector, 2);
  expect(connector.statusOf(leaver.id)).toBe('SUSPENDED');
  expect(connector.accountOf(other.id)?.licenseKeys).toEqual([MEETING_LICENSE]);
  expectConverged(connector);
});

test('changes of several failed cycles in a row, and of several processes, are all done by the first good one', async () => {
  await connector.begin();
  const renamed = someone(connector);
  const steps = [
    () => connector.world.directory.changeUser(renamed.id, { surname: 'First' }),
    () => newDepartment(connector, [newPerson(connector, 903)]),
    () => newcomer(connector, 904),
  ];
  for (const step of steps) {
    step();
    connector.stack.entra.addFault({ match: 'appRoleAssignedTo', kind: 'status', status: 503, times: FOR_EVER });
    expect((await cycles(connector, 1)).state).toBe('failed');
    heal(connector.stack.entra);
    await connector.restart();
  }
  expect((await cycles(connector, 1)).counts).toMatchObject({ created: 2, updated: 1 });
  expect(connector.accountOf(renamed.id)?.lastName).toBe('First');
  expectConverged(connector);
});

test('a full cycle that failed is repeated as a full one, and brings the group that it had seen', async () => {
  await connector.begin();
  const drifted = connector.accountOf(someone(connector).id);
  connector.world.goto.changeByHand(drifted?.key ?? '', { licenseKeys: [] });
  newDepartment(connector, [newPerson(connector, 905), newPerson(connector, 906)]);
  connector.later();
  connector.world.goto.addFault({ match: '/users', kind: 'status', status: 503, times: FOR_EVER });
  expect(await connector.cycle('full')).toMatchObject({ mode: 'full', state: 'failed' });
  heal(connector.world.goto);
  expect(await cycles(connector, 1)).toMatchObject({ mode: 'full', counts: { created: 2, updated: 1 } });
  expectConverged(connector);
  expect(await cycles(connector, 1)).toMatchObject({ mode: 'incremental' });
});

test.each(['emptyMembersOf', 'missingMembersOf'] as const)(
  'a newly assigned group whose members one replica does not know yet gets its accounts (%s)',
  async (lie) => {
    const people = [1, 2, 3].map((number) => newPerson(connector, 910 + number));
    await connector.begin();
    const group = newDepartment(connector, people);
    connector.stack.entra.behaviour[lie].add(group);
    await cycles(connector, 1);
    expect(people.map((person) => connector.statusOf(person.id))).toEqual(['none', 'none', 'none']);
    connector.stack.entra.behaviour[lie].clear();
    await cycles(connector, 2);
    expectConverged(connector);
  },
);

test.each(['emptyMembersOf', 'missingMembersOf'] as const)(
  'a known group that reads wrong once costs nobody anything, in a full cycle neither (%s)',
  async (lie) => {
    await connector.begin();
    const [group = ''] = connector.world.directory.groups.keys();
    connector.stack.entra.behaviour[lie].add(group);
    connector.later();
    const full = await connector.cycle('full');
    expect(full.warnings.join()).toMatch(/empty or missing/);
    connector.stack.entra.behaviour[lie].clear();
    const after = await cycles(connector, 2);
    expect(full.counts.disabled + after.counts.disabled).toBe(0);
    expectConverged(connector);
  },
);

test.each(['initial', 'full'] as const)(
  'who joined 20 seconds before a read of everything (%s) is not lost to a replica that lags by a minute',
  async (mode) => {
    const joiner = newPerson(connector, 920);
    if (mode === 'full') await connector.begin();
    connector.later();
    connector.world.directory.addMember([...connector.world.directory.groups.keys()][0] ?? '', joiner.id);
    connector.later(20_000);
    connector.stack.entra.behaviour.lagOf = { members: 60_000, users: 60_000 };
    expect((await connector.cycle('full')).mode).toBe(mode);
    connector.stack.entra.behaviour.lagOf = {};
    await cycles(connector, 2);
    expectConverged(connector);
  },
);

test('who left 20 seconds before a full cycle does not keep access till the next one', async () => {
  await connector.begin();
  const leaver = someone(connector);
  connector.later();
  unassign(connector, leaver.id);
  connector.later(20_000);
  connector.stack.entra.behaviour.lagOf = { members: 60_000, assignments: 60_000 };
  await connector.cycle('full');
  connector.stack.entra.behaviour.lagOf = {};
  await cycles(connector, 3);
  expect(connector.statusOf(leaver.id)).toBe('SUSPENDED');
});

test('another ROLE_ENTITLEMENTS reaches everybody in the next cycle, whatever the timer asked for', async () => {
  await connector.begin();
  await connector.restart(entitlements([MEETING_LICENSE, WEBINAR_LICENSE], [WEBINAR_LICENSE]));
  const cycle = await cycles(connector, 1);
  expect(cycle).toMatchObject({ mode: 'full', counts: { updated: entitled(connector).length } });
  expect(cycle.warnings.join()).toMatch(/or a setting/);
  for (const user of entitled(connector))
    expect(connector.accountOf(user.id)?.licenseKeys).toEqual([MEETING_LICENSE, WEBINAR_LICENSE]);
  expect(await cycles(connector, 1)).toMatchObject({ mode: 'incremental' });
});

test('ROLE_ENTITLEMENTS changed while a cycle runs: it ends without a mixture, and the next one applies the new', async () => {
  await connector.begin();
  const person = newcomer(connector, 940);
  connector.later();
  const started = await connector.start();
  await connector.restart(entitlements([WEBINAR_LICENSE], [MEETING_LICENSE]));
  await connector.settle();
  const running = await connector.view(started.started ? started.cycle.id : '');
  expect(running).toMatchObject({ state: 'failed', counts: { created: 0 } });
  expect(running.error).toMatch(/settings were changed/);
  expect(await cycles(connector, 1)).toMatchObject({ mode: 'full', state: 'succeeded' });
  expect(connector.accountOf(person.id)?.licenseKeys).toEqual([WEBINAR_LICENSE]);
});

/** The built-in mapping, with the last name from another attribute. */
function lastNameFrom(name: string): object {
  const [rule] = DEFAULT_SCHEMA.synchronizationRules;
  const [mapping] = rule.objectMappings;
  const own = {
    targetAttributeName: 'name.familyName',
    source: { expression: `[${name}]`, name, type: 'Attribute', parameters: [] },
  };
  const attributeMappings = [
    ...mapping.attributeMappings.filter((one) => one.targetAttributeName !== own.targetAttributeName),
    own,
  ];
  return {
    ...DEFAULT_SCHEMA,
    synchronizationRules: [{ ...rule, objectMappings: [{ ...mapping, attributeMappings }] }],
  };
}

test('a mapping put while a cycle applies reaches whom that cycle had under way, too', async () => {
  await connector.begin();
  const person = newcomer(connector, 950, { department: 'Research' });
  connector.later();
  await connector.start();
  await putSchema(connector.engine, apiRequest(lastNameFrom('department')));
  await connector.settle();
  await cycles(connector, 1);
  expect(connector.accountOf(person.id)?.lastName).toBe('Research');
  for (const user of entitled(connector)) expect(connector.accountOf(user.id)?.lastName).toBe(user.department);
});

test('who was unassigned when the mapping changed is judged by the new one when they come back', async () => {
  const person = newcomer(connector, 951, { department: 'Research' });
  await connector.begin();
  unassign(connector, person.id);
  await cycles(connector, 2);
  expect(connector.statusOf(person.id)).toBe('SUSPENDED');
  await putSchema(connector.engine, apiRequest(lastNameFrom('department')));
  await connector.settle();
  await cycles(connector, 2);
  connector.world.directory.assign(person.id, 'User');
  await cycles(connector, 1);
  expect(connector.accountOf(person.id)).toMatchObject({ lastName: 'Research', licenseKeys: [MEETING_LICENSE] });
});

test('a change that GoTo refused, and one that came later for the same person, are both done in the end', async () => {
  await connector.begin();
  const person = someone(connector);
  const key = connector.accountOf(person.id)?.key ?? '';
  connector.world.directory.changeUser(person.id, { surname: 'First' });
  connector.world.goto.behaviour.refusesPerson.set(key, 422);
  expect((await cycles(connector, 1)).counts.failed).toBe(1);
  connector.world.directory.changeUser(person.id, { givenName: 'Second' });
  connector.world.goto.behaviour.refusesPerson.clear();
  await cycles(connector, 1);
  expect(connector.accountOf(person.id)).toMatchObject({ firstName: 'Second', lastName: 'First' });
});

test('a planner that lost its message stores an older list of assignments behind the younger one: the younger one holds', async () => {
  await connector.begin();
  const { engine, world } = connector;
  connector.later();
  const withdrawn = newcomer(connector, 920);
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own receiver
  const original = ImageTable.prototype.putAssignments;
  let stored = 0;
  const held = jest.spyOn(ImageTable.prototype, 'putAssignments').mockImplementation(async function (
    this: ImageTable,
    list,
  ) {
    stored += 1;
    if (stored === 1) {
      world.directory.unassign(withdrawn.id);
      newcomer(connector, 921);
      const cycleId = (await engine.store.turn.current())?.cycleId ?? '';
      await settle(engine.sender, await handleJobMessage(engine, { kind: 'job', cycleId, n: 0 }, 2));
    }
    await original.call(this, list);
  });
  await connector.cycle();
  held.mockRestore();
  expect(stored).toBeGreaterThan(1);
  await cycles(connector, 2);
  expectConverged(connector);
});
