/** I05, I06: a bad read told for one cycle and for three takes access from nobody, and true leavers go all the same. */
import { DAY_MS, LIES, playLie, startCompany, type Told } from '../support/lies';
import { SWEEP_TITLE, sweepOf } from '../support/sweep';
import type { TestConnector } from '../support/TestConnector';

const FIVE_MINUTES = 5 * 60_000;

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

const CASES = LIES.flatMap((lie) => [
  { lie, told: [{ mode: 'full', after: FIVE_MINUTES }] satisfies Told[], title: `in one cycle: ${lie.name}` },
  { lie, told: threeCycles, title: `in three cycles: ${lie.name}` },
]);

test.each(sweepOf(CASES))(`told $title (${SWEEP_TITLE})`, ({ lie, told }) => playLie(connector, lie, told), 120_000);
