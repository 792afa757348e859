/** I05, I06: a bad read takes access from nobody, and true leavers go all the same. `npm run test:long` tells each, and for longer. */
import { DAY_MS, LIES, playLie, startCompany } from '../support/lies';
import type { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
beforeAll(async () => {
  connector = await startCompany();
}, 60_000);
afterAll(() => connector.stop());

/** Every third one: lists, rights and settings. */
const SOME = LIES.filter((_, index) => index % 3 === 0);

test.each(SOME)('told in one cycle: $name', async (lie) => {
  // Each has the day's removals for itself.
  connector.later(DAY_MS);
  await playLie(connector, lie, [{ mode: 'full', after: 5 * 60_000 }]);
});
