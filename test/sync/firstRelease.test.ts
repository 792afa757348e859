/** I19: a company that ran the first release goes on with this one; its rows and messages are understood. */
import { ServiceBusClient } from '@azure/service-bus';
import { TableClient } from '@azure/data-tables';
import type { EntraUser } from '../../local/simulators/entra/EntraDirectory';
import { MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { expectConverged } from '../support/expectConverged';
import { TestConnector } from '../support/TestConnector';

const TINY = { people: 6, groups: 2, membersPerGroup: 3, existingShare: 0 };

let connector: TestConnector;
afterEach(() => connector.stop());

const people = (): EntraUser[] =>
  [...connector.world.directory.entitledIds()].sort().map((id) => connector.world.directory.user(id));

/** A row as the first release stored it. */
async function putIdentity(sourceId: string, columns: Readonly<Record<string, unknown>>): Promise<void> {
  const table = TableClient.fromConnectionString(connector.stack.storage, 'Identities', {
    allowInsecureConnection: true,
  });
  await table.createTable();
  const texts = Object.entries(columns).map(([name, value]) => [name, JSON.stringify(value)]);
  await table.upsertEntity({ partitionKey: 'people-03', rowKey: sourceId, ...Object.fromEntries(texts) });
}

test('the accounts it linked stay theirs: a leaver loses access, a renamed person is found by the key', async () => {
  connector = await TestConnector.start({ world: TINY });
  const { directory, goto } = connector.world;
  const [leaver, renamed] = people();
  if (leaver === undefined || renamed === undefined) throw new Error('the world is too small');
  const accounts = [leaver, renamed].map((user) => {
    const account = goto.addUser({
      email: `old.${user.id.slice(0, 4)}@example.com`,
      firstName: user.givenName ?? '',
      lastName: user.surname ?? '',
      licenseKeys: [MEETING_LICENSE],
    });
    const { key, email, firstName, lastName, licenseKeys } = account;
    return {
      key,
      link: { key, origin: 'created', state: 'active', applied: { email, firstName, lastName, licenseKeys } },
    };
  });
  await putIdentity(leaver.id, { link: accounts[0]?.link });
  await putIdentity(renamed.id, { link: accounts[1]?.link });
  directory.changeUser(leaver.id, { accountEnabled: false });

  expect(await connector.cycle()).toMatchObject({ mode: 'initial', state: 'succeeded', counts: { disabled: 1 } });
  expectConverged(connector);
  expect(goto.users.get(accounts[0]?.key ?? '')?.latest?.licenseKeys).toEqual([]);
  expect(connector.accountOf(renamed.id)?.key).toBe(accounts[1]?.key);
});

test('a creation it left open is looked for before anything is made', async () => {
  connector = await TestConnector.start({ world: TINY });
  const { goto } = connector.world;
  const [person] = people();
  if (person === undefined) throw new Error('the world is too small');
  const email = person.mail ?? person.userPrincipalName;
  const made = goto.addUser({ email, firstName: 'A', lastName: 'B', licenseKeys: [MEETING_LICENSE] });
  const link = {
    key: '0',
    origin: 'created',
    state: 'active',
    applied: { email, firstName: 'A', lastName: 'B', licenseKeys: [MEETING_LICENSE] },
  };
  const cycleId = '8638204500000000-before';
  await putIdentity(person.id, { pending: { cycleId, action: 'create', reason: 'Create', link, modified: [] } });
  await connector.cycle();
  expectConverged(connector);
  expect(connector.accountOf(person.id)?.key).toBe(made.key);
});

test('its messages mark the people they name, and end', async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  const [person] = people();
  const client = new ServiceBusClient(connector.stack.broker.connectionString);
  const cycleId = '8638204500000000-before';
  await client.createSender('user-changes').sendMessages({
    body: { v: 1, kind: 'user', cycleId, sourceId: person?.id, reason: 'Create', attempt: 0 },
    sessionId: 'lane-3',
  });
  await client.createSender('sync-jobs').sendMessages({
    body: { v: 1, kind: 'plan', cycleId, step: 4 },
    sessionId: 'gotomeeting',
  });
  await client.close();
  await connector.settle();
  const marks: string[] = [];
  for await (const mark of connector.engine.store.dirty.all()) marks.push(mark.id);
  expect(marks).toContain(person?.id);
  for (const queue of ['user-changes', 'sync-jobs'])
    expect(connector.stack.broker.queue(queue).counts).toMatchObject({ active: 0, deadLettered: 0 });
});
