/** I15: a plan is what a real cycle would do now; it writes nothing, and the next real cycle misses nothing. */
import { z } from 'zod';
import { newUser } from '../../local/simulators/world/buildWorld';
import { getPlan } from '../../shared/api/getPlan';
import { apiRequest } from '../support/apiRequest';
import { expectConverged } from '../support/expectConverged';
import { PlansTable } from '../../shared/store/PlansTable';
import { settle } from '../../shared/queue/settle';
import { handleJobMessage } from '../../shared/sync/handleJobMessage';
import { around, entitlements } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
afterEach(() => connector.stop());

const WORLD = { people: 16, groups: 3, membersPerGroup: 6, existingShare: 0.5 };

const planSchema = z.object({
  hash: z.string().nullable(),
  entries: z.array(z.looseObject({ sourceId: z.string(), action: z.string(), state: z.string() })),
});

/** A dry run to its end. @returns its planned actions, by person */
async function plan(mode: 'incremental' | 'full' = 'incremental'): Promise<string[]> {
  const started = await connector.start(mode, { trigger: 'http', dryRun: true });
  if (!started.started) throw new Error('a cycle is running');
  await connector.settle();
  expect(await connector.view(started.cycle.id)).toMatchObject({ dryRun: true, state: 'planned', error: null });
  const body = planSchema.parse((await getPlan(connector.engine, apiRequest('', { id: started.cycle.id }))).body);
  expect(body.hash).not.toBeNull();
  return body.entries
    .filter((one) => one.state === 'planned')
    .map((one) => `${one.sourceId} ${one.action}`)
    .sort();
}

/** What a real cycle gave its lanes. */
async function done(cycleId: string): Promise<string[]> {
  const rows = await connector.rows(cycleId);
  return rows
    .filter((row) => row.stage > 0)
    .map((row) => `${row.entry.sourceId} ${row.entry.action}`)
    .sort();
}

/** Everything stored but cycles, plans and the turn: what a dry run must leave as it is. */
const stored = (): number =>
  connector.history.events.filter(
    (event) =>
      event.kind === 'row' &&
      !['Cycles', 'Plans', 'Listed', 'Waits'].includes(event.table) &&
      !(event.table === 'Job' && event.rowKey === 'turn'),
  ).length;

function change(): void {
  const { directory, random } = connector.world;
  const [renamed = '', blocked = '', unassigned = ''] = [...directory.entitledIds()].sort();
  const [group = ''] = [...directory.groups.keys()];
  directory.changeUser(renamed, { surname: 'Later' });
  directory.changeUser(blocked, { accountEnabled: false });
  for (const [id, { latest }] of directory.groups)
    if (latest.members.has(unassigned)) directory.removeMember(id, unassigned);
  directory.addMember(group, directory.addUser(newUser(random, 940)).id);
  directory.assign(directory.addUser(newUser(random, 941)).id, 'User');
  const more = directory.addGroup('More');
  directory.addMember(more.id, directory.addUser(newUser(random, 942)).id);
  directory.assign(more.id, 'Group');
}

test('before the very first cycle: the plan is what that does, and writes nothing', async () => {
  connector = await TestConnector.start({ world: WORLD });
  const planned = await plan();
  expect(planned.length).toBeGreaterThan(8);
  expect(connector.world.goto.writes).toHaveLength(0);
  expect(stored()).toBe(0);
  const cycle = await connector.cycle();
  expect(cycle.mode).toBe('initial');
  expect(await done(cycle.id)).toEqual(planned);
  expectConverged(connector);
});

test('one person without a name is that person’s affair in a plan, too', async () => {
  connector = await TestConnector.start({ world: WORLD });
  const { directory, random } = connector.world;
  const [group = ''] = directory.groups.keys();
  directory.addMember(group, directory.addUser({ ...newUser(random, 943), surname: null }).id);
  await plan('full');
  const [planned] = (await connector.engine.store.cycles.page(1)).cycles;
  expect(planned?.final?.tally.skippedByReason).toMatchObject({ MandatoryFieldsMissing: 1 });
  expect(planned?.cycle.warnings).toEqual([]);
});

test.each(['incremental', 'full'] as const)(
  'a plan (%s) of changes of every kind is what the real cycle does; asked twice it is the same, and nothing is lost',
  async (mode) => {
    connector = await TestConnector.start({ world: WORLD });
    await connector.begin();
    change();
    connector.later();
    const [writes, rows] = [connector.world.goto.writes.length, stored()];
    const planned = await plan(mode);
    expect(await plan(mode)).toEqual(planned);
    expect(connector.world.goto.writes).toHaveLength(writes);
    expect(stored()).toBe(rows);
    const cycle = await connector.cycle(mode);
    expect(cycle.mode).toBe(mode);
    expect(await done(cycle.id)).toEqual(planned);
    connector.later();
    await connector.cycle();
    expectConverged(connector);
  },
);

test('a plan whose process dies in the middle is made anew, each person once', async () => {
  connector = await TestConnector.start({ world: WORLD });
  await connector.begin();
  change();
  connector.later();
  const undisturbed = await plan('full');
  dieWhenRecorded();
  const planned = await plan('full');
  jest.restoreAllMocks();
  expect(connector.takeKill()).toBe(true);
  expect(planned).toEqual(undisturbed);
});

test('a message that comes a second time while the plan is made takes nothing from it', async () => {
  connector = await TestConnector.start({ world: WORLD });
  await connector.begin();
  change();
  connector.later();
  const undisturbed = await plan();
  let twin: Promise<void> | undefined;
  around(PlansTable.prototype, 'record', {
    after: (call) => {
      if (call === 1) twin = again();
    },
  });
  const planned = await plan();
  jest.restoreAllMocks();
  expect(twin).toBeDefined();
  await twin;
  await connector.settle();
  expect(planned).toEqual(undisturbed);
});

test('who begins a plan anew, and is overtaken before the old rows are gone, takes none of the new ones', async () => {
  connector = await TestConnector.start({ world: WORLD });
  await connector.begin();
  change();
  connector.later();
  const undisturbed = await plan('full');
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own receiver
  const original = PlansTable.prototype.forgetRows;
  let begun = 0;
  jest.spyOn(PlansTable.prototype, 'forgetRows').mockImplementation(async function (this: PlansTable, ...all) {
    begun += 1;
    if (begun === 1) await again();
    return original.apply(this, all);
  });
  dieWhenRecorded();
  const planned = await plan('full');
  jest.restoreAllMocks();
  expect(begun).toBe(2);
  expect(planned).toEqual(undisturbed);
});

/** The process dies at the call behind the one that has stored the first rows. */
function dieWhenRecorded(): void {
  around(PlansTable.prototype, 'record', {
    after: (call) => {
      if (call === 1) connector.killAt = connector.calls + 1;
    },
  });
}

/** The present cycle's message, handled once more. */
async function again(): Promise<void> {
  const { store, sender } = connector.engine;
  const cycleId = (await store.turn.current())?.cycleId ?? '';
  await settle(sender, await handleJobMessage(connector.engine, { kind: 'job', cycleId, n: 0 }, 2));
}

test('a dry run fails with its cause, and the next cycle goes on', async () => {
  connector = await TestConnector.start({ world: WORLD });
  await connector.begin();
  connector.stack.entra.addFault({ match: 'users/delta', kind: 'status', status: 403 });
  const started = await connector.start('incremental', { trigger: 'http', dryRun: true });
  await connector.settle();
  const id = started.started ? started.cycle.id : '';
  expect(await connector.view(id)).toMatchObject({
    state: 'failed',
    error: expect.stringContaining('Graph') as unknown,
  });
  connector.later();
  expect(await connector.cycle()).toMatchObject({ state: 'succeeded' });
});

test('a plan warns of licences that the account does not have, and counts no seat of a removal that would wait', async () => {
  connector = await TestConnector.start({ world: WORLD, settings: { REMOVAL_LIMIT_COUNT: '0' } });
  await connector.begin();
  const { goto } = connector.world;
  const [meeting] = goto.licenses;
  if (meeting === undefined) throw new RangeError('no licence');
  meeting.seats = goto.all().filter((user) => user.licenseKeys.includes(meeting.key)).length;
  change();
  connector.later();
  const warningsOf = async (mode: 'incremental' | 'full'): Promise<string> => {
    const started = await connector.start(mode, { trigger: 'http', dryRun: true });
    if (!started.started) throw new Error('a cycle is running');
    await connector.settle();
    return (await connector.view(started.cycle.id)).warnings.join();
  };
  // Somebody is blocked, which needs an approval, and three are to get one.
  expect(await warningsOf('incremental')).toMatch(/3 people wait for a seat of licence/);
  await connector.restart({ REMOVAL_LIMIT_COUNT: '50' });
  expect(await warningsOf('incremental')).toMatch(/2 people wait for a seat of licence/);
  await connector.restart(entitlements(['4000000000000009999'], [meeting.key]));
  expect(await warningsOf('full')).toMatch(/4000000000000009999 is no licence of the GoTo account/);
  expect(await connector.cycle('full')).toMatchObject({
    state: 'failed',
    error: expect.stringContaining('is no licence of the GoTo account') as unknown,
  });
});
