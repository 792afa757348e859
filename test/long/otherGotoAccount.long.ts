/** The settings name another GoTo account than the one that people's accounts are in: nobody gets a second account unasked. */
import { PlansTable } from '../../shared/store/PlansTable';
import { askOf } from '../support/demand';
import { expectConverged } from '../support/expectConverged';
import { apply, askToApply, dryRun } from '../support/plans';
import { cycles, mailOf, newcomer, TINY } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
beforeEach(async () => {
  connector = await TestConnector.start({ world: TINY });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

const OTHER = '2000000000000000303';
const TOLD: unknown = expect.stringMatching(new RegExp(`names the GoTo account ${OTHER}.*dryRun`));

/** The administrator has another account, empty but for them, and the settings name it. */
async function nameOther(): Promise<void> {
  const { goto } = connector.world;
  for (const { key } of goto.all()) if (key !== goto.ownerKey) goto.removeByHand(key);
  goto.accountKey = OTHER;
  await connector.restart({ GOTO_ACCOUNT_KEY: OTHER });
}

test.each(['incremental', 'full'] as const)('a cycle says so and changes nothing (%s)', async (mode) => {
  await connector.begin();
  await nameOther();
  const joiner = newcomer(connector, 901);
  const writes = connector.world.goto.writes.length;
  connector.later();
  expect(await connector.cycle(mode)).toMatchObject({ state: 'failed', error: TOLD });
  await expect(askOf(connector, joiner.id)).rejects.toMatchObject({ message: TOLD });
  expect(connector.world.goto.writes).toHaveLength(writes);
});

test('to move there, an admin looks at the plan and applies it', async () => {
  await connector.begin();
  await nameOther();
  await cycles(connector, 1);
  const plan = await dryRun(connector, 'full');
  expect(await apply(connector, plan)).toMatchObject({
    state: 'succeeded',
    counts: { created: plan.totals['create'] },
  });
  expect(await cycles(connector, 2)).toMatchObject({ state: 'succeeded', counts: { created: 0 } });
  expectConverged(connector);
});

test('whoever waited for a transfer in the former account has an account in the other', async () => {
  const person = newcomer(connector, 903);
  const { behaviour } = connector.world.goto;
  behaviour.transferPending.add(mailOf(person));
  await connector.begin();
  expect(connector.statusOf(person.id)).toBe('none');
  await nameOther();
  behaviour.transferPending.clear();
  connector.later();
  expect(await apply(connector, await dryRun(connector, 'full'))).toMatchObject({ state: 'succeeded' });
  expectConverged(connector);
});

test('a plan that was made for one account is not applied in another', async () => {
  const plan = await dryRun(connector);
  await nameOther();
  await expect(askToApply(connector, plan)).rejects.toMatchObject({ code: 'PlanOutdated' });
  expect(connector.world.goto.writes).toHaveLength(0);
});

test('a first account that was named by mistake, and in which nothing could be done, is corrected like any setting', async () => {
  const { environment } = connector.stack;
  await connector.restart({ ROLE_ENTITLEMENTS: '{"User":{"licenseKeys":["4000000000000000999"]}}' });
  expect(await connector.cycle()).toMatchObject({
    state: 'failed',
    error: expect.stringMatching(/is no licence/) as unknown,
  });
  await nameOther();
  await connector.restart({ ROLE_ENTITLEMENTS: environment['ROLE_ENTITLEMENTS'] ?? '' });
  expect(await cycles(connector, 2)).toMatchObject({ state: 'succeeded' });
  expectConverged(connector);
});

test('named while a cycle is at work, nothing of its plan is written there', async () => {
  await connector.begin();
  const joiner = newcomer(connector, 902);
  const record = Reflect.get(PlansTable.prototype, 'record');
  const spy = jest.spyOn(PlansTable.prototype, 'record').mockImplementation(async function (this: PlansTable, ...all) {
    const etag = await record.apply(this, all);
    spy.mockRestore();
    await nameOther();
    return etag;
  });
  const writes = connector.world.goto.writes.length;
  connector.later();
  expect(await connector.cycle()).toMatchObject({ state: 'failed', counts: { created: 0, held: 1 } });
  expect(connector.world.goto.writes).toHaveLength(writes);
  expect(connector.statusOf(joiner.id)).toBe('none');
});
