/** I05, I06: a bad read told for a day takes access from nobody, and true leavers go all the same. */
import { DAY_MS, LIES, playLie, startCompany, type Told } from '../support/lies';
import { SWEEP_TITLE, sweepOf } from '../support/sweep';
import type { TestConnector } from '../support/TestConnector';

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

/** With the nightly full cycle, and past the end of the 24 hours. */
const aDay: readonly Told[] = Array.from({ length: 110 }, (_, index) => ({
  mode: index === 70 ? 'full' : 'incremental',
  after: QUARTER_HOUR,
}));

test.each(sweepOf(LIES))(`told for a day: $name (${SWEEP_TITLE})`, (lie) => playLie(connector, lie, aDay), 600_000);
