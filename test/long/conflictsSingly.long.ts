/** GoTo tells in four forms that an address is known: of one creation, and of somebody in another GoTo account. */
import { MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { expectConverged } from '../support/expectConverged';
import { cycles, mailOf, newcomer, TINY } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
beforeEach(async () => {
  connector = await TestConnector.start({ world: TINY });
});
afterEach(() => connector.stop());

test.each(['keyOf200', 'noKey', 'status409', 'keyOf201'] as const)(
  'conflict form %s: the account that is there is taken, none is made',
  async (conflict) => {
    await connector.cycle();
    const { goto } = connector.world;
    goto.behaviour.conflict = conflict;
    // The look-up before the POST does not see it yet, the POST does.
    goto.behaviour.readLagMs = 4_000;
    const joiner = newcomer(connector, 904);
    connector.later();
    const existing = goto.addUser({
      email: joiner.mail ?? joiner.userPrincipalName,
      firstName: 'Was',
      lastName: 'Here',
    });
    await connector.cycle();
    connector.later();
    await connector.cycle();
    expect(connector.accountOf(joiner.id)).toMatchObject({ key: existing.key, lastName: joiner.surname });
    expectConverged(connector);
  },
);

test.each(['keyOf200', 'noKey', 'status409', 'keyOf201'] as const)(
  'somebody of another GoTo account is invited once, waits, and is linked when they have accepted (%s)',
  async (conflict) => {
    await connector.cycle();
    const person = newcomer(connector, 910);
    connector.world.goto.behaviour.conflict = conflict;
    connector.world.goto.behaviour.transferPending.add(mailOf(person));
    const first = await cycles(connector, 1);
    expect(first.counts).toMatchObject({ created: 0, parked: 1 });
    expect(await connector.entry(first.id, person.id)).toMatchObject({
      status: 'parked',
      errorCode: 'PendingTransfer',
    });
    connector.later(86_400_000);
    await cycles(connector, 2);
    expect((await connector.cycle('full')).counts).toMatchObject({ created: 0, parked: 1, failed: 0 });
    expect(connector.world.goto.transferMails.get(mailOf(person))).toBe(1);
    connector.world.goto.acceptTransfer(mailOf(person));
    connector.later(86_400_000);
    expect((await cycles(connector, 1)).counts).toMatchObject({ created: 0, linked: 1, parked: 0 });
    expect(connector.accountOf(person.id)?.licenseKeys).toEqual([MEETING_LICENSE]);
    connector.world.directory.changeUser(person.id, { surname: 'Married' });
    await cycles(connector, 1);
    expect(connector.accountOf(person.id)?.lastName).toBe('Married');
    expectConverged(connector);
  },
);
