/**
 * A planner that sleeps through whole cycles of others, and then goes on where it was: what no etag of the head guards stands as
 * the others have left it. What is remembered of people says by which ways an absence is asked about (I05), so each story ends
 * with a list that lies.
 */
import { EntraSource } from '../../shared/entra/EntraSource';
import { DirtyTable } from '../../shared/store/DirtyTable';
import { Watermark } from '../../shared/store/state/Watermark';
import { sleepAt, workToTheEnd } from '../support/atWork';
import { cycles, entitled, newcomer, newPerson, unassign } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

const TOWN = { people: 12, groups: 2, membersPerGroup: 6, existingShare: 0 };

let connector: TestConnector;
beforeEach(async () => {
  connector = await TestConnector.start({ world: TOWN });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

/** Cycles of others, while the sleeper holds the session of the queue. */
async function others(count: number): Promise<void> {
  for (let cycle = 0; cycle < count; cycle += 1) {
    connector.later();
    await connector.start();
    await workToTheEnd(connector);
  }
}

/** A cycle whose planner sleeps at its first call of a function. */
async function sleeper(
  [prototype, name]: readonly [object, string],
  meanwhile: () => Promise<void>,
  mode: 'incremental' | 'full' = 'incremental',
): Promise<void> {
  connector.later();
  const hasSlept = sleepAt(prototype, name, async () => {
    await workToTheEnd(connector);
    await meanwhile();
  });
  await connector.start(mode);
  await connector.settle();
  expect(hasSlept()).toBe(true);
}

/** Half of each group's members are missing, and Graph's count agrees: only the look at each person contradicts. */
async function lie(): Promise<void> {
  Object.assign(connector.stack.entra.behaviour, { membersShown: 0.5, countsWhatIsShown: true });
  connector.later();
  await connector.cycle('full');
  await cycles(connector, 2);
}

const statesOf = (people: readonly { readonly id: string }[]): readonly string[] =>
  people.map(({ id }) => connector.statusOf(id));

const groupIds = (): readonly [string, string] => {
  const [first = '', second = ''] = connector.world.directory.groups.keys();
  return [first, second];
};

test('the way that led to access is the one of today: by a former one nobody would be asked about', async () => {
  await connector.begin();
  await cycles(connector, 1);
  const { directory } = connector.world;
  const [former, present] = groupIds();
  const one = entitled(connector).find(({ id }) => directory.groups.get(former)?.latest.members.has(id)) ?? { id: '' };
  // The judgement is news, so that it is remembered.
  directory.changeUser(one.id, { mail: 'other@example.com', userPrincipalName: 'other@example.com' });
  await sleeper([DirtyTable.prototype, 'doubtedGroups'], async () => {
    directory.removeMember(former, one.id);
    directory.addMember(present, one.id);
    await others(4);
    expect(await connector.engine.store.people.facts(one.id)).toMatchObject({ via: [present] });
  });
  await lie();
  expect(statesOf([one])).toEqual(['INVITED']);
});

test('what is known of somebody who has come since is not forgotten with those who are long gone', async () => {
  const one = newcomer(connector, 910, { accountEnabled: false });
  const { directory } = connector.world;
  await connector.begin();
  // Behind it there is no news of the others, which would be recorded.
  connector.later();
  await connector.cycle('full');
  unassign(connector, one.id);
  await cycles(connector, 2);
  await sleeper(
    [DirtyTable.prototype, 'doubtedGroups'],
    async () => {
      directory.changeUser(one.id, { accountEnabled: true });
      directory.addMember(groupIds()[1], one.id);
      await others(3);
      expect(statesOf([one])).toEqual(['INVITED']);
    },
    'full',
  );
  await lie();
  expect(statesOf([one])).toEqual(['INVITED']);
});

test('an older list of assignments is not the image again, whose planner dies before it could say so', async () => {
  const [leaver, other] = [newcomer(connector, 911), newcomer(connector, 912)];
  const { directory } = connector.world;
  await connector.begin();
  // As long a list as before.
  unassign(connector, other.id);
  newcomer(connector, 913);
  await sleeper([EntraSource.prototype, 'listAssignmentsPage'], async () => {
    unassign(connector, leaver.id);
    await others(3);
    expect(statesOf([leaver])).toEqual(['SUSPENDED']);
    jest.spyOn(Watermark.prototype, 'move').mockRejectedValueOnce(new Error('the process dies'));
  });
  directory.changeUser(leaver.id, { surname: 'Other' });
  await cycles(connector, 2);
  expect(statesOf([leaver])).toEqual(['SUSPENDED']);
});

test('an older certificate does not let a list pass that lies', async () => {
  const { directory } = connector.world;
  await connector.begin();
  newcomer(connector, 914);
  const joiners = Array.from({ length: 12 }, (_, index) => newPerson(connector, 915 + index));
  await sleeper([EntraSource.prototype, 'listAssignmentsPage'], async () => {
    for (const { id } of joiners) directory.assign(id, 'User');
    await others(3);
    expect(new Set(statesOf(joiners))).toEqual(new Set(['INVITED']));
  });
  Object.assign(connector.stack.entra.behaviour, { assignmentsShown: 0.5, refusesAssignmentsOf: true });
  await cycles(connector, 4);
  expect(new Set(statesOf(joiners))).toEqual(new Set(['INVITED']));
});
