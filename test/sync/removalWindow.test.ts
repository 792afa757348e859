/** The window of removals on real tables: whoever asks for room within 24 hours, the limit holds (I06, R14). */
import { newCycleId } from '../../shared/model/Cycle';
import { reserveRemovals } from '../../shared/sync/job/reserveRemovals';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;

beforeEach(async () => {
  connector = await TestConnector.start({
    world: { people: 4, groups: 1, membersPerGroup: 2 },
    settings: { REMOVAL_LIMIT_COUNT: '120', REMOVAL_LIMIT_PERCENT: '100' },
  });
  const { people } = connector.engine.store;
  const { person } = await people.get('nobody');
  const link = {
    key: '1',
    origin: 'created',
    state: 'active',
    disabledAt: null,
    given: [],
    roleIds: [],
    repairs: {},
  } as const;
  const applied = { email: 'a@example.com', firstName: 'A', lastName: 'B', licenseKeys: [] };
  await Promise.all(
    ids(0, 240).map((id, key) => people.change(id, { ...person, link: { ...link, key: `${key}`, applied } }, null)),
  );
});

afterEach(() => connector.stop());

const ids = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `person-${from + index}`);
const reserve = (from: number, count: number) =>
  reserveRemovals(connector.engine, newCycleId(connector.clock.now(), `c${from}`), ids(from, count));

test('people count once however often they are tried, and again a day later', async () => {
  expect(await reserve(0, 110)).toEqual({ kind: 'reserved' });
  expect(await reserve(50, 70)).toEqual({ kind: 'reserved' });
  expect(await reserve(119, 2)).toEqual({ kind: 'over', wanted: 121, allowed: 120, managed: 240 });
  expect(await reserve(0, 120)).toEqual({ kind: 'reserved' });
  connector.later(24 * 3_600_000 + 1);
  expect(await reserve(119, 120)).toEqual({ kind: 'reserved' });
});

test('of two who ask at once, one gets what is left', async () => {
  expect(await reserve(0, 100)).toEqual({ kind: 'reserved' });
  const both = await Promise.all([reserve(100, 15), reserve(200, 15)]);
  expect(both.map(({ kind }) => kind).sort()).toEqual(['over', 'reserved']);
});

test('nobody asks for nothing, and a limit that was lowered takes back nothing that was granted', async () => {
  expect(await reserve(0, 0)).toEqual({ kind: 'reserved' });
  expect(await reserve(0, 3)).toEqual({ kind: 'reserved' });
  await connector.restart({ REMOVAL_LIMIT_COUNT: '0' });
  expect(await reserve(0, 3)).toEqual({ kind: 'reserved' });
  expect(await reserve(3, 1)).toMatchObject({ kind: 'over', wanted: 4, allowed: 0 });
});
