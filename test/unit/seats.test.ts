import { addDemand, allotSeats, judgeSeats, wantedSince } from '../../shared/rules/seats';
import type { License } from '../../shared/model/Account';

const license = (seats: number | null, used: number): License => ({
  key: '7',
  description: 'Meeting Pro',
  enabled: true,
  devicesOnly: false,
  externallyManaged: false,
  seats,
  used,
});
const judged = (one: License, demand: { asked: number; freed: number }) =>
  judgeSeats([one], { '7': demand }, { percent: 10 });

test('a licence without a free seat is sold out, and says how many people wait', () => {
  const { short, waiting, warnings } = judged(license(20, 20), { asked: 3, freed: 0 });
  expect({ short: [...short], waiting }).toEqual({ short: [['7', 0]], waiting: 3 });
  expect(warnings.join()).toContain('3 people wait for a seat of licence "Meeting Pro" (7): all 20 are taken');
});

test('who leaves in the same cycle makes room', () => {
  expect(judged(license(20, 20), { asked: 1, freed: 1 })).toEqual({
    short: new Map(),
    waiting: 0,
    warnings: ['0 of 20 seats of licence "Meeting Pro" (7) are left after this cycle.'],
  });
});

test('a warning comes before it happens, from the set share on', () => {
  expect(judged(license(20, 17), { asked: 1, freed: 0 }).warnings.join()).toContain('2 of 20 seats');
  expect(judged(license(20, 10), { asked: 1, freed: 0 }).warnings).toEqual([]);
});

test.each([
  ['GoTo does not say how many there are', license(null, 5)],
  ['more people hold it than there are seats', license(5, 6)],
])('nothing is decided where %s', (_, one) => {
  expect(judged(one, { asked: 1, freed: 0 })).toEqual({ short: new Map(), waiting: 0, warnings: [] });
});

test('only licences that somebody does not have yet are asked for, and only held ones become free', () => {
  const demand = addDemand({}, [
    { before: null, after: { licenseKeys: ['1', '2'] }, drops: [] },
    { before: { licenseKeys: ['1'] }, after: { licenseKeys: ['1', '2'] }, drops: [] },
    { before: { licenseKeys: ['1', '9'] }, after: { licenseKeys: ['9'] }, drops: ['1'] },
  ]);
  expect(demand).toEqual({ '1': { asked: 1, freed: 1 }, '2': { asked: 2, freed: 0 } });
});

/** Somebody wanted since then, who asks for these licences. */
const asks = (sourceId: string, since: number, licenseKeys: readonly string[], seatSince: number | null = null) => ({
  sourceId,
  mark: { etag: '', since, attempts: 0, absentSince: null, seatSince },
  factsAt: 0,
  wantedSince: null,
  before: null,
  after: { licenseKeys },
});

test('seats go in turn: who waits comes before who came later, whatever was changed since; a tie goes by id', () => {
  const entries = [asks('d', 30, ['7']), asks('b', 20, ['7']), asks('a', 20, ['7']), asks('c', 40, ['7'], 10)];
  const lastOf = (free: number) =>
    [...allotSeats(entries, new Map([['7', free]]))].map(([keys, upTo]) => [keys, upTo.slice(-1)]);
  expect([0, 1, 2, 3].map(lastOf)).toEqual([[['7', '']], [['7', 'c']], [['7', 'a']], [['7', 'b']]]);
  expect(lastOf(4)).toEqual([]);
});

test('who was assigned first comes first, by Entra’s date; who came to a group later, by when that was seen', () => {
  const grant = (via: string, at: number | null, roleId = 'member') => ({
    via,
    path: [],
    roleIds: [roleId],
    assignedAt: new Map([[roleId, at]]),
  });
  const since = (marked: number | null, ...grants: ReturnType<typeof grant>[]) =>
    wantedSince(grants, (roleId) => roleId === 'member', marked);
  expect(since(null, grant('direct', 50), grant('group', 20))).toBe(20);
  expect(since(70, grant('direct', 50), grant('group', 20))).toBe(50);
  expect(since(70, grant('group', 20))).toBe(70);
  expect(since(70, grant('direct', 50), grant('direct', 5, 'no access'))).toBe(50);
  expect(since(70, grant('direct', null))).toBeNull();
  const entries = [
    { ...asks('a', 60, ['7']), wantedSince: 40 },
    { ...asks('b', 60, ['7']), wantedSince: 30 },
    asks('c', 35, ['7']),
  ];
  const lastOf = (free: number) =>
    [...allotSeats(entries, new Map([['7', free]])).values()].map((upTo) => upTo.slice(-1));
  expect([1, 2].map(lastOf)).toEqual([['b'], ['c']]);
});

test('who needs two licences and gets one of them only keeps it from nobody', () => {
  const entries = [asks('a', 1, ['7', '8']), asks('b', 2, ['8']), asks('c', 3, ['8'])];
  const refused = allotSeats(
    entries,
    new Map([
      ['7', 0],
      ['8', 1],
    ]),
  );
  expect([...refused].map(([keys, upTo]) => [keys, upTo.slice(-1)])).toEqual([
    ['7+8', ''],
    ['8', 'b'],
  ]);
});

test('a licence that lasts is nobody’s limit', () => {
  expect(allotSeats([asks('a', 1, ['9'])], new Map([['7', 0]])).size).toBe(0);
});
