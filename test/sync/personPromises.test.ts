/** What the help desk reads out on the phone is what happens: no promise that no cycle keeps, no advice that does not help. */
import { userAnswerSchema, type UserAnswer } from '../../shared/api/answers/UserAnswer';
import { getJob } from '../../shared/api/getJob';
import { getUser } from '../../shared/api/user/getUser';
import { GotoAccounts } from '../../shared/goto/GotoAccounts';
import { ConnectorError } from '../../shared/model/ConnectorError';
import { CONNECT_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import type { EntraUser } from '../../local/simulators/entra/EntraDirectory';
import { apiRequest } from '../support/apiRequest';
import { askOf } from '../support/demand';
import { mailOf, newcomer, newPerson, someone, TINY, unassign } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
const begin = async (settings: Readonly<Record<string, string>> = {}): Promise<void> => {
  connector = await TestConnector.start({ world: TINY, settings });
  await connector.begin();
  connector.later();
};
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

const storyOf = async ({ id }: EntraUser): Promise<UserAnswer> => {
  const { body } = await connector.run(() => getUser(connector.engine, apiRequest('', { id })));
  return userAnswerSchema.parse(body);
};
const accountKey = ({ id }: EntraUser): string => connector.accountOf(id)?.key ?? '';

test('what was changed in GoTo alone is promised for the nightly cycle, as no other sees it', async () => {
  await begin();
  const [ada, bob] = [someone(connector), someone(connector, 1)];
  connector.world.goto.removeByHand(accountKey(ada));
  connector.world.goto.changeByHand(accountKey(bob), { licenseKeys: [] });
  connector.later();
  const promised = { mode: 'full', dateTime: '2026-11-24T02:00:00.000Z' };
  const story = await storyOf(ada);
  expect(story).toMatchObject({ reason: 'AccountMissing', next: { action: 'create', ...promised } });
  expect(story.answer).toContain('it is created by the full cycle at 02:00 UTC on 2026-11-24');
  expect(await storyOf(bob)).toMatchObject({ reason: 'Drift', next: { action: 'update', ...promised } });

  await connector.cycle();
  expect(connector.statusOf(ada.id)).toBe('none');
  await connector.cycle('full');
  expect(connector.statusOf(ada.id)).not.toBe('none');
  expect(connector.accountOf(bob.id)?.licenseKeys).not.toEqual([]);
});

test('an account that is gone is not "corrected", and one of two is not "created"', async () => {
  await begin();
  const eve = someone(connector, 2);
  connector.world.goto.removeByHand(accountKey(eve));
  connector.world.directory.changeUser(eve.id, { accountEnabled: false });
  const twice = newcomer(connector, 950);
  for (const lastName of ['One', 'Two'])
    connector.world.goto.addUser({ email: mailOf(twice), firstName: 'A', lastName, licenseKeys: [CONNECT_LICENSE] });
  connector.later();
  expect((await storyOf(eve)).answer).toMatch(
    / has no GoTo account: the account that the connector managed is gone, and none is made: sign-in of the person is blocked in Entra \(accountEnabled is false\)\.$/,
  );
  const { steps, modifiedProperties } = await askOf(connector, twice.id, { dryRun: true });
  expect(steps.at(-1)).toMatchObject({
    status: 'failure',
    description: 'More than one GoTo account has this e-mail address.',
  });
  expect(modifiedProperties).toEqual([]);
  expect((await storyOf(twice)).answer).toMatch(
    / has more than one GoTo account: more than one GoTo account has this e-mail address, so the connector takes none of them – what to do: keep one GoTo account/,
  );
});

test('whoever waited for a seat and is not assigned any more needs no seat', async () => {
  await begin();
  for (const license of connector.world.goto.licenses) license.seats = 0;
  const ada = newcomer(connector, 951);
  await connector.cycle();
  connector.later();
  expect(await storyOf(ada)).toMatchObject({ reason: 'LicenseLimitExceeded' });
  unassign(connector, ada.id);
  connector.later();
  expect(await storyOf(ada)).toMatchObject({
    reason: 'NotEffectivelyEntitled',
    whatToDo: expect.stringContaining('Assign an app role') as string,
  });
});

test('whoever is not assigned has no account for that, though GoTo cannot be asked', async () => {
  await begin();
  const down = new ConnectorError('GoTo could not be reached', {
    code: 'Timeout',
    sent: true,
    repeatable: true,
    scope: 'job',
  });
  jest.spyOn(GotoAccounts.prototype, 'findByEmail').mockRejectedValue(down);
  const story = await storyOf(newPerson(connector, 952));
  expect(story).toMatchObject({ reason: 'NotEffectivelyEntitled', account: { state: 'unknown', error: {} } });
  expect(story.answer).toContain('has no GoTo account that the connector knows of: the person is not assigned');
});

test('whoever came back before somebody decided loses nothing, and is not said to wait for an approval', async () => {
  await begin({ REMOVAL_LIMIT_COUNT: '0', REMOVAL_LIMIT_PERCENT: '0' });
  const leaver = someone(connector, 3);
  connector.world.directory.changeUser(leaver.id, { accountEnabled: false });
  await connector.cycle();
  expect(await storyOf(leaver)).toMatchObject({ reason: 'AwaitingApproval', staged: {} });
  connector.world.directory.changeUser(leaver.id, { accountEnabled: true });
  connector.later();
  expect(await storyOf(leaver)).toMatchObject({ reason: 'RedundantExport', staged: null, whatToDo: null });
});

test('a rejected removal of somebody who is wanted again: everything is as Entra wants it', async () => {
  await begin();
  const ada = someone(connector);
  const { person, etag } = await connector.engine.store.people.get(ada.id);
  await connector.engine.store.people.change(ada.id, { ...person, hold: 'rejected' }, etag);
  const story = await storyOf(ada);
  expect(story).toMatchObject({ reason: 'RedundantExport', hold: { kind: 'rejected' } });
  expect(story.answer).toContain(': everything is as Entra wants it');
});

test('the user group is told by its name: the one to be in, and that the account is in it', async () => {
  await begin({ PROVISION_GROUPS: 'true' });
  const story = await storyOf(someone(connector));
  expect(story.mapped?.group).toMatch(/\w/);
  expect(story.account).toMatchObject({ groupName: story.mapped?.group, groupKey: expect.any(String) as string });
});

test('where everybody is in scope, nobody is told of a group "directory"', async () => {
  await begin({
    SCOPE: 'all',
    PROVISION_DEFAULT_ACCESS: 'true',
    ROLE_ENTITLEMENTS: JSON.stringify({ 'Default Access': { licenseKeys: [CONNECT_LICENSE] } }),
  });
  expect(await storyOf(newPerson(connector, 953))).toMatchObject({
    reason: 'Create',
    assignments: [{ via: 'directory', groupId: null, groupName: null }],
    scope: { isAssigned: false, isEntitled: true, isInScope: true },
  });
});

test('in quarantine the next attempt is named, and that a cycle before it does nothing', async () => {
  await begin();
  const ada = newcomer(connector, 954);
  connector.later();
  const now = connector.clock.now();
  const quarantine = {
    reason: 'EncounteredEscrowProportionThreshold',
    code: 'TargetFailing',
    message: 'GoTo fails.',
    seriesBegan: now,
    currentBegan: now,
    seriesCount: 1,
    nextAttempt: now + 3 * 3_600_000,
    cycleId: 'c',
    disabledAt: null,
  } as const;
  await connector.engine.store.quarantine.put(quarantine, undefined);
  const story = await storyOf(ada);
  const at = Date.parse(story.next?.dateTime ?? '');
  expect(story).toMatchObject({ reason: 'JobQuarantined', isJobQuarantined: true, next: { action: 'create' } });
  expect(story.answer).toContain('the job is in quarantine, as GoTo fails, else it is created');
  // The timer comes every five minutes: its first tick from then on.
  expect(at).toBeGreaterThanOrEqual(quarantine.nextAttempt);
  expect(at - quarantine.nextAttempt).toBeLessThan(5 * 60_000);
  connector.later(3 * 3_600_000 + 60_000);
  const { body } = await connector.run(() => getJob(connector.engine, apiRequest('', {})));
  const next = (body as { schedule: { nextRunDateTime: string } }).schedule.nextRunDateTime;
  expect(Date.parse(next)).toBeGreaterThan(connector.clock.now());
});
