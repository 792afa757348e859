/** Accounts are created with one request for many (CREATE_BATCH_SIZE); whatever GoTo makes of it, each person ends singly. */
import type { EntraUser } from '../../local/simulators/entra/EntraDirectory';
import { PeopleTable } from '../../shared/store/PeopleTable';
import { expectConverged } from '../support/expectConverged';
import { expectLogged } from '../support/expectLogged';
import { PEOPLE, startTwenty } from '../support/startTwenty';
import { newcomer, newDepartment, newPerson } from '../support/stories';
import { TestConnector, type TestOptions } from '../support/TestConnector';

/** Doubts that end soon. */
const HASTY = { gotoLagMs: 5_000, requestMs: 5_000 };

let connector: TestConnector;
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
  expect(connector.world.goto.unfiredFaults).toEqual([]);
});

async function twenty(options?: TestOptions): Promise<readonly EntraUser[]> {
  const started = await startTwenty(options);
  connector = started.connector;
  return started.people;
}

const posts = () => connector.world.goto.requests.filter((one) => one.method === 'POST' && one.path.endsWith('/users'));

/** Made once, told once, and everybody entitled has the licence. */
async function expectInOrder(): Promise<void> {
  expectConverged(connector);
  await expectLogged(connector);
}

test('twenty people come with one request; each has a log entry, and a list proves them all', async () => {
  await twenty();
  const cycle = await connector.cycle();
  expect(cycle).toMatchObject({ state: 'succeeded', counts: { created: PEOPLE }, calls: { gotoWrites: 1 } });
  expect(posts()).toHaveLength(1);
  expect(connector.world.goto.requests.filter((one) => /users\/\d+$/.test(one.path))).toEqual([]);
  await expectInOrder();
});

test('CREATE_BATCH_SIZE 1 is off, and 7 makes three requests of twenty people', async () => {
  await twenty({ settings: { CREATE_BATCH_SIZE: '1' } });
  await connector.cycle();
  expect(posts()).toHaveLength(PEOPLE);
  await connector.stop();
  await twenty({ settings: { CREATE_BATCH_SIZE: '7' } });
  await connector.cycle();
  expect(posts()).toHaveLength(3);
  await expectInOrder();
});

async function last({ id }: EntraUser) {
  for await (const entry of connector.engine.store.people.log(id)) return entry;
  return undefined;
}

test.each([
  ['lost before it got in', { kind: 'drop' }],
  ['lost after the commit', { kind: 'commitThenDrop' }],
  ['a 500 after the commit', { kind: 'commitThenStatus', status: 500 }],
] as const)('I03, I12: the answer for twenty people, %s: nobody is made twice, and nobody untold', async (_, fault) => {
  await twenty({ timing: HASTY });
  connector.world.goto.addFault({ match: '^POST .*/users', ...fault });
  expect(await connector.cycle()).toMatchObject({ state: 'succeeded', counts: { created: PEOPLE } });
  await expectInOrder();
});

test('I03: a request for twenty that lands half a minute after its connection broke makes each of them once', async () => {
  await twenty();
  connector.world.goto.behaviour.commitDelayMs = 25_000;
  expect(await connector.cycle()).toMatchObject({ state: 'succeeded', counts: { created: PEOPLE } });
  await expectInOrder();
});

test('a request that is too large is halved until it fits', async () => {
  await twenty();
  connector.world.goto.behaviour.maxUsersPerPost = 6;
  expect(await connector.cycle()).toMatchObject({ counts: { created: PEOPLE }, calls: { gotoWrites: 7 } });
  await expectInOrder();
});

test('seats for seven of twenty: the first assigned get them, the others wait, and nobody asks for each of them', async () => {
  connector = await TestConnector.start({ world: { people: 0, groups: 0, membersPerGroup: 0, existingShare: 0 } });
  const { directory, goto } = connector.world;
  const people = Array.from({ length: PEOPLE }, (_, index) => newPerson(connector, 700 + index));
  // The first two came by a group, in the midst of the others, who came one by one, the last first.
  const [ada, bob, ...others] = people;
  const inOrder: EntraUser[] = [];
  for (const [index, person] of others.reverse().entries()) {
    connector.later(60_000);
    if (index === 4 && ada !== undefined && bob !== undefined) {
      newDepartment(connector, [ada, bob]);
      inOrder.push(ada, bob);
      connector.later(60_000);
    }
    directory.assign(person.id, 'User');
    inOrder.push(person);
  }
  const [meeting] = goto.licenses;
  if (meeting !== undefined) meeting.seats = 7;
  connector.later();
  expect(await connector.cycle()).toMatchObject({ counts: { created: 7, parked: 13 } });
  expect(posts().length).toBeLessThan(10);
  const seated = (): string[] => inOrder.filter(({ id }) => connector.statusOf(id) !== 'none').map(({ id }) => id);
  expect(seated()).toEqual(inOrder.slice(0, 7).map(({ id }) => id));
  // Whoever waits costs no request of their own.
  connector.later();
  expect((await connector.cycle()).calls.gotoReads).toBeLessThanOrEqual(2);
  // Freed one by one, they go on in that order; whoever is assigned meanwhile comes last.
  newcomer(connector, 690);
  for (const seats of [8, 10]) {
    if (meeting !== undefined) meeting.seats = seats;
    connector.later();
    await connector.cycle();
    expect(seated()).toEqual(inOrder.slice(0, seats).map(({ id }) => id));
  }
  if (meeting !== undefined) meeting.seats = 100;
  connector.later(24 * 3_600_000);
  await connector.cycle();
  await expectInOrder();
});

test('two people with one address do not go together: one gets the account, the other is told why not', async () => {
  // One request would hold them both.
  const [one] = await twenty({ settings: { CREATE_BATCH_SIZE: '25' } });
  const twin = newcomer(connector, 799, { mail: one?.mail ?? null });
  const cycle = await connector.cycle();
  expect(cycle).toMatchObject({ counts: { created: PEOPLE, failed: 1 } });
  const entries = [await last(twin), one && (await last(one))];
  expect(entries.map((entry) => entry?.errorCode).sort()).toEqual(['DuplicateSourceEntries', null]);
  expect(posts().length).toBeLessThanOrEqual(2);
});

test('R7: whoever’s row was changed by somebody else drops out of the request and goes on alone', async () => {
  await twenty();
  jest.spyOn(PeopleTable.prototype, 'change').mockImplementationOnce(() => Promise.resolve(undefined));
  expect(await connector.cycle()).toMatchObject({ state: 'succeeded', counts: { created: PEOPLE } });
  expect(posts()).toHaveLength(2);
  await expectInOrder();
});

test('I16: a demanded wait goes to all of a batch, costs nobody an attempt, and is kept', async () => {
  await twenty();
  connector.world.goto.addFault({
    match: '^POST .*/users',
    kind: 'status',
    status: 429,
    headers: { 'retry-after': '600' },
  });
  expect(await connector.cycle()).toMatchObject({ state: 'succeeded', counts: { created: PEOPLE } });
  const [, second] = posts();
  expect((second?.at ?? 0) - (posts()[0]?.at ?? 0)).toBeGreaterThanOrEqual(600_000);
  await expectInOrder();
});
