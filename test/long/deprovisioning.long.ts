/** Who leaves, and how (entra-provisioning.md 1.7), and accidents of people: rows that no other file tells. */
import type { EntraUser } from '../../local/simulators/entra/EntraDirectory';
import { MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { DEFAULT_SCHEMA } from '../../shared/mapping/schema/DEFAULT_SCHEMA';
import { expectConverged } from '../support/expectConverged';
import { deleteMeant, putMeant } from '../support/meantMapping';
import { dryRun, intended } from '../support/plans';
import { cycles, newcomer, TINY } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
let number = 500;
beforeAll(async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
});
afterAll(() => connector.stop());

/** Somebody with an account, who was assigned directly. */
async function colleague(more: Partial<EntraUser> = {}) {
  const person = newcomer(connector, (number += 1), more);
  await cycles(connector, 2);
  return { person, key: connector.accountOf(person.id)?.key ?? '' };
}

const writesTo = (key: string) => connector.world.goto.writes.filter((write) => write.userKey === key).length;
const licensesOf = (key: string) => connector.world.goto.users.get(key)?.latest?.licenseKeys;

test('unassigned first, deleted later: disabled once, and not touched again when the person is gone for good', async () => {
  const { person, key } = await colleague();
  connector.world.directory.unassign(person.id);
  await cycles(connector, 2);
  expect(licensesOf(key)).toEqual([]);
  const writes = writesTo(key);
  connector.world.directory.deleteUser(person.id);
  await cycles(connector, 2);
  connector.world.directory.purgeUser(person.id);
  await cycles(connector, 2);
  connector.later();
  await connector.cycle('full');
  expect(writesTo(key)).toBe(writes);
  expect(connector.world.goto.users.get(key)?.latest).toBeDefined();
});

test('SKIP_OUT_OF_SCOPE_DELETIONS: who is unassigned keeps the account, who is blocked or deleted does not', async () => {
  const [left, blocked, deleted] = [await colleague(), await colleague(), await colleague()];
  await connector.restart({ SKIP_OUT_OF_SCOPE_DELETIONS: 'true' });
  connector.world.directory.unassign(left.person.id);
  connector.world.directory.changeUser(blocked.person.id, { accountEnabled: false });
  connector.world.directory.deleteUser(deleted.person.id);
  await cycles(connector, 3);
  expect([left, blocked, deleted].map(({ key }) => licensesOf(key))).toEqual([[MEETING_LICENSE], [], []]);
  await connector.restart({ SKIP_OUT_OF_SCOPE_DELETIONS: 'false' });
  await cycles(connector, 3);
  expect(licensesOf(left.key)).toEqual([]);
});

test('a read without its watermark while people are out of scope gives and takes nothing', async () => {
  const { person, key } = await colleague();
  connector.world.directory.unassign(person.id);
  await cycles(connector, 2);
  const writes = connector.world.goto.writes.length;
  await connector.engine.store.watermark.forget();
  connector.later();
  expect(await connector.cycle('full')).toMatchObject({ mode: 'initial', state: 'succeeded' });
  await cycles(connector, 2);
  expect(connector.world.goto.writes).toHaveLength(writes);
  expect(licensesOf(key)).toEqual([]);
});

test('disabled and enabled again within a minute changes nothing', async () => {
  const { person, key } = await colleague();
  const writes = writesTo(key);
  connector.world.directory.changeUser(person.id, { accountEnabled: false });
  connector.clock.advance(40_000);
  connector.world.directory.changeUser(person.id, { accountEnabled: true });
  await cycles(connector, 2);
  expect(writesTo(key)).toBe(writes);
});

test('two changes between two cycles are one write of the newest values; one during a cycle comes with the next', async () => {
  const { person, key } = await colleague();
  const writes = writesTo(key);
  connector.world.directory.changeUser(person.id, { surname: 'First' });
  connector.world.directory.changeUser(person.id, { surname: 'Second', givenName: 'New' });
  await cycles(connector, 1);
  expect(writesTo(key)).toBe(writes + 1);
  connector.later();
  await connector.start();
  connector.world.directory.changeUser(person.id, { surname: 'Third' });
  await connector.settle();
  await cycles(connector, 2);
  expect(connector.accountOf(person.id)).toMatchObject({ key, firstName: 'New', lastName: 'Third' });
  expectConverged(connector);
});

test('an account that GoTo does not suspend is told as access that remains, and tried again', async () => {
  const { person, key } = await colleague();
  connector.world.directory.changeUser(person.id, { accountEnabled: false });
  connector.later();
  const started = await connector.start();
  if (!started.started) throw new Error('a cycle is running');
  // GoTo gives the licence back by a rule of its own, between the write and the proof.
  const goto = connector.world.goto;
  const timer = setInterval(() => {
    if (licensesOf(key)?.length === 0) goto.changeByHand(key, { licenseKeys: [MEETING_LICENSE] });
  }, 1);
  try {
    await connector.settle();
  } finally {
    clearInterval(timer);
  }
  expect(await connector.view(started.cycle.id)).toMatchObject({ counts: { disabled: 0, parked: 1 } });
  expect(await connector.entry(started.cycle.id, person.id)).toMatchObject({
    status: 'parked',
    errorCode: 'AccessRemains',
    errorMessage: expect.stringMatching(/Access remains: GoTo shows the account as ACTIVE|INVITED/) as unknown,
  });
  await cycles(connector, 1);
  expect(licensesOf(key)).toEqual([]);
});

/** The built-in mapping, by which only whom these clauses let through is looked at. */
function schemaWithInputFilter(department: string): object {
  const [rule] = DEFAULT_SCHEMA.synchronizationRules;
  const [mapping] = rule.objectMappings;
  const clauses = [
    { operatorName: 'EQUALS', sourceOperandName: 'department', targetOperand: { values: [department] } },
  ];
  const scope = { inputFilterGroups: [{ name: 'filter', clauses }] };
  return { ...DEFAULT_SCHEMA, synchronizationRules: [{ ...rule, objectMappings: [{ ...mapping, scope }] }] };
}

test('who is deleted goes by what Entra showed last: an input filter keeps nobody’s access who was within it', async () => {
  await putMeant(connector.engine, schemaWithInputFilter('Sales'));
  await connector.settle();
  const within = await colleague({ department: 'Sales' });
  const outside = await colleague({ department: 'Sales' });
  connector.world.directory.changeUser(outside.person.id, { department: 'Others' });
  await cycles(connector, 1);
  for (const { person } of [within, outside]) connector.world.directory.deleteUser(person.id);
  expect(intended(await dryRun(connector))).toEqual([`${within.person.id} disable`]);
  await cycles(connector, 2);
  connector.later();
  await connector.cycle('full');
  expect([within, outside].map(({ key }) => licensesOf(key))).toEqual([[], [MEETING_LICENSE]]);
  connector.world.directory.restoreUser(within.person);
  await cycles(connector, 3);
  expect(licensesOf(within.key)).toEqual([MEETING_LICENSE]);
  await deleteMeant(connector.engine);
  await connector.settle();
});
