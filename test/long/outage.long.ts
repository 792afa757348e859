/** GoTo, or Graph, is away, slow or sold out for hours: nobody pays for it longer than it lasts (I01, I11, I13). */
import { MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { expectConverged } from '../support/expectConverged';
import { cycles, entitled, heal, newcomer, newDepartment, newPerson, postsTo, someone, TINY } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
afterEach(() => connector.stop());

const FOR_EVER = 1_000_000;
const HOUR_MS = 3_600_000;
/** A question who we are, with its repeats. */
const ATTEMPT_REQUESTS = 6;

/**
 * Five hours, a look every hour: now and then somebody comes. While Graph is away each cycle begins, and fails. That GoTo is
 * away the first cycle finds out; then the timer asks now and then who we are, and begins nothing.
 */
async function fiveHours(away: 'Graph' | 'GoTo'): Promise<void> {
  const before = connector.world.goto.writes.length;
  for (let index = 0; index < 5; index += 1) {
    if (index % 2 === 0) newcomer(connector, 900 + index);
    connector.later(HOUR_MS);
    const { since } = connector.mark();
    const started = await connector.start();
    await connector.settle();
    if (away === 'Graph' || index === 0) {
      if (!started.started) throw new Error('no cycle began');
      expect(await connector.view(started.cycle.id)).toMatchObject({ state: 'failed' });
    } else {
      expect(started).toMatchObject({ started: false, code: 'JobQuarantined' });
      expect(since().goto).toBeLessThanOrEqual(ATTEMPT_REQUESTS);
    }
  }
  expect(connector.world.goto.writes.length).toBe(before);
}

async function everybodyServed(): Promise<void> {
  connector.later(HOUR_MS);
  await cycles(connector, 2);
  expectConverged(connector);
  for (const user of entitled(connector)) expect(connector.accountOf(user.id)?.lastName).toBe(user.surname);
}

test.each([403, 503, 500])(
  'after five hours of %i from all of GoTo everybody is served in the next two cycles',
  async (status) => {
    connector = await TestConnector.start({ world: TINY });
    await connector.cycle();
    connector.world.directory.changeUser(someone(connector).id, { surname: 'Married' });
    connector.world.goto.addFault({ match: '/admin/', kind: 'status', status, times: FOR_EVER });
    await fiveHours('GoTo');
    heal(connector.world.goto);
    await everybodyServed();
  },
);

test('a GoTo that reads but fails every write is asked a few times a cycle, and nobody waits longer than it lasts', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.cycle();
  newcomer(connector, 950);
  connector.world.directory.changeUser(someone(connector).id, { surname: 'Married' });
  connector.world.goto.addFault({ match: '(POST|PUT) /admin', kind: 'status', status: 503, times: FOR_EVER });
  const startedAt = connector.clock.now();
  const first = await cycles(connector, 1);
  expect(first.counts).toMatchObject({ created: 0, updated: 0, parked: 2 });
  expect(first.calls.gotoWrites).toBeLessThanOrEqual(10);
  // The next cycle is not kept from its turn for hours.
  expect(connector.clock.now() - startedAt).toBeLessThan(20 * 60_000);
  heal(connector.world.goto);
  connector.later(connector.clock.now() - startedAt);
  await everybodyServed();
});

test('after five hours in which GoTo takes no connection everybody is served in the next two cycles', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.cycle();
  connector.world.directory.changeUser(someone(connector).id, { surname: 'Married' });
  const port = Number(new URL(connector.world.goto.origin).port);
  await connector.world.goto.stop();
  const mark = connector.mark();
  await fiveHours('GoTo');
  expect(mark.since().goto).toBe(0);
  await connector.world.goto.start(port);
  await everybodyServed();
});

test.each([403, 503])(
  'after five hours of %i from Graph everybody is served in the next two cycles',
  async (status) => {
    connector = await TestConnector.start({ world: TINY });
    await connector.cycle();
    connector.world.directory.changeUser(someone(connector).id, { surname: 'Married' });
    connector.stack.entra.addFault({ match: '/v1.0/', kind: 'status', status, times: FOR_EVER });
    await fiveHours('Graph');
    heal(connector.stack.entra);
    await everybodyServed();
  },
);

test('parts of a batch that Graph throttles are asked for when it allows, and nobody is left out', async () => {
  connector = await TestConnector.start({ world: TINY });
  const people = Array.from({ length: 30 }, (_, index) => newcomer(connector, 920 + index));
  const { behaviour } = connector.stack.entra;
  Object.assign(behaviour, { throttledParts: 45, throttledPartSeconds: 60 });
  const startedAt = connector.clock.now();
  const cycle = await connector.cycle();
  expect(behaviour.throttledParts).toBe(0);
  expect(cycle).toMatchObject({ state: 'succeeded' });
  expect(connector.clock.now() - startedAt).toBeGreaterThan(60_000);
  expect(people.map((person) => connector.statusOf(person.id))).not.toContain('none');
  expectConverged(connector);
});

const seats = (free: number): void => {
  const license = connector.world.goto.licenses.find((one) => one.key === MEETING_LICENSE);
  const used = connector.world.goto.all().filter((user) => user.licenseKeys.includes(MEETING_LICENSE)).length;
  if (license !== undefined) license.seats = used + free;
};

test('a sold-out licence is asked for by those under way alone, and who waits gets the next free one at once', async () => {
  connector = await TestConnector.start({ world: TINY, settings: { USER_CHANGE_LANES: '1' } });
  await connector.begin();
  seats(1);
  const people = Array.from({ length: 12 }, (_, index) => newcomer(connector, 960 + index));
  const before = postsTo(connector);
  const first = await cycles(connector, 1);
  expect(first.counts).toMatchObject({ created: 1, parked: people.length - 1, failed: 0 });
  // One fits, and a lane has four people under way at once: none of the others asks.
  expect(postsTo(connector) - before).toBeLessThanOrEqual(5);
  const waiting = people.find((person) => connector.accountOf(person.id) === undefined);
  expect(await connector.entry(first.id, waiting?.id ?? '')).toMatchObject({
    status: 'parked',
    errorCode: 'LicenseLimitExceeded',
  });
  seats(3);
  expect((await cycles(connector, 1)).counts).toMatchObject({ created: 3 });
  seats(20);
  await cycles(connector, 1);
  expectConverged(connector);
});

test('somebody who leaves and somebody who joins in one cycle share the one seat', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  seats(0);
  connector.world.directory.changeUser(someone(connector).id, { accountEnabled: false });
  newcomer(connector, 980);
  const cycle = await cycles(connector, 1);
  expect(cycle).toMatchObject({ state: 'succeeded', counts: { disabled: 1, created: 1, parked: 0 } });
  expectConverged(connector);
});

test('a seat that gets free outside is given in the very next cycle, after hours without any, and in the order of assignment', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  seats(0);
  const last = [newPerson(connector, 981), newPerson(connector, 982)];
  // Whoever is assigned first comes last by every other order.
  const first = last.reduce((a, b) => (a.id > b.id ? a : b));
  connector.world.directory.assign(first.id, 'User');
  await cycles(connector, 1);
  newDepartment(connector, last);
  connector.world.directory.changeUser(first.id, { surname: 'Renamed' });
  const before = postsTo(connector);
  for (let hour = 0; hour < 4; hour += 1) {
    connector.later(HOUR_MS);
    const cycle = await cycles(connector, 1);
    expect(cycle.counts.parked).toBe(2);
    expect(cycle.warnings.join()).toMatch(/2 people wait for a seat of licence/);
  }
  // Nobody knocks at a door that is known to be closed.
  expect(postsTo(connector)).toBe(before);
  seats(1);
  expect((await cycles(connector, 1)).counts).toMatchObject({ created: 1, parked: 1 });
  expect(connector.statusOf(first.id)).not.toBe('none');
  seats(1);
  expect((await cycles(connector, 1)).counts.created).toBe(1);
  expectConverged(connector);
});
