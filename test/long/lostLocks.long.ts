/** A lane that works for longer than a lock lasts. */
import { expectExact } from '../support/expectExact';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
afterEach(() => connector.stop());

/** At one request a second in one lane, 330 people, one by one, take longer than any lock of a session lasts. */
const SLOW = {
  world: { people: 330, groups: 3, membersPerGroup: 110, existingShare: 0 },
  settings: { GOTO_REQUESTS_PER_SECOND: '1', USER_CHANGE_LANES: '1', CREATE_BATCH_SIZE: '1' },
};

test('I03, I08, I12, I14: a lane that loses its lock every five minutes makes nobody twice and counts nobody twice', async () => {
  connector = await TestConnector.start({ ...SLOW, renewsLocks: false });
  connector.world.goto.latencyMs = 5;
  const startedAt = connector.clock.now();
  const cycle = await connector.cycle();
  expect(connector.clock.now() - startedAt).toBeGreaterThan(5 * 60_000);
  expect(connector.events.filter(({ line }) => /lock supplied is invalid/.test(line))).not.toHaveLength(0);
  expect(cycle.state).toBe('succeeded');
  await expectExact(connector, cycle, 330);
});

test('a lane whose lock is renewed does the same without a single repeat', async () => {
  connector = await TestConnector.start(SLOW);
  const cycle = await connector.cycle();
  expect(connector.events.filter(({ line }) => line.includes('change.repeated'))).toEqual([]);
  await expectExact(connector, cycle, 330);
});
