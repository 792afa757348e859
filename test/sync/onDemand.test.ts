/** One person at once: by the same prepare → commit as the lanes, serial with them, beside whatever cycle runs (I08). */
import type { HistoryEvent } from '../conformance/History';
import { z } from 'zod';
import { EntraSource } from '../../shared/entra/EntraSource';
import { GotoAccounts } from '../../shared/goto/GotoAccounts';
import { Problem } from '../../shared/api/Problem';
import { postProvisionOnDemand } from '../../shared/api/postProvisionOnDemand';
import { apiRequest } from '../support/apiRequest';
import { askOf } from '../support/demand';
import { TINY } from '../support/company';
import { expectInOrder, fourSlots } from '../support/deaths';
import { expectLogged } from '../support/expectLogged';
import { around, mailOf, newcomer, newPerson, someone, unassign } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;

const ask = (user: string, more: object = {}) => askOf(connector, user, more);
const problem = async (body: unknown): Promise<Problem> => {
  const thrown: unknown = await postProvisionOnDemand(connector.engine, apiRequest(body)).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof Problem)) throw new Error(`no problem: ${String(thrown)}`);
  return thrown;
};

describe('with a company in order', () => {
  beforeAll(async () => {
    connector = await TestConnector.start({ world: TINY });
    await connector.begin();
  });
  beforeEach(() => {
    connector.later();
  });
  afterAll(() => connector.stop());

  test('somebody who was assigned a moment ago gets the account at once, and no cycle does it again', async () => {
    const ada = newcomer(connector, 900, { department: 'Sales' });
    const answer = await ask(mailOf(ada).toUpperCase());
    expect(answer).toMatchObject({ status: 'success', action: 'create', reason: 'Create' });
    expect(answer.steps.map((step) => [step.name, step.status])).toEqual([
      ['EntryImport', 'success'],
      ['EntrySynchronizationScoping', 'success'],
      ['EntryMatch', 'success'],
      ['EntryExportAdd', 'success'],
    ]);
    expect(answer.steps[1]?.details).toMatchObject({ Assigned: true, Roles: ['User'], AssignedThrough: ['directly'] });
    expect(answer.steps[2]?.details).toMatchObject({ tried: [{ attribute: 'email', found: 0 }] });
    expect(answer.modifiedProperties.map((one) => one.displayName)).toContain('email');
    expect(connector.statusOf(ada.id)).not.toBe('none');
    expect(answer.targetId).toBe(connector.accountOf(ada.id)?.key);

    await connector.settle();
    expect(await connector.view(answer.cycleId ?? '')).toMatchObject({
      mode: 'onDemand',
      state: 'succeeded',
      counts: { created: 1 },
    });
    const { since } = connector.mark();
    await fourSlots(connector);
    expect(since().gotoWrites).toBe(0);
    await expectInOrder(connector);
  });

  test('by object id, by user principal name; once more it says that nothing is to be done', async () => {
    const ada = newcomer(connector, 901, { mail: 'ada@example.com' });
    expect(await ask(ada.userPrincipalName)).toMatchObject({ action: 'create' });
    const again = await ask(ada.id.toUpperCase());
    expect(again).toMatchObject({ status: 'skipped', action: 'none', reason: 'RedundantExport' });
    expect(again.steps[2]?.details).toMatchObject({ tried: [{ attribute: 'key', found: 1 }] });
    expect(again.logEntryIds).toHaveLength(1);
    await connector.settle();
    await expectLogged(connector);
  });

  test('whoever is blocked loses access at once; whoever is unassigned when two reads agree, through whichever door', async () => {
    const [blocked, gone] = [someone(connector), someone(connector, 1)];
    connector.world.directory.changeUser(blocked.id, { accountEnabled: false });
    expect(await ask(blocked.id)).toMatchObject({ status: 'success', action: 'disable', reason: 'SignInBlocked' });
    expect(connector.statusOf(blocked.id)).toBe('SUSPENDED');

    unassign(connector, gone.id);
    expect(await ask(gone.id)).toMatchObject({ status: 'skipped', reason: 'AbsenceUnconfirmed' });
    expect(connector.statusOf(gone.id)).not.toBe('SUSPENDED');
    connector.later(connector.engine.timing.graphLagMs);
    expect(await ask(gone.id)).toMatchObject({ status: 'success', action: 'disable', reason: 'Unassigned' });
    expect(connector.statusOf(gone.id)).toBe('SUSPENDED');
    await connector.settle();
    await fourSlots(connector);
    await expectInOrder(connector);
  });

  test('a removal above the limit is not made: it needs an approval', async () => {
    const blocked = someone(connector, 2);
    connector.world.directory.changeUser(blocked.id, { accountEnabled: false });
    const { since } = connector.mark();
    const limited = { ...connector.engine, removalLimit: { count: 0, percent: 10 } };
    const preview = await postProvisionOnDemand(limited, apiRequest({ user: blocked.id, dryRun: true }));
    expect(JSON.stringify(preview.body)).toContain('above it an admin is asked');
    await expect(postProvisionOnDemand(limited, apiRequest({ user: blocked.id }))).rejects.toMatchObject({
      status: 409,
      code: 'RemovalLimitReached',
    });
    expect(since().gotoWrites).toBe(0);
    connector.world.directory.changeUser(blocked.id, { accountEnabled: true });
  });

  test('a dry run says the same and leaves no trace', async () => {
    const ada = newcomer(connector, 902);
    const before = connector.history.events.length;
    const dry = await ask(ada.id, { dryRun: true });
    expect(dry).toMatchObject({ cycleId: null, status: 'success', action: 'create', logEntryIds: [] });
    // That it takes a place in GoTo's rate is known to all instances.
    const isTrace = (event: HistoryEvent): boolean =>
      event.kind !== 'pointCheck' && !(event.kind === 'row' && event.table === 'Waits');
    expect(connector.history.events.slice(before).filter(isTrace)).toEqual([]);
    const real = await ask(ada.id);
    expect(real.modifiedProperties).toEqual(dry.modifiedProperties);
    await connector.settle();
  });

  test('nobody who is not assigned gets anything, and the answer says which filter, role or assignment is missing', async () => {
    const stranger = newPerson(connector, 903);
    expect(await ask(stranger.id)).toMatchObject({ status: 'skipped', reason: 'NotEffectivelyEntitled' });
    expect(connector.statusOf(stranger.id)).toBe('none');
    await connector.settle();
  });

  test('unknown people, two people of one address, a foreign job and bad bodies are answered with a sentence', async () => {
    for (const user of ['nobody@example.com', 'half a letter \ud800', "x' or startswith(mail, 'a') or '1' eq '1"])
      expect(await problem({ user })).toMatchObject({ status: 404, code: 'UserNotFound' });
    expect(await problem({ user: '00000000-0000-4000-8000-000000000000' })).toMatchObject({ status: 404 });
    newPerson(connector, 904, { mail: "o'hara@example.com" });
    newPerson(connector, 905, { mail: "O'Hara@example.com" });
    expect(await problem({ user: "o'hara@example.com" })).toMatchObject({ status: 409, code: 'AmbiguousUser' });
    expect(await problem({})).toMatchObject({ status: 400 });
    expect(await problem({ user: 'a'.repeat(300) })).toMatchObject({ status: 400 });
    const members = (count: number) => ({
      parameters: [
        {
          subjects: [
            {
              objectId: someone(connector).id,
              objectTypeName: 'Group',
              links: {
                members: Array.from({ length: count }, (_, index) => ({
                  objectId: `00000000-0000-4000-8000-00000000000${index}`,
                  objectTypeName: 'User',
                })),
              },
            },
          ],
        },
      ],
    });
    expect(await problem(members(6))).toMatchObject({ status: 400, code: 'InvalidMembers' });
    expect(await problem(members(0))).toMatchObject({ status: 400, code: 'InvalidMembers' });
  });

  test('in Graph’s shape: members of a group, answered in Graph’s shape', async () => {
    const [ada, bob] = [newcomer(connector, 906), newPerson(connector, 907)];
    const [groupId = ''] = connector.world.directory.groups.keys();
    connector.world.directory.addMember(groupId, bob.id);
    const body = {
      parameters: [
        {
          ruleId: 'any',
          subjects: [
            {
              objectId: groupId,
              objectTypeName: 'Group',
              links: { members: [ada, bob].map(({ id }) => ({ objectId: id, objectTypeName: 'User' })) },
            },
          ],
        },
      ],
    };
    const answer = z
      .object({ key: z.string(), value: z.string() })
      .parse((await postProvisionOnDemand(connector.engine, apiRequest(body))).body);
    expect(JSON.parse(answer.key)).toMatchObject({ result: 'Success' });
    expect(JSON.parse(answer.value)).toMatchObject([
      { action: 'create', sourceIdentity: { id: ada.id } },
      { action: 'create', sourceIdentity: { id: bob.id } },
    ]);
    await connector.settle();
    await expectInOrder(connector);
  });

  test('of several members, one whom nobody knows does not hide what was done for the others', async () => {
    const ada = newcomer(connector, 961);
    const nobody = '00000000-0000-4000-8000-000000000000';
    const links = { members: [nobody, ada.id].map((objectId) => ({ objectId, objectTypeName: 'User' })) };
    const subject = { objectId: someone(connector).id, objectTypeName: 'Group', links };
    const answer = z
      .object({ key: z.string(), value: z.string() })
      .parse(
        (await postProvisionOnDemand(connector.engine, apiRequest({ parameters: [{ subjects: [subject] }] }))).body,
      );
    expect(JSON.parse(answer.key)).toMatchObject({ result: 'Failure', details: { errorCode: 'UserNotFound' } });
    expect(JSON.parse(answer.value)).toMatchObject([
      { action: 'other', sourceIdentity: { id: nobody }, statusInfo: { status: 'failure' } },
      { action: 'create', sourceIdentity: { id: ada.id }, statusInfo: { status: 'success' } },
    ]);
    expect(connector.statusOf(ada.id)).not.toBe('none');
    await connector.settle();
  });

  test('two requests for one person: one writes, the other finds it done or hears who is at work', async () => {
    const ada = newcomer(connector, 908);
    const answers = await Promise.allSettled([ask(ada.id), ask(ada.id)]);
    const done = answers.filter((one) => one.status === 'fulfilled').map((one) => one.value.action);
    expect(done.filter((action) => action === 'create')).toHaveLength(1);
    for (const one of answers)
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ status: 409, code: 'BeingChanged' });
    await connector.settle();
    await fourSlots(connector);
    await expectInOrder(connector);
  });

  test('what was read of the person is written within fifteen seconds, or read again (R16)', async () => {
    const ada = newcomer(connector, 912);
    let reads = 0;
    around(EntraSource.prototype, 'pointCheck', {
      after: (call) => {
        reads = call;
        if (call === 1) connector.clock.advance(10_000);
      },
    });
    // The look at GoTo is young enough; the facts are not.
    around(GotoAccounts.prototype, 'owner', {
      after: (call) => {
        if (call === 1) connector.clock.advance(8_000);
      },
    });
    expect(await ask(ada.id)).toMatchObject({ action: 'create', status: 'success' });
    jest.restoreAllMocks();
    expect(reads).toBe(2);
    await connector.settle();
    await expectLogged(connector);
  });

  test('while a cycle holds the person, the request waits a little and then says so', async () => {
    const ada = someone(connector);
    const { people } = connector.engine.store;
    const { person, etag } = await people.get(ada.id);
    const { link } = person;
    if (link === null) throw new Error('no link');
    const deadAt = connector.clock.now() + 14_000;
    const pending = {
      id: 'lane-at-work',
      cycleId: 'another',
      accountKey: null,
      kind: 'update',
      action: 'update',
      reason: 'AttributesChanged',
      link: { ...link, applied: { ...link.applied, firstName: 'Never sent' } },
      fields: ['firstName'],
      before: {},
      modified: [],
      warning: null,
      hold: null,
      factsAt: 0,
      deadAt,
      batch: null,
    } as const;
    await people.change(ada.id, { ...person, pending }, etag);
    expect(await problem({ user: ada.id })).toMatchObject({ status: 409, code: 'BeingChanged' });
    expect(connector.clock.now()).toBeLessThan(deadAt);
  });

  test('beside a cycle that changes the same person, nothing overlaps and the end is right', async () => {
    const ada = newcomer(connector, 909);
    newcomer(connector, 910);
    const cycle = await connector.start('full');
    const settled = connector.settle();
    await ask(ada.id).catch((error: unknown) => {
      expect(error).toMatchObject({ status: 409 });
    });
    await settled;
    await connector.settle();
    expect(cycle.started).toBe(true);
    await fourSlots(connector);
    await expectInOrder(connector);
    expect(
      connector.world.goto.writes.filter((write) => write.method === 'POST' && write.fields['email'] === mailOf(ada)),
    ).toHaveLength(1);
  });

  test('a write whose answer is lost is found out, not repeated', async () => {
    const ada = newcomer(connector, 911);
    connector.world.goto.addFault({ match: 'POST', kind: 'commitThenDrop', times: 1 });
    const answer = await ask(ada.id);
    expect(answer.action).toBe('create');
    await connector.settle();
    await fourSlots(connector);
    await expectInOrder(connector);
    expect(connector.world.goto.unfiredFaults).toEqual([]);
  });
});
