/** I02: Graph's replicas disagree, each way round; whoever came, changed or left comes right. */
import { expectConverged } from '../support/expectConverged';
import { cycles, entitled, newcomer, newDepartment, newPerson, someone, TINY, unassign } from '../support/stories';
import { SWEEP_TITLE, sweepOf } from '../support/sweep';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
beforeEach(async () => {
  connector = await TestConnector.start({ world: TINY });
});
afterEach(() => connector.stop());

const LAGS = [
  ['the deltas know it, the point read does not', { users: 60_000, members: 60_000 }],
  ['the point read knows it, the deltas do not', { usersDelta: 60_000, groupsDelta: 60_000 }],
  ['only the assignments know it', { users: 60_000, members: 60_000, usersDelta: 60_000, groupsDelta: 60_000 }],
  ['all but the assignments know it', { assignments: 60_000, userAssignments: 60_000 }],
] as const;

test.each(sweepOf(LAGS))(`a joiner, a new name and a new group arrive: %s (${SWEEP_TITLE})`, async (_name, lagOf) => {
  await connector.begin();
  connector.later();
  const renamed = someone(connector);
  connector.world.directory.changeUser(renamed.id, { surname: 'Married' });
  const joiner = newcomer(connector, 930);
  connector.world.directory.addMember(
    [...connector.world.directory.groups.keys()][1] ?? '',
    newPerson(connector, 931).id,
  );
  newDepartment(connector, [newPerson(connector, 932)]);
  connector.later(10_000);
  connector.stack.entra.behaviour.lagOf = { ...lagOf };
  await connector.cycle();
  connector.stack.entra.behaviour.lagOf = {};
  await cycles(connector, 2);
  expect(connector.accountOf(renamed.id)?.lastName).toBe('Married');
  expect(connector.accountOf(joiner.id)?.lastName).toBe(joiner.surname);
  expectConverged(connector);
});

test.each(sweepOf(LAGS))(
  `a leaver, a blocked one and a mover come right: %s (${SWEEP_TITLE})`,
  async (_name, lagOf) => {
    await connector.begin();
    connector.later();
    const [blocked, leaver, mover] = entitled(connector);
    const [from = '', to = ''] = connector.world.directory.groups.keys();
    connector.world.directory.changeUser(blocked?.id ?? '', { accountEnabled: false });
    unassign(connector, leaver?.id ?? '');
    connector.world.directory.addMember(to, mover?.id ?? '');
    connector.world.directory.removeMember(from, mover?.id ?? '');
    connector.later(10_000);
    connector.stack.entra.behaviour.lagOf = { ...lagOf };
    const first = await connector.cycle();
    connector.stack.entra.behaviour.lagOf = {};
    await cycles(connector, 3);
    expect(first.counts.failed).toBe(0);
    expect([blocked, leaver].map((one) => connector.statusOf(one?.id ?? ''))).toEqual(['SUSPENDED', 'SUSPENDED']);
    const wasTaken = connector.world.goto.writes.filter(
      (write) => write.userKey === connector.accountOf(mover?.id ?? '')?.key && write.licenseKeys.length === 0,
    );
    expect(wasTaken).toEqual([]);
    expectConverged(connector);
  },
);
