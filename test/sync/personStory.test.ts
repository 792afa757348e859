/** "Why has this person no account?": the help desk asks for one person, and gets one sentence and all that stands behind it. */
import { GotoAccounts } from '../../shared/goto/GotoAccounts';
import { userAnswerSchema, type UserAnswer } from '../../shared/api/answers/UserAnswer';
import { postRelease } from '../../shared/api/postRelease';
import { Problem } from '../../shared/api/Problem';
import { graphError } from '../../shared/entra/graphError';
import { getUser } from '../../shared/api/user/getUser';
import { CONNECT_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { DEFAULT_SCHEMA } from '../../shared/mapping/schema/DEFAULT_SCHEMA';
import { pauseJob } from '../../shared/sync/control/controlJob';
import { EntraSource } from '../../shared/entra/EntraSource';
import { ConnectorError } from '../../shared/model/ConnectorError';
import { apiRequest } from '../support/apiRequest';
import { cycles, mailOf, newcomer, newPerson, someone, TINY, unassign } from '../support/stories';
import { putMeant, deleteMeant } from '../support/meantMapping';
import type { HistoryEvent } from '../conformance/History';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
beforeAll(async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
});
beforeEach(() => {
  connector.later();
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => connector.stop());

const storyOf = async (name: string): Promise<UserAnswer> => {
  const { status, body } = await connector.run(() => getUser(connector.engine, apiRequest('', { id: name })));
  expect(status).toBe(200);
  return userAnswerSchema.parse(body);
};
const problem = async (name: string): Promise<Problem> => {
  const thrown: unknown = await getUser(connector.engine, apiRequest('', { id: name })).catch(
    (error: unknown) => error,
  );
  if (!(thrown instanceof Problem)) throw new Error(`no problem: ${String(thrown)}`);
  return thrown;
};

test('whoever has an account is told so: account, licences by name, through which group and role, the last action', async () => {
  const ada = someone(connector);
  const story = await storyOf(mailOf(ada).toUpperCase());
  expect(story).toMatchObject({
    id: ada.id,
    reason: 'RedundantExport',
    source: { state: 'active', mail: ada.mail, error: null },
    scope: { isActive: true, isAssigned: true, isEntitled: true, isInScope: true },
    account: { state: 'found', key: connector.accountOf(ada.id)?.key, error: null },
    link: { accountKey: connector.accountOf(ada.id)?.key, state: 'active' },
    next: { action: 'none' },
    hold: null,
    staged: null,
  });
  expect(story.assignments[0]?.roles[0]?.displayName).toMatch(/User|Organizer/);
  expect(story.account.licenses[0]?.description).not.toBe('');
  expect(story.mapped?.attributes['email']?.toLowerCase()).toBe(mailOf(ada));
  expect(story.log[0]).toMatchObject({ sourceIdentity: { id: ada.id } });
  expect(story.answer).toContain(
    `${ada.displayName} has a GoTo account with ${story.account.licenses[0]?.description}`,
  );
  expect(story.answer).toContain('everything is as Entra wants it');
});

test('it asks little, whoever is asked about, and writes nothing', async () => {
  const stranger = newPerson(connector, 930);
  const before = connector.history.events.length;
  const { since } = connector.mark();
  await storyOf(stranger.userPrincipalName);
  expect(since().graph).toBeLessThanOrEqual(6);
  expect(since().goto).toBeLessThanOrEqual(3);
  expect(since().gotoWrites).toBe(0);
  // It takes its turn at the rate that all share, which is a row.
  const isTurn = (event: HistoryEvent): boolean => event.kind === 'row' && event.table === 'Waits';
  expect(
    connector.history.events.slice(before).filter((event) => event.kind !== 'pointCheck' && !isTurn(event)),
  ).toEqual([]);
});

test('the first question after a quiet time, which waits for its turn at GoTo’s rate, is answered within two seconds', async () => {
  connector.later(60_000);
  const { clock } = connector.engine;
  const askedAt = clock.now();
  await storyOf(mailOf(someone(connector)));
  expect(clock.now() - askedAt).toBeGreaterThan(0);
  expect(clock.now() - askedAt).toBeLessThanOrEqual(2_000);
});

test('somebody the connector never saw and who is not assigned: that is the answer', async () => {
  const stranger = newPerson(connector, 931, { displayName: 'Zoë Newcomer' });
  expect(await storyOf(stranger.id)).toMatchObject({
    answer:
      'Zoë Newcomer has no GoTo account: the person is not assigned to the enterprise application, neither directly nor through a group' +
      ' – what to do: assign an app role to the person, or to a group of theirs, in the enterprise application.',
    reason: 'NotEffectivelyEntitled',
    assignments: [],
    account: { state: 'none' },
    link: null,
    next: { action: 'none', dateTime: null },
    waiting: null,
    log: [],
  });
});

test('an account of somebody else’s making is found, too, though the person is not assigned', async () => {
  const stranger = newPerson(connector, 932);
  connector.world.goto.addUser({
    email: mailOf(stranger),
    firstName: 'Somebody',
    lastName: 'Else',
    licenseKeys: [CONNECT_LICENSE],
  });
  const story = await storyOf(stranger.id);
  expect(story.account.state).toBe('found');
  expect(story.answer).toContain('has a GoTo account that the connector does not manage');
});

test('assigned a moment ago: the cycle that will make the account is named', async () => {
  const ada = newcomer(connector, 933);
  const story = await storyOf(ada.id);
  expect(story).toMatchObject({ reason: 'Create', next: { action: 'create' }, account: { state: 'none' } });
  expect(story.next?.changes.map(({ displayName }) => displayName)).toContain('email');
  const at = Date.parse(story.next?.dateTime ?? '');
  expect(at).toBeGreaterThan(connector.clock.now());
  expect(at - connector.clock.now()).toBeLessThanOrEqual(5 * 60_000);
  expect(story.answer).toMatch(/has no GoTo account: it is created by the cycle at \d\d:\d\d UTC on 2026-11-\d\d/);
  await connector.cycle();
  expect(await storyOf(ada.id)).toMatchObject({ account: { state: 'found' } });
});

test('blocked, gone from Entra, unassigned: each is said, also of people that Entra does not show any more', async () => {
  const [blocked, deleted, leaver] = [someone(connector, 1), newcomer(connector, 934), newcomer(connector, 935)];
  await connector.cycle();
  connector.world.directory.changeUser(blocked.id, { accountEnabled: false });
  connector.world.directory.deleteUser(deleted.id);
  await cycles(connector, 2);
  expect(await storyOf(blocked.id)).toMatchObject({ reason: 'SignInBlocked', source: { state: 'signInBlocked' } });
  const gone = await storyOf(mailOf(deleted));
  expect(gone).toMatchObject({ id: deleted.id, reason: 'SoftDeleted', source: { state: 'softDeleted' } });
  expect(gone.displayName).toBe(deleted.displayName);
  expect(gone.log[0]?.sourceIdentity.displayName).toBe(deleted.displayName);
  expect(gone.answer).toMatch(/GoTo account is disabled: .*recycle bin.* – what to do: restore the person/);
  unassign(connector, leaver.id);
  expect(await storyOf(leaver.id)).toMatchObject({ next: { reason: 'AbsenceUnconfirmed' } });
});

test('waiting for a seat: how often it was tried, when it is tried again, and what to do', async () => {
  const seats = connector.world.goto.licenses.map((license) => license.seats);
  for (const license of connector.world.goto.licenses) license.seats = 0;
  const ada = newcomer(connector, 936);
  await connector.cycle();
  const story = await storyOf(ada.id);
  connector.world.goto.licenses.forEach((license, index) => (license.seats = seats[index] ?? 0));
  expect(story).toMatchObject({
    reason: 'LicenseLimitExceeded',
    waiting: { errorCode: 'LicenseLimitExceeded', attempts: 1 },
    whatToDo: 'Free or buy a GoTo licence.',
  });
  expect(story.answer).toMatch(
    /has no GoTo account: the person waits for a seat.* given by itself, in the order of assignment; the next look is at .* – what to do: free or buy/,
  );
  await connector.cycle();
  const seated = await storyOf(ada.id);
  expect(seated.account.state).toBe('found');
  expect(seated.waiting?.errorCode ?? null).toBeNull();
});

test('left out by a filter: which clause, and the value that does not fit', async () => {
  const schema = structuredClone(DEFAULT_SCHEMA);
  const [mapping] = schema.synchronizationRules[0].objectMappings;
  const clause = { operatorName: 'EQUALS', sourceOperandName: 'department', targetOperand: { values: ['Sales'] } };
  const scoped = { ...mapping, scope: { groups: [{ name: 'Sales only', clauses: [clause] }] } };
  const rule = { ...schema.synchronizationRules[0], objectMappings: [scoped] };
  await putMeant(connector.engine, { ...schema, synchronizationRules: [rule] });
  const lawyer = newcomer(connector, 937, { department: 'Legal' });
  const story = await storyOf(lawyer.id);
  await deleteMeant(connector.engine);
  await connector.settle();
  expect(story).toMatchObject({
    reason: 'OutOfScope',
    scope: {
      isEntitled: true,
      isInScope: false,
      clauses: [{ filter: 'Sales only', attribute: 'department', operands: ['Sales'], value: 'Legal', holds: false }],
    },
  });
  expect(story.answer).toContain(
    'the scoping filter "Sales only" leaves the person out: department must be EQUALS "Sales", and is "Legal"',
  );
});

test('when Entra or GoTo does not answer, what is known is told, and that it is old', async () => {
  const ada = someone(connector, 2);
  const down = new ConnectorError('Microsoft Graph could not be reached: no answer within 30 s', {
    code: 'Timeout',
    sent: true,
    repeatable: true,
    scope: 'job',
  });
  jest.spyOn(EntraSource.prototype, 'findPeople').mockRejectedValue(down);
  jest.spyOn(EntraSource.prototype, 'getEnterpriseApp').mockRejectedValue(down);
  const remembered = await storyOf(mailOf(ada));
  expect(remembered).toMatchObject({
    id: ada.id,
    reason: 'Timeout',
    source: { state: 'active', error: { code: 'Timeout' } },
    scope: null,
    next: null,
    account: { state: 'found' },
  });
  expect(Date.parse(remembered.source.readDateTime ?? '')).toBeLessThan(Date.parse(remembered.readDateTime));
  expect(remembered.answer).toContain('what Entra says now could not be read');
  // What to do is about the service that failed, and not about GoTo.
  const denied = graphError(403, undefined, undefined);
  jest.spyOn(EntraSource.prototype, 'findPeople').mockRejectedValue(denied);
  jest.spyOn(EntraSource.prototype, 'getEnterpriseApp').mockRejectedValue(denied);
  expect((await storyOf(mailOf(ada))).whatToDo).toContain('Microsoft Graph, give the managed identity its permissions');
  jest.restoreAllMocks();

  jest.spyOn(GotoAccounts.prototype, 'knownLicenses').mockRejectedValue(down);
  jest.spyOn(GotoAccounts.prototype, 'get').mockRejectedValue(down);
  const { since } = connector.mark();
  const half = await storyOf(ada.id);
  expect(half).toMatchObject({ account: { state: 'unknown', error: { code: 'Timeout' } }, source: { error: null } });
  expect(half.answer).toContain('has a GoTo account, as far as the connector knows: GoTo could not be asked');
  expect(since().goto).toBe(0);
  jest.restoreAllMocks();
});

test('a person who is held, and one who is to lose access when an admin approves', async () => {
  const held = someone(connector, 3);
  const { person, etag } = await connector.engine.store.people.get(held.id);
  await connector.engine.store.people.change(held.id, { ...person, hold: 'revert', heldBy: 'c1' }, etag);
  const story = await storyOf(held.id);
  expect(story).toMatchObject({ reason: 'HeldByRevert', hold: { kind: 'revert', cycleId: 'c1' } });
  expect(story.answer).toMatch(/what to do: release the person/);
  await postRelease(connector.engine, apiRequest('', { id: held.id }));
  expect((await storyOf(held.id)).hold).toBeNull();

  await connector.restart({ REMOVAL_LIMIT_COUNT: '0', REMOVAL_LIMIT_PERCENT: '0' });
  const leaver = someone(connector, 3);
  connector.world.directory.changeUser(leaver.id, { accountEnabled: false });
  const cycle = await connector.cycle();
  expect(await storyOf(leaver.id)).toMatchObject({
    reason: 'AwaitingApproval',
    staged: { cycleId: cycle.id },
    whatToDo: `Look at the plan of cycle ${cycle.id}, and approve or reject it.`,
    account: { state: 'found' },
  });
});

test('unknown people, and two of one address, are answered with a sentence', async () => {
  expect(await problem('nobody@example.com')).toMatchObject({ status: 404, code: 'UserNotFound' });
  expect(await problem('00000000-0000-4000-8000-000000000000')).toMatchObject({ status: 404, code: 'UserNotFound' });
  expect(await problem('x'.repeat(300))).toMatchObject({ status: 404, code: 'UserNotFound' });
  const [first, second] = [938, 939].map((number) => newPerson(connector, number, { mail: 'twin@example.com' }).id);
  expect(await problem('twin@example.com')).toMatchObject({
    status: 409,
    code: 'AmbiguousUser',
    extra: { ids: [first, second] },
  });
});

test('while the job is paused nobody is promised anything', async () => {
  const ada = newcomer(connector, 941);
  await pauseJob(connector.engine);
  expect(await storyOf(ada.id)).toMatchObject({
    reason: 'JobPaused',
    next: { action: 'create', dateTime: null },
    isJobPaused: true,
  });
});
