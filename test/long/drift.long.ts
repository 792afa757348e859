/** What a night costs in which accounts were changed by hand: the list once, and one page of it to prove what was righted. */
import type { GotoUser } from '../../local/simulators/goto/GotoSimulator';
import { expectConverged } from '../support/expectConverged';
import { TestConnector } from '../support/TestConnector';

const COMPANY = { people: 300, groups: 10, membersPerGroup: 30, existingShare: 0 };
/** Of W2's list: 8,200 accounts, a thousand on each. */
const PAGES = 9;

type Hand = (connector: TestConnector, account: GotoUser, index: number) => void;
const rename: Hand = ({ world: { goto } }, { key }) => {
  goto.changeByHand(key, { lastName: 'By hand' });
};
const remove: Hand = ({ world: { goto } }, { key }) => {
  goto.removeByHand(key);
};
const takeLicenses: Hand = ({ world: { goto } }, { key }) => {
  goto.changeByHand(key, { licenseKeys: [] });
};
const changeAddress: Hand = ({ world: { goto } }, { key }, index) => {
  goto.changeByHand(key, { email: `by.hand.${index}@example.com` });
};

test.each<[string, readonly Hand[]]>([
  ['names', [rename]],
  ['names, addresses, licences, and accounts that are gone', [rename, remove, takeLicenses, changeAddress]],
])(
  '%s: one pass finds and rights all of it with at most 12 reads beside the looks before a write',
  async (_, hands) => {
    const connector = await TestConnector.start({ world: COMPANY });
    try {
      await connector.begin();
      const { goto } = connector.world;
      goto.behaviour.pageSizeCap = Math.ceil(goto.all().length / PAGES);
      const accounts = goto
        .all()
        .filter((account) => account.adminRoles.length === 0 && account.licenseKeys.length > 0);
      // More than are looked at one by one.
      const drifted = accounts.filter((__, index) => index % 5 === 0);
      expect(drifted.length).toBeGreaterThan(40);
      for (const [index, account] of drifted.entries()) hands[index % hands.length]?.(connector, account, index);
      connector.later(24 * 3_600_000);
      const [before, written] = [goto.requests.length, goto.writes.length];
      const { counts } = await connector.cycle('full');
      expect(counts.created + counts.updated).toBe(drifted.length);
      expect(counts).toMatchObject({ failed: 0, parked: 0 });
      expect(goto.writes.length - written).toBe(drifted.length);
      const lastWriteAt = goto.writes.at(-1)?.at ?? 0;
      const reads = goto.requests.slice(before).filter(({ method }) => method === 'GET');
      const looks = reads.filter(({ path, at }) => /users\/\d+$|filter=/.test(path) && at <= lastWriteAt);
      expect(looks.length).toBeLessThanOrEqual(2 * drifted.length);
      expect(reads.length - looks.length).toBeLessThanOrEqual(12);
      expectConverged(connector);
    } finally {
      await connector.stop();
    }
  },
);

/** What GoTo answers to a change that it has made. */
const NO_CONTENT = 204;

test('GoTo says that all is written and takes nothing: none is called done, and the next pass writes them', async () => {
  const connector = await TestConnector.start({ world: COMPANY });
  try {
    await connector.begin();
    const { goto, directory } = connector.world;
    goto.behaviour.pageSizeCap = Math.ceil(goto.all().length / PAGES);
    const renamed = [...directory.entitledIds()].filter((_, index) => index % 5 === 0);
    // More than are looked at one by one.
    expect(renamed.length).toBeGreaterThan(40);
    for (const id of renamed) directory.changeUser(id, { surname: 'Married' });
    goto.addFault({ match: '^PUT .*/users/', kind: 'status', status: NO_CONTENT, times: renamed.length });
    connector.later(24 * 3_600_000);
    // Of those who are not on the page that is read, GoTo's word was all there was: that page puts it in doubt.
    const told = await connector.cycle('full');
    expect(goto.unfiredFaults).toEqual([]);
    expect(told.counts).toMatchObject({ updated: 0, parked: renamed.length });
    connector.later(24 * 3_600_000);
    expect((await connector.cycle('full')).counts).toMatchObject({ updated: renamed.length, parked: 0 });
    expectConverged(connector);
  } finally {
    await connector.stop();
  }
});
