/** SCOPE=all: everybody in the directory whom the filters let through; without an assignment they get what Default Access gives. */
import { ORGANIZER_ROLE_ID, type EntraUser } from '../../local/simulators/entra/EntraDirectory';
import { MEETING_LICENSE, WEBINAR_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { newUser } from '../../local/simulators/world/buildWorld';
import { putSchema } from '../../shared/api/schema';
import { DEFAULT_SCHEMA } from '../../shared/mapping/schema/DEFAULT_SCHEMA';
import { apiRequest } from '../support/apiRequest';
import { askOf } from '../support/demand';
import { expectConverged } from '../support/expectConverged';
import { apply, dryRun } from '../support/plans';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
afterEach(() => connector.stop());

const ALL = {
  SCOPE: 'all',
  PROVISION_DEFAULT_ACCESS: 'true',
  ROLE_ENTITLEMENTS: JSON.stringify({
    'Default Access': { licenseKeys: [MEETING_LICENSE] },
    User: { licenseKeys: [MEETING_LICENSE] },
    webinar: { licenseKeys: [MEETING_LICENSE, WEBINAR_LICENSE] },
  }),
};

/** Everybody in the directory who may sign in. */
const everybody = (): string[] =>
  [...connector.world.directory.users].flatMap(([id, { latest }]) =>
    typeof latest === 'object' && latest.accountEnabled ? [id] : [],
  );

async function cycles(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    connector.later();
    await connector.cycle();
  }
}

const mailOf = (user: EntraUser): string => user.mail ?? user.userPrincipalName;

test('everybody gets an account; who comes, changes, is assigned, is blocked or leaves the directory is followed by delta', async () => {
  connector = await TestConnector.start({
    world: { people: 8, groups: 1, membersPerGroup: 2, existingShare: 0.3 },
    settings: ALL,
  });
  const { directory, goto, random } = connector.world;
  await connector.begin();
  expectConverged(connector, everybody());
  await cycles(2);
  const calls = connector.mark();
  await cycles(1);
  expect(calls.since()).toEqual({ graph: 3, goto: 0, gotoWrites: 0 });

  const [renamed = '', assigned = '', blocked = '', deleted = '', lost = ''] = everybody()
    .filter((id) => !directory.entitledIds().has(id))
    .sort();
  const gone = [directory.user(deleted), directory.user(lost)];
  const joiner = directory.addUser(newUser(random, 920));
  directory.changeUser(renamed, { surname: 'Later' });
  directory.assign(assigned, 'User', ORGANIZER_ROLE_ID);
  directory.changeUser(blocked, { accountEnabled: false });
  for (const { id } of gone) directory.deleteUser(id);
  directory.purgeUser(lost);
  await cycles(3);
  expectConverged(connector, everybody());
  expect(connector.statusOf(joiner.id)).toBe('INVITED');
  expect(connector.accountOf(renamed)?.lastName).toBe('Later');
  expect(connector.accountOf(assigned)?.licenseKeys).toContain(WEBINAR_LICENSE);
  for (const user of gone) expect(goto.byEmail(mailOf(user))?.licenseKeys).toEqual([]);
  // Back to what everybody gets.
  directory.unassign(assigned);
  await cycles(3);
  expect(connector.accountOf(assigned)?.licenseKeys).toEqual([MEETING_LICENSE]);
  const answer = await askOf(connector, joiner.id, { dryRun: true });
  expect(JSON.stringify(answer)).toContain('as everybody in the directory');

  // Without it, only who is assigned keeps the account.
  await connector.restart({ SCOPE: 'assigned' });
  await cycles(3);
  expectConverged(connector);
});

test('I05: a list of users that lacks people takes nothing from them: each is asked for by id', async () => {
  connector = await TestConnector.start({
    world: { people: 6, groups: 1, membersPerGroup: 1, existingShare: 0 },
    settings: ALL,
  });
  await connector.begin();
  await cycles(2);
  // As old as the company is not: the list knows nobody.
  connector.stack.entra.behaviour.lagOf.usersList = 30 * 86_400_000;
  connector.later();
  expect(await connector.cycle('full')).toMatchObject({ state: 'succeeded', counts: { disabled: 0 } });
  await cycles(2);
  expectConverged(connector, everybody());
});

test('thousands are read by pages, and a scoping filter leaves people out', async () => {
  connector = await TestConnector.start({
    world: { people: 1_050, groups: 1, membersPerGroup: 1, existingShare: 0 },
    settings: ALL,
  });
  const [rule] = DEFAULT_SCHEMA.synchronizationRules;
  const [mapping] = rule.objectMappings;
  const clauses = [
    { operatorName: 'EQUALS', sourceOperandName: 'department', targetOperand: { values: ['Sales'] } },
    { operatorName: 'EQUALS', sourceOperandName: 'country', targetOperand: { values: ['Germany'] } },
  ];
  const scope = { groups: [{ name: 'German sales', clauses }] };
  await putSchema(
    connector.engine,
    apiRequest({ ...DEFAULT_SCHEMA, synchronizationRules: [{ ...rule, objectMappings: [{ ...mapping, scope }] }] }),
  ).catch(() => undefined);
  await connector.settle();
  connector.later();
  const calls = connector.mark();
  const { entries } = await dryRun(connector, 'full');
  expect(calls.since().graph).toBeLessThan(12);
  const wanted = everybody().filter((id) => {
    const user = connector.world.directory.user(id);
    return user.department === 'Sales' && user.country === 'Germany';
  });
  expect(wanted.length).toBeGreaterThan(20);
  expect(
    [
      ...connector.world.goto
        .all()
        .filter((one) => one.licenseKeys.length > 0)
        .map((one) => one.email.toLowerCase()),
    ].sort(),
  ).toEqual(wanted.map((id) => mailOf(connector.world.directory.user(id)).toLowerCase()).sort());
  expect(entries.filter((one) => one.state === 'planned')).toEqual([]);
});

test('from assigned people to everybody: what the plan intends is what its apply does, also for people never read', async () => {
  connector = await TestConnector.start({
    world: { people: 8, groups: 1, membersPerGroup: 2, existingShare: 0 },
    settings: { ...ALL, SCOPE: 'assigned' },
  });
  await connector.begin();
  connector.later();
  await connector.restart({ SCOPE: 'all' });
  const plan = await dryRun(connector, 'full');
  expect(plan.totals).toEqual({ create: 6 });
  expect(await apply(connector, plan)).toMatchObject({ state: 'succeeded', counts: { created: 6, skipped: 0 } });
  expectConverged(connector, everybody());
});

test('a rule for Default Access may name a user group: everybody without an assignment comes into it', async () => {
  const rules = {
    'Default Access': { licenseKeys: [MEETING_LICENSE], groupName: 'Staff' },
    User: { licenseKeys: [MEETING_LICENSE], groupName: 'Chosen' },
  };
  connector = await TestConnector.start({
    world: { people: 6, groups: 1, membersPerGroup: 2, existingShare: 0 },
    settings: { ...ALL, PROVISION_GROUPS: 'true', ROLE_ENTITLEMENTS: JSON.stringify(rules) },
  });
  expect(await connector.begin()).toMatchObject({ state: 'succeeded', counts: { failed: 0 } });
  const { goto, directory } = connector.world;
  const groupOf = (id: string): string | undefined => goto.groups.get(connector.accountOf(id)?.groupKey ?? '');
  const chosen = directory.entitledIds();
  for (const id of everybody()) expect([id, groupOf(id)]).toEqual([id, chosen.has(id) ? 'Chosen' : 'Staff']);
});
