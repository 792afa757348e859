/** What a night costs in which one account in a hundred was changed by hand: the list once, and each of them looked at. */
import { expectConverged } from '../support/expectConverged';
import { TestConnector } from '../support/TestConnector';

const COMPANY = { people: 1_000, groups: 20, membersPerGroup: 50, existingShare: 0 };
/** Of W2's list: 8,200 accounts, a thousand on each. */
const PAGES = 9;

test('one pass finds and rights all of it, with at most 12 reads beside the looks and proofs of those written', async () => {
  const connector = await TestConnector.start({ world: COMPANY });
  try {
    await connector.begin();
    const { goto } = connector.world;
    goto.behaviour.pageSizeCap = Math.ceil(goto.all().length / PAGES);
    const accounts = goto.all().filter((account) => account.adminRoles.length === 0 && account.licenseKeys.length > 0);
    const drifted = accounts.filter((_, index) => index % 100 === 0);
    expect(accounts.length).toBeGreaterThan(800);
    for (const { key } of drifted) goto.changeByHand(key, { lastName: 'By hand' });
    connector.later(24 * 3_600_000);
    const { counts, calls } = await connector.cycle('full');
    expect(counts).toMatchObject({ updated: drifted.length, failed: 0, parked: 0 });
    expect(goto.all().filter(({ lastName }) => lastName === 'By hand')).toEqual([]);
    expect(calls.gotoWrites).toBe(drifted.length);
    expect(calls.gotoReads - 2 * drifted.length).toBeLessThanOrEqual(12);
    expectConverged(connector);
  } finally {
    await connector.stop();
  }
});
