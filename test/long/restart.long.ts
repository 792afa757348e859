/** Restart in each of Graph's scopes but `Full` (forgottenTies.long.ts): what it forgets, what it keeps, and a cycle that is running ends cleanly. */
import { postPause, postRestart } from '../../shared/api/controlJob';
import { getJob } from '../../shared/api/getJob';
import { GotoAccounts } from '../../shared/goto/GotoAccounts';
import { PlansTable } from '../../shared/store/PlansTable';
import { AwaitedApproval } from '../../shared/store/state/AwaitedApproval';
import { apiRequest } from '../support/apiRequest';
import { decide, planOf } from '../support/approvals';
import { expectInOrder } from '../support/deaths';
import { refusal } from '../support/refusal';
import { linkOf, newest, restart } from '../support/restart';
import { around, cycles, entitled, heal, newcomer, someone } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

const TOWN = { people: 12, groups: 2, membersPerGroup: 6, existingShare: 0 };
const FOR_EVER = 1_000_000;

let connector: TestConnector;
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

test('Escrows: who waits for hours is tried at once, nobody else is read or written', async () => {
  connector = await TestConnector.start({ world: TOWN });
  await connector.begin();
  const { id } = someone(connector);
  connector.world.directory.changeUser(id, { surname: 'Married' });
  connector.world.goto.addFault({ match: 'PUT /admin', kind: 'status', status: 422, times: FOR_EVER });
  for (let hour = 0; hour < 3; hour += 1) {
    connector.later(3_600_000);
    await connector.cycle();
  }
  heal(connector.world.goto);
  expect(await cycles(connector, 1)).toMatchObject({ counts: { updated: 0 } });
  const before = connector.mark();
  await restart(connector, 'Escrows');
  expect(await newest(connector)).toMatchObject({ mode: 'incremental', counts: { updated: 1, created: 0 } });
  expect(before.since().gotoWrites).toBe(1);
  expect(connector.accountOf(id)?.lastName).toBe('Married');
  await expectInOrder(connector);
});

test('Watermark: everybody is read and compared again, who is right is left alone, and the ties stay', async () => {
  connector = await TestConnector.start({ world: TOWN });
  await connector.begin();
  const { id } = someone(connector);
  const before = await linkOf(connector, id);
  const mark = connector.mark();
  expect(await refusal(restart(connector, 'Watermark, Everything'))).toBe('400 InvalidResetScope');
  expect(await refusal(restart(connector, 'ForceDeletes'))).toBe('400 InvalidResetScope');
  // By another name nothing would be asked for, which forgets more.
  for (const body of [{ resetScope: 'Escrows' }, { criteria: { resetScopes: 'Escrows' } }])
    expect(await refusal(postRestart(connector.engine, apiRequest(body)))).toBe('400 InvalidBody');
  expect(mark.since().graph).toBe(0);
  await restart(connector, 'watermark');
  expect(await newest(connector)).toMatchObject({ mode: 'initial', state: 'succeeded' });
  expect(mark.since().gotoWrites).toBe(0);
  expect(await linkOf(connector, id)).toMatchObject({ key: before?.key, origin: 'created' });
});

test('in the middle of a cycle: it ends without failing anybody, and the next one begins at once and serves the rest', async () => {
  const settings = { GOTO_REQUESTS_PER_SECOND: '2', USER_CHANGE_LANES: '2', CREATE_BATCH_SIZE: '1' };
  connector = await TestConnector.start({ world: { ...TOWN, people: 24, membersPerGroup: 12 }, settings });
  let restarted: Promise<unknown> | undefined;
  around(GotoAccounts.prototype, 'create', {
    after: () => {
      if (connector.world.goto.writes.length >= 4) restarted ??= restart(connector);
    },
  });
  const started = await connector.start();
  await connector.settle();
  await restarted;
  const stopped = await connector.view(started.started ? started.cycle.id : '');
  expect(stopped).toMatchObject({ state: 'superseded', error: expect.stringContaining('restarted') as unknown });
  expect(stopped.counts.held).toBeGreaterThan(0);
  expect(stopped.counts).toMatchObject({ created: entitled(connector).length - stopped.counts.held, failed: 0 });
  expect(await newest(connector)).toMatchObject({ mode: 'initial', state: 'succeeded' });
  await expectInOrder(connector);
});

test('while a cycle plans, and while the job is paused: it works again, and nothing is lost', async () => {
  connector = await TestConnector.start({ world: TOWN });
  await connector.start();
  await restart(connector);
  expect(await newest(connector)).toMatchObject({ state: 'succeeded' });
  await expectInOrder(connector);
  await connector.run(() => postPause(connector.engine, apiRequest('')));
  newcomer(connector, 940);
  await restart(connector, 'None');
  expect(await newest(connector)).toMatchObject({ mode: 'incremental', counts: { created: 1 } });
  expect(await getJob(connector.engine, apiRequest())).toMatchObject({ body: { status: { code: 'Active' } } });
});

test('in the middle of what was approved: whoever was let go already ends as not tried, and is asked about anew', async () => {
  // A chunk a message, so that a restart comes between two.
  const timing = { peoplePerSlice: 1, sliceMs: 0 };
  connector = await TestConnector.start({ world: TOWN, settings: { REMOVAL_LIMIT_COUNT: '3' }, timing });
  await connector.begin();
  const ids = Array.from({ length: 6 }, (_, index) => someone(connector, index).id);
  for (const id of ids) connector.world.directory.changeUser(id, { accountEnabled: false });
  const waiting = await cycles(connector, 1);
  expect(waiting).toMatchObject({ state: 'awaitingApproval', counts: { staged: 6 } });
  const { hash } = await planOf(connector, waiting.id);
  let restarted: Promise<unknown> | undefined;
  around(PlansTable.prototype, 'record', { after: () => void (restarted ??= restart(connector, 'None')) });
  await decide(connector, 'approve', waiting.id, hash);
  await connector.settle();
  await restarted;
  const ended = await connector.view(waiting.id);
  expect(ended).toMatchObject({ state: 'superseded', counts: { disabled: 0, staged: 0, held: 6 } });
  await cycles(connector, 1);
  const asked = AwaitedApproval.of(await connector.engine.store.job.read())?.cycleId ?? '';
  const staged = (await planOf(connector, asked)).entries.filter((one) => one.staged);
  expect(staged.map((one) => one.sourceId).sort()).toEqual([...ids].sort());
});
