/** Accounts are created with one request for many; in whatever form GoTo tells conflicts, each person ends singly. */
import type { EntraUser } from '../../local/simulators/entra/EntraDirectory';
import { expectConverged } from '../support/expectConverged';
import { startTwenty } from '../support/startTwenty';
import { SWEEP_TITLE, sweepOf } from '../support/sweep';
import type { TestConnector, TestOptions } from '../support/TestConnector';

let connector: TestConnector;
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
  expect(connector.world.goto.unfiredFaults).toEqual([]);
});

async function twenty(options?: TestOptions): Promise<readonly EntraUser[]> {
  const started = await startTwenty(options);
  connector = started.connector;
  return started.people;
}

const addressOf = (user: EntraUser): string => (user.mail ?? user.userPrincipalName).toLowerCase();

/** Two more cycles, with time for whoever waits. */
async function twoCycles(): Promise<void> {
  for (let cycle = 0; cycle < 2; cycle += 1) {
    connector.later(20 * 60_000);
    await connector.cycle();
  }
}

const FORMS = (['keyOf200', 'noKey', 'status409', 'keyOf201'] as const).flatMap((conflict) =>
  [false, true].map((refusesInPart) => ({ conflict, refusesInPart })),
);

test.each(sweepOf(FORMS))(
  `one is there, one has an account elsewhere, one is invalid: each of twenty ends singly (conflict form $conflict, in part: $refusesInPart; ${SWEEP_TITLE})`,
  async ({ conflict, refusesInPart }) => {
    const people = await twenty();
    const { goto } = connector.world;
    const [there, elsewhere, invalid] = [people[3], people[8], people[14]];
    if (there === undefined || elsewhere === undefined || invalid === undefined) throw new RangeError();
    Object.assign(goto.behaviour, { conflict, refusesInPart, readLagMs: 4_000 });
    goto.behaviour.transferPending.add(addressOf(elsewhere));
    goto.behaviour.invalidAddresses.add(addressOf(invalid));
    // Made by hand right now: the list does not show it yet.
    const existing = goto.addUser({ email: addressOf(there), firstName: 'Was', lastName: 'Here' });
    const first = await connector.cycle();
    expect(first.progress.done).toBe(first.progress.expected);
    await twoCycles();
    expect(goto.byEmail(addressOf(there))).toMatchObject({ key: existing.key, lastName: there.surname });
    expect(goto.byEmail(addressOf(elsewhere))).toBeUndefined();
    expect(await last(elsewhere)).toMatchObject({ status: 'parked', errorCode: 'PendingTransfer' });
    expect(await last(invalid)).toMatchObject({ status: 'failure', errorCode: 'UnprocessableEntity' });
    // The one who accepts is linked, the one who is mended is made: then all is in order.
    goto.acceptTransfer(addressOf(elsewhere));
    goto.behaviour.invalidAddresses.clear();
    connector.later(24 * 3_600_000);
    await connector.cycle();
    await twoCycles();
    expectConverged(connector);
    for (const user of people.filter((one) => one !== there && one !== elsewhere))
      expect(
        goto.writes.filter((one) => one.method === 'POST' && one.fields['email'] === addressOf(user)),
      ).toHaveLength(1);
  },
);

async function last({ id }: EntraUser) {
  for await (const entry of connector.engine.store.people.log(id)) return entry;
  return undefined;
}
