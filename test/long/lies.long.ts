/** I05, I06: a bad read told for one cycle, for three and for a day takes access from nobody, and true leavers go all the same. */
import { DAY_MS, LIES, playLie, startCompany, type Told } from '../support/lies';
import type { TestConnector } from '../support/TestConnector';

const FIVE_MINUTES = 5 * 60_000;
const QUARTER_HOUR = 15 * 60_000;

let connector: TestConnector;
beforeAll(async () => {
  connector = await startCompany();
}, 60_000);
afterAll(() => connector.stop());
beforeEach(() => {
  // Each has the day's removals for itself.
  connector.later(DAY_MS);
});

const threeCycles: readonly Told[] = [
  { mode: 'incremental', after: FIVE_MINUTES },
  { mode: 'full', after: FIVE_MINUTES },
  { mode: 'incremental', after: FIVE_MINUTES },
];

/** With the nightly full cycle, and past the end of the 24 hours. */
const aDay: readonly Told[] = Array.from({ length: 110 }, (_, index) => ({
  mode: index === 70 ? 'full' : 'incremental',
  after: QUARTER_HOUR,
}));

test.each(LIES)(
  'told in one cycle: $name',
  (lie) => playLie(connector, lie, [{ mode: 'full', after: FIVE_MINUTES }]),
  120_000,
);
test.each(LIES)('told in three cycles: $name', (lie) => playLie(connector, lie, threeCycles), 120_000);
test.each(LIES)('told for a day: $name', (lie) => playLie(connector, lie, aDay), 600_000);
