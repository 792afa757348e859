/** What a cycle did can be taken back: by a plan that is applied like any other, and holds whom it touched (R20, R26). */
import { MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { postRevert } from '../../shared/api/planActions';
import { postRelease } from '../../shared/api/postRelease';
import { PlansTable } from '../../shared/store/PlansTable';
import { apiRequest } from '../support/apiRequest';
import { sleepAt } from '../support/atWork';
import { CHANGES, TINY, VILLAGE } from '../support/company';
import { expectInOrder, fourSlots } from '../support/deaths';
import { expectLogged } from '../support/expectLogged';
import { apply, intended, revert } from '../support/plans';
import { cycles, mailOf, newcomer, someone } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
afterEach(() => connector.stop());

/** Every account as GoTo has it; suspended shells without licences stand apart. */
const accounts = (): Map<string, string> =>
  new Map(
    connector.world.goto
      .all()
      .filter((user) => user.licenseKeys.length > 0)
      .map(({ key, email, firstName, lastName, locale, timeZone, licenseKeys }) => [
        key,
        JSON.stringify({ email, firstName, lastName, locale, timeZone, licenseKeys: [...licenseKeys].sort() }),
      ]),
  );

const release = (id: string) => postRelease(connector.engine, apiRequest('', { id }));

test('the first cycle undone: GoTo is as before but for suspended shells; held until released, whatever cycles run', async () => {
  connector = await TestConnector.start({
    world: { ...TINY, existingShare: 0.5 },
    settings: { REMOVAL_LIMIT_COUNT: '100', REMOVAL_LIMIT_PERCENT: '100' },
  });
  const before = accounts();
  const first = await connector.begin();
  const plan = await revert(connector, first.id);
  expect(intended(plan).length).toBeGreaterThan(2);
  expect(accounts()).not.toEqual(before);
  const undone = await apply(connector, plan);
  expect(undone).toMatchObject({ mode: 'apply', from: plan.id, state: 'succeeded' });
  expect(accounts()).toEqual(before);

  const { since } = connector.mark();
  await cycles(connector, 2);
  connector.later();
  const full = await connector.cycle('full');
  expect(since().gotoWrites).toBe(0);
  const held = await connector.entry(full.id, someone(connector).id);
  expect(held === undefined || held.reason === 'HeldByRevert').toBe(true);
  const rows = await connector.rows(full.id);
  expect(rows.find((row) => row.entry.reason === 'HeldByRevert')?.result?.outcome).toBe('held');

  for (const id of connector.world.directory.entitledIds()) {
    await release(id);
    expect(await release(id)).toMatchObject({ status: 200, body: { wasHeld: false } });
  }
  await fourSlots(connector);
  await expectInOrder(connector);
});

test('a cycle of changes of every kind undone, but for who was changed since; and the undo undone', async () => {
  connector = await TestConnector.start({
    world: VILLAGE,
    settings: { REMOVAL_LIMIT_COUNT: '100', REMOVAL_LIMIT_PERCENT: '100' },
  });
  for (const change of CHANGES) change.before?.(connector);
  await connector.begin();
  connector.later();
  const before = accounts();
  for (const change of CHANGES) change.happen(connector);
  const churn = await connector.cycle();
  const after = accounts();
  expect(after).not.toEqual(before);

  const plan = await revert(connector, churn.id);
  expect(new Set(intended(plan).map((one) => one.split(' ')[1]))).toEqual(new Set(['disable', 'reenable', 'update']));
  const undone = await apply(connector, plan);
  expect(undone.state).toBe('succeeded');
  expect(accounts()).toEqual(before);
  await expectLogged(connector);

  const again = await revert(connector, undone.id);
  await apply(connector, again);
  expect(accounts()).toEqual(after);
  // The undo of an undo holds nobody.
  await fourSlots(connector);
  await expectInOrder(connector);
});

test('who was changed since is left out, and the plan says so; a plan of an undo that was overtaken is refused', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  connector.later();
  const [ada, bob] = [newcomer(connector, 940), newcomer(connector, 941)];
  const cycle = await connector.cycle();
  connector.later();
  connector.world.directory.changeUser(ada.id, { surname: 'Since' });
  await connector.cycle();
  const plan = await revert(connector, cycle.id);
  expect(intended(plan)).toEqual([`${bob.id} disable`]);
  expect(plan.entries.find((one) => one.sourceId === ada.id)).toMatchObject({ action: 'none', reason: 'ChangedSince' });
  const account = connector.accountOf(bob.id);
  if (account === undefined) throw new Error('no account');
  connector.world.goto.changeByHand(account.key, { licenseKeys: [] });
  connector.later();
  const { since } = connector.mark();
  expect(await apply(connector, plan)).toMatchObject({ skippedByReason: { PlanEntryRefused: 1 } });
  expect(since().gotoWrites).toBe(0);
});

test('only a finished cycle can be undone; nobody unknown is released', async () => {
  connector = await TestConnector.start({ world: TINY });
  const started = await connector.start();
  const id = started.started ? started.cycle.id : '';
  await expect(revert(connector, id)).rejects.toMatchObject({ status: 409, code: 'NotRevertible' });
  await connector.settle();
  await expect(revert(connector, '0000000000000000-none')).rejects.toMatchObject({ status: 404 });
  await expect(release('00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({ status: 404 });
});

test('asked for twice, as the answer was lost, the plan of an undo is made once; that of another cycle waits', async () => {
  connector = await TestConnector.start({ world: TINY });
  const [first, second] = [await connector.begin(), await connector.cycle()];
  const ask = (id: string) => connector.run(() => postRevert(connector.engine, apiRequest('', { id })));
  const again: unknown[] = [];
  sleepAt(PlansTable.prototype, 'begin', async () => {
    again.push(await ask(first.id));
    await expect(ask(second.id)).rejects.toMatchObject({ status: 409, code: 'CycleRunning' });
  });
  const { status, headers } = await ask(first.id);
  jest.restoreAllMocks();
  expect(again).toMatchObject([{ status, headers }]);
  await connector.settle();
  const listed = (await connector.engine.store.cycles.page(10)).cycles;
  expect(listed.filter(({ cycle }) => cycle.mode === 'revert').map(({ cycle }) => cycle.state)).toEqual(['planned']);
});

test('a licence that the adopted account had not is taken by the undo, though its person is assigned', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  connector.later();
  const ada = newcomer(connector, 942);
  const { key } = connector.world.goto.addUser({ email: mailOf(ada), firstName: 'Ada', lastName: 'There before' });
  const cycle = await connector.cycle('full');
  expect(connector.accountOf(ada.id)).toMatchObject({ key, licenseKeys: [MEETING_LICENSE] });
  await apply(connector, await revert(connector, cycle.id));
  await cycles(connector, 2);
  expect(connector.accountOf(ada.id)).toMatchObject({ key, lastName: 'There before', licenseKeys: [] });
});

test('people who exchanged their addresses get their own back, and so does who stands behind them', async () => {
  connector = await TestConnector.start({ world: TINY });
  const people = [943, 944, 945].map((number) => newcomer(connector, number));
  await connector.begin();
  connector.later();
  const keys = people.map(({ id }) => connector.accountOf(id)?.key ?? '');
  const held = () => keys.map((key) => connector.world.goto.users.get(key)?.latest?.email.toLowerCase());
  const before = people.map(mailOf);
  const after = [before[1] ?? '', before[0] ?? '', 'elsewhere@example.com'];
  for (const [index, { id }] of people.entries())
    connector.world.directory.changeUser(id, { mail: after[index] ?? '', userPrincipalName: after[index] ?? '' });
  const exchange = await connector.cycle();
  expect(held()).toEqual(after);
  const undone = await apply(connector, await revert(connector, exchange.id));
  expect(undone).toMatchObject({ state: 'succeeded' });
  await cycles(connector, 2);
  expect(held()).toEqual(before);
});
