/** I05, I06: a bad read, told in one cycle or in three, takes access from nobody; true leavers go all the same. */
import { LIES, playLie, startCompany } from '../support/lies';
import type { TestConnector } from '../support/TestConnector';

const MINUTES = 60_000;
const DAY = 24 * 60 * MINUTES;

let connector: TestConnector;
beforeAll(async () => {
  connector = await startCompany();
}, 60_000);
afterAll(() => connector.stop());

/** `npm run test:long` tells each for a day. */
test.each(LIES)('$name: for one cycle, and for three', async (lie) => {
  // Each has the day's removals for itself.
  connector.later(DAY);
  await playLie(connector, lie, [{ mode: 'full', after: 5 * MINUTES }]);
  connector.later(DAY);
  await playLie(connector, lie, [
    { mode: 'incremental', after: 5 * MINUTES },
    { mode: 'full', after: 5 * MINUTES },
    { mode: 'incremental', after: 5 * MINUTES },
  ]);
});
