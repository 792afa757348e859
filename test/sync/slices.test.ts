/** Planning in bounded slices ends where planning at one go ends. */
import { join, oneEntitled, TINY } from '../support/company';
import { expectConverged } from '../support/expectConverged';
import { expectLogged } from '../support/expectLogged';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
afterEach(() => connector.stop());

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
