/** DELETE_AFTER_DAYS: suspended accounts go by an admin's word alone, and never with anything in them. */
import { CONNECT_LICENSE, MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { getJob } from '../../shared/api/getJob';
import { apiRequest } from '../support/apiRequest';
import { decide, planOf } from '../support/approvals';
import { askOf } from '../support/demand';
import { revert } from '../support/plans';
import { refusal } from '../support/refusal';
import { cycles, heal, newcomer, TINY } from '../support/stories';
import { TestConnector, type CycleView } from '../support/TestConnector';

const DAY = 24 * 3_600_000;
const NAMES = [
  'plain',
  'lost',
  'busy',
  'silent',
  'other',
  'admin',
  'early',
  'late',
  'planning',
  'used',
  'kept',
] as const;
type Name = (typeof NAMES)[number];
type Leaver = { readonly id: string; readonly key: string };

let connector: TestConnector;
let people: Readonly<Record<Name, Leaver>>;
/** The night after which an admin is asked, and what became of the approval. */
let asked: CycleView;
let approved: CycleView;
let staged: readonly Leaver[];

beforeAll(async () => {
  connector = await TestConnector.start({ world: TINY, settings: { DELETE_AFTER_DAYS: '2' } });
  await connector.begin();
  people = await leavers(NAMES, 500);
  const { goto } = connector.world;
  await night(DAY);
  connector.world.directory.assign(people.early.id, 'User');
  goto.meetings.set(people.busy.key, ['2027-01-04T09:00:00Z', '2026-12-24T09:00:00Z']);
  goto.behaviour.refusesPerson.set(people.silent.key, 404);
  goto.changeByHand(people.other.key, { licenseKeys: [CONNECT_LICENSE] });
  goto.changeByHand(people.admin.key, { adminRoles: ['SUPER_USER'] });
  newcomer(connector, 700);
  asked = await night(DAY);
  staged = await stagedIn(asked.id);
});
afterAll(() => connector.stop());

/** People whose accounts were suspended a moment ago. */
async function leavers<N extends string>(names: readonly N[], from: number): Promise<Readonly<Record<N, Leaver>>> {
  const ids = names.map((_, index) => newcomer(connector, from + index).id);
  await cycles(connector, 2);
  const keys = ids.map((id) => connector.accountOf(id)?.key ?? '');
  for (const id of ids) connector.world.directory.unassign(id);
  await cycles(connector, 2);
  expect(ids.map((id) => connector.statusOf(id))).toEqual(ids.map(() => 'SUSPENDED'));
  const all = names.map((name, index) => [name, { id: ids[index] ?? '', key: keys[index] ?? '' }] as const);
  return Object.fromEntries(all) as Record<N, Leaver>;
}

/** So much later, a night's full cycle. */
async function night(ms = 2 * DAY): Promise<CycleView> {
  connector.later(ms);
  return connector.cycle('full');
}

async function stagedIn(cycleId: string): Promise<Leaver[]> {
  const { entries } = await planOf(connector, cycleId);
  return entries
    .filter((one) => one.staged && one.action === 'delete' && one.reason === 'DeletionDue')
    .map(({ sourceId, targetId }) => ({ id: sourceId, key: targetId ?? '' }));
}

const askedIn = async ({ id, state }: CycleView): Promise<Leaver[]> =>
  state === 'awaitingApproval' ? stagedIn(id) : [];

async function verdict(word: 'approve' | 'reject', id: string): Promise<CycleView> {
  await decide(connector, word, id, (await planOf(connector, id)).hash);
  await connector.settle();
  return connector.view(id);
}

const isThere = ({ key }: Leaver): boolean => connector.world.goto.users.get(key)?.latest !== undefined;
const named = (...names: Name[]): Leaver[] => names.map((name) => people[name]);
const byKey = (all: readonly Leaver[]): string[] => all.map(({ key }) => key).sort();

async function deletionsOf({ id }: Leaver): Promise<number> {
  let count = 0;
  for await (const { action } of connector.engine.store.people.log(id)) if (action === 'delete') count += 1;
  return count;
}

test('after the days an approval is asked for; everything else is done, and nobody is deleted', async () => {
  expect(byKey(staged)).toEqual(byKey(named('plain', 'lost', 'late', 'planning', 'used', 'kept')));
  expect(asked).toMatchObject({
    state: 'awaitingApproval',
    counts: { staged: 6, deleted: 0, created: 1, reenabled: 1 },
  });
  // They have lost access long ago: nothing is wrong with the job.
  expect((await getJob(connector.engine, apiRequest())).body).toMatchObject({
    status: { code: 'Active', quarantine: null, awaitingApproval: { cycleId: asked.id, deletions: 6 } },
  });
  expect(asked.warnings.join()).toMatch(/6 accounts are due to be deleted, only after somebody has looked at the plan/);
  expect(Object.values(people).every(isThere)).toBe(true);
  const { early } = people;
  expect(connector.accountOf(early.id)?.key).toBe(early.key);
});

test('with upcoming meetings, or where GoTo does not tell, with another product or an admin role nobody is asked about', async () => {
  const entryOf = ({ id }: Leaver) => connector.entry(asked.id, id);
  expect(await entryOf(people.busy)).toMatchObject({
    status: 'skipped',
    reason: 'UpcomingMeetings',
    errorMessage: 'The account has 2 upcoming meetings, the first one at 2026-12-24T09:00:00Z: it is not deleted.',
  });
  expect(await entryOf(people.silent)).toMatchObject({ status: 'failure', errorCode: 'NotFound' });
  expect(await entryOf(people.other)).toMatchObject({ reason: 'AccountInUse' });
  expect(await entryOf(people.admin)).toMatchObject({ reason: 'TargetIsAdministrator' });
});

test('a request for one person deletes nobody', async () => {
  expect(await refusal(askOf(connector, people.plain.id))).toBe('409 DeletionNeedsApproval');
});

test('the plan waits through later cycles; approved, it deletes whoever is still to go, and proves a lost answer', async () => {
  const { goto, directory } = connector.world;
  expect(await cycles(connector, 1)).toMatchObject({ counts: { staged: 0, deleted: 0 } });
  directory.assign(people.late.id, 'User');
  goto.meetings.set(people.planning.key, ['2027-01-04T09:00:00Z']);
  goto.changeByHand(people.used.key, { licenseKeys: [CONNECT_LICENSE] });
  goto.addFault({ match: `DELETE .*/users/${people.lost.key}`, kind: 'commitThenDrop' });
  // One that is wanted again is left out, and the rest is asked about as it stands.
  approved = await verdict('approve', asked.id);
  heal(goto);
  expect(approved).toMatchObject({ counts: { staged: 0, deleted: 3 } });
  expect(byKey(Object.values(people).filter((one) => !isThere(one)))).toEqual(byKey(named('plain', 'lost', 'kept')));
  expect(await Promise.all(named('plain', 'lost', 'planning').map(deletionsOf))).toEqual([1, 1, 0]);
  expect(await connector.entry(asked.id, people.plain.id)).toMatchObject({ status: 'success', after: null });
  await cycles(connector, 2);
  expect(connector.accountOf(people.late.id)).toMatchObject({ key: people.late.key });
  expect(connector.statusOf(people.late.id)).not.toBe('SUSPENDED');
  // What is gone is gone: the plan of an undo says so.
  const undo = await revert(connector, asked.id);
  expect(undo.entries.filter(({ reason }) => reason === 'DeletionNotUndone').map(({ sourceId }) => sourceId)).toEqual(
    expect.arrayContaining(named('plain', 'lost', 'kept').map(({ id }) => id)),
  );
});

test('who comes back after the deletion is somebody new', async () => {
  const { plain } = people;
  connector.world.directory.assign(plain.id, 'User');
  await cycles(connector, 2);
  expect(connector.statusOf(plain.id)).not.toBe('none');
  expect(connector.accountOf(plain.id)?.key).not.toBe(plain.key);
});

test('a deletion that GoTo says it made and did not is told, and asked about again', async () => {
  const { liar } = await leavers(['liar'], 640);
  const first = await night();
  expect(first).toMatchObject({ state: 'awaitingApproval', error: null });
  expect(byKey(await stagedIn(first.id))).toContain(liar.key);
  const { goto } = connector.world;
  goto.addFault({ match: `DELETE .*/users/${liar.key}`, kind: 'status', status: 204, times: 1 });
  const told = await verdict('approve', first.id);
  heal(goto);
  expect(told).toMatchObject({ state: 'succeededWithErrors', counts: { parked: 1 } });
  expect(await connector.entry(first.id, liar.id)).toMatchObject({ status: 'parked', errorCode: 'WriteNotVisible' });
  await cycles(connector, 1);
  const again = await night();
  expect(byKey(await stagedIn(again.id))).toContain(liar.key);
  await verdict('approve', again.id);
  expect(isThere(liar)).toBe(false);
});

test('above the limit of removals the others come first; a rejected deletion stays rejected', async () => {
  const { due } = await leavers(['due'], 600);
  const others = Array.from({ length: 5 }, (_, index) => newcomer(connector, 620 + index));
  await cycles(connector, 2);
  await connector.restart({ REMOVAL_LIMIT_COUNT: '3' });
  connector.later(2 * DAY);
  for (const { id } of others) connector.world.directory.unassign(id);
  await connector.cycle('full');
  const first = await night(5 * 60_000);
  expect(first).toMatchObject({ state: 'awaitingApproval', counts: { staged: 5 } });
  expect(await stagedIn(first.id)).toEqual([]);
  await verdict('approve', first.id);
  const second = await night(5 * 60_000);
  expect(byKey(await stagedIn(second.id))).toContain(due.key);
  expect(await verdict('reject', second.id)).toMatchObject({ state: 'rejected' });
  expect(await night(5 * 60_000)).toMatchObject({ counts: { staged: 0, deleted: 0 } });
  expect(isThere(due)).toBe(true);
});

test('an account that was seen in use since it was suspended is not due before that is long ago', async () => {
  const { goto } = connector.world;
  const { worker } = await leavers(['worker'], 660);
  await connector.restart({ DRIFT_POLICY: 'report', REMOVAL_LIMIT_COUNT: '50' });
  goto.changeByHand(worker.key, { licenseKeys: [MEETING_LICENSE] });
  const seen = await night(1.5 * DAY);
  expect(await askedIn(seen)).not.toContainEqual(worker);
  goto.changeByHand(worker.key, { licenseKeys: [] });
  expect(await askedIn(await night(DAY))).not.toContainEqual(worker);
  const asking = await night(1.5 * DAY);
  expect(byKey(await askedIn(asking))).toContain(worker.key);
  await verdict('reject', asking.id);
});

test('nobody is asked to delete the account that a rehire waits for without a seat', async () => {
  await connector.restart({ DRIFT_POLICY: 'repair' });
  const { goto, directory } = connector.world;
  const { former } = await leavers(['former'], 670);
  const { mail } = directory.user(former.id);
  directory.deleteUser(former.id);
  await cycles(connector, 2);
  const [license] = goto.licenses;
  if (license === undefined) throw new RangeError('no licence');
  const seats = license.seats;
  license.seats = goto.all().filter((user) => user.licenseKeys.includes(license.key)).length;
  const rehire = newcomer(connector, 671, { mail });
  expect(await cycles(connector, 1)).toMatchObject({ counts: { parked: 1 } });
  expect(await askedIn(await night())).not.toContainEqual(former);
  license.seats = seats;
  await cycles(connector, 1);
  expect(connector.accountOf(rehire.id)).toMatchObject({ key: former.key, licenseKeys: [license.key] });
});

test('without the setting nothing is ever deleted', async () => {
  await connector.restart({ DELETE_AFTER_DAYS: '0', REMOVAL_LIMIT_COUNT: '50' });
  await leavers(['patient'], 650);
  expect(await night(3 * DAY)).toMatchObject({ counts: { staged: 0, deleted: 0 } });
});
