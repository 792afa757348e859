/**
 * Every engine test replays its history when it ends (TestConnector.stop). Here the replay itself is tried: a history that
 * was changed in one place, as a broken engine would have written it, must be found out.
 */
import { newUser } from '../../local/simulators/world/buildWorld';
import { TestConnector } from '../support/TestConnector';
import { checkHistory } from './checkHistory';
import type { HistoryEvent, RowEvent } from './History';

let events: readonly HistoryEvent[];
/** Comes into a group that is assigned, and that no cycle has read. */
let joiner: string;

/** A small company: created, linked, renamed, blocked. */
beforeAll(async () => {
  const connector = await TestConnector.start({ world: { people: 6, groups: 2, membersPerGroup: 3 } });
  await connector.begin();
  const [renamed, blocked, unassigned = ''] = [...connector.world.directory.entitledIds()];
  for (const [id, group] of connector.world.directory.groups)
    if (group.latest.members.has(unassigned)) connector.world.directory.removeMember(id, unassigned);
  connector.world.directory.changeUser(renamed ?? '', { surname: 'Later' });
  connector.world.directory.changeUser(blocked ?? '', { accountEnabled: false });
  const assigned = connector.world.directory.addGroup('Assigned later');
  connector.world.directory.assign(assigned.id, 'Group');
  joiner = connector.world.directory.addUser(newUser(connector.world.random, 901)).id;
  connector.world.directory.addMember(assigned.id, joiner);
  connector.later();
  await connector.cycle();
  connector.later();
  await connector.cycle();
  await connector.stop();
  events = connector.history.events;
});

const isRow = (event: HistoryEvent, table: string, prefix: string): event is RowEvent =>
  event.kind === 'row' && event.table === table && event.rowKey.startsWith(prefix);
/** The history with every row of a kind changed, or left out. */
const changed = (table: string, prefix: string, change: (event: RowEvent) => HistoryEvent[]): HistoryEvent[] =>
  events.flatMap((event) => (isRow(event, table, prefix) ? change(event) : [event]));
const text = (event: RowEvent, column: string): string => {
  const value = event.row[column];
  return typeof value === 'string' ? value : '';
};

test('the history as it was keeps to the protocol', () => {
  expect(events.filter((event) => event.kind === 'goto').length).toBeGreaterThan(3);
  expect(checkHistory(events)).toEqual([]);
});

test.each([
  ['People', 'p:', /^R7/],
  ['Plans', '!head', /^R5/],
  ['Plans', 'c-', /^R6/],
])('%s %s: a row that is written without its etag is found', (table, prefix, finding) => {
  const found = checkHistory(changed(table, prefix, (event) => [{ ...event, guard: 'none' }]));
  expect(found.some((one) => finding.test(one))).toBe(true);
});

test('I08: a write without an intent on the person’s row is found', () => {
  const found = checkHistory(
    changed('People', 'p:', (event) => (text(event, 'person').includes('"pending":{') ? [] : [event])),
  );
  expect(found.join()).toMatch(/I08: write/);
});

test('I08: a write that rests on older facts than the last one is found', () => {
  const [last] = events.filter((event) => event.kind === 'goto').slice(-1);
  const found = checkHistory([
    ...events,
    ...events
      .filter((event): event is RowEvent => isRow(event, 'People', 'p:'))
      .map((event) => {
        const person = text(event, 'person').replace(/"factsAt":\d+/, '"factsAt":1');
        return { ...event, row: { ...event.row, person } };
      })
      .filter((event) => text(event, 'person').includes('"factsAt":1,')),
    ...(last === undefined ? [] : [last]),
  ]);
  expect(found.join()).toMatch(/I08: the version seen goes back/);
});

test('I12: a write that no entry tells of, and an entry without its write, are found', () => {
  const silent = checkHistory(changed('People', 'f:', () => []));
  expect(silent.join()).toMatch(/I12: write .* is in no log entry/);
  const boasting = checkHistory(events.filter((event) => event.kind !== 'goto'));
  expect(boasting.join()).toMatch(/I12: the log claims write/);
});

test('I03: two people with one GoTo key are found', () => {
  const linked = events.filter((event): event is RowEvent => isRow(event, 'People', 'p:')).at(-1);
  const twin = linked === undefined ? [] : [{ ...linked, rowKey: 'p:twin' }];
  expect(checkHistory([...events, ...twin]).join()).toMatch(/I03: two people are linked/);
});

test('I06: access that is taken though no row of the plan names it is found', () => {
  const found = checkHistory(
    changed('Plans', 'r-', (event) => {
      // Without it only the row's progress is written.
      if (event.row['entry'] === undefined) return [event];
      const entry = text(event, 'entry').replace('"removal":true', '"removal":false');
      return [{ ...event, row: { ...event.row, entry } }];
    }),
  );
  expect(found.join()).toMatch(/I06: .* lost access/);
});

test('I06: access that is taken beyond the limit, without an approval, is found', () => {
  expect(checkHistory(changed('Window', 'p-', () => [])).join()).toMatch(/I06: .* nobody approved/);
});

test('R14: room in the window that is taken without its guard is found', () => {
  const found = checkHistory(changed('Window', 'guard', (event) => [{ ...event, guard: 'none' }]));
  expect(found.join()).toMatch(/R14/);
});

test('I06: progress of a row that was never planned is found', () => {
  const found = checkHistory(
    changed('Plans', 'r-', (event) => {
      const progress = Object.entries(event.row).filter(([column]) => !column.startsWith('entry'));
      return [{ ...event, row: Object.fromEntries(progress) }];
    }),
  );
  expect(found.join()).toMatch(/I06: a row makes progress that was never planned/);
});

test('I04: a watermark that moves before the marks are stored is found', () => {
  expect(checkHistory(changed('Dirty', '', () => [])).join()).toMatch(/I04: the watermark passes/);
});

test('I04: whoever came into an assigned group before it was read, and was never marked, is found by Entra’s own word', () => {
  expect(checkHistory(changed('Dirty', joiner, () => [])).join()).toContain(`I04: ${joiner} came into a group`);
});

test('I05: access that is taken for an absence without a look at the person is found', () => {
  expect(checkHistory(events.filter((event) => event.kind !== 'pointCheck')).join()).toMatch(/I05: .* lost access/);
});

test('I14: a cycle that is final with open rows, or with other counts than rows, is found', () => {
  const open = checkHistory(
    changed('Plans', 'r-', (event) =>
      event.row['state'] === 'ended' ? [{ ...event, row: { ...event.row, state: 'open' } }] : [event],
    ),
  );
  expect(open.join()).toMatch(/I14: .* open rows/);
  const lost = checkHistory(changed('Plans', 'c-', () => []));
  expect(lost.join()).toMatch(/I14: .* done 0 of expected/);
});
