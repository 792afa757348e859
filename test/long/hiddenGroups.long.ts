/** GoTo that hides user groups: none gets a twin, and none is asked for without end. */
import { GotoAccounts } from '../../shared/goto/GotoAccounts';
import { cycles } from '../support/stories';
import type { TestConnector } from '../support/TestConnector';
import { assignedGroup, groupNames, groupsOf, withUserGroups } from '../support/userGroups';

let connector: TestConnector;
afterEach(() => connector.stop());

const postsOfGroups = (): number =>
  connector.world.goto.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/groups')).length;

test('a list of user groups that leaves some out, or tells no total, gets no group a twin', async () => {
  connector = await withUserGroups();
  const { goto } = connector.world;
  const sales = assignedGroup(connector, 'Sales', 900);
  await connector.begin();
  await cycles(connector, 1);
  const before = groupNames(connector);
  const posts = postsOfGroups();
  goto.behaviour.groupsShown = 0;
  connector.later();
  expect(await connector.cycle('full')).toMatchObject({ state: 'succeededWithErrors', counts: { updated: 0 } });
  goto.behaviour.groupsShown = 1;
  // More than one page holds.
  for (let index = 0; index < 205; index += 1)
    goto.changeGroupByHand(`30000000000000${1000 + index}`, `Other ${index}`);
  const late = assignedGroup(connector, 'Other 204', 920);
  goto.behaviour.hidesGroupTotal = true;
  await cycles(connector, 3);
  connector.later();
  expect(await connector.cycle('full')).toMatchObject({ state: 'succeeded', counts: { updated: 0 } });
  expect(postsOfGroups()).toBe(posts);
  expect(groupNames(connector).filter((name) => !name.startsWith('Other'))).toEqual(before);
  expect(groupsOf(connector, late.members)).toEqual(['Other 204', 'Other 204']);
  expect(groupsOf(connector, sales.members)).toEqual(['Sales', 'Sales']);
});

test('I13: a group that GoTo takes without naming it, and never shows, is tried a few times in a cycle', async () => {
  connector = await withUserGroups();
  const made = jest.spyOn(GotoAccounts.prototype, 'createGroup').mockResolvedValue(null);
  expect(await connector.cycle()).toMatchObject({ state: 'succeededWithErrors' });
  expect(made.mock.calls.length).toBeLessThanOrEqual(5);
  made.mockRestore();
  connector.later(60 * 60_000);
  await cycles(connector, 2);
  expect(groupNames(connector)).toHaveLength(1);
});
