import { addDemand, judgeSeats } from '../../shared/rules/seats';
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
  const { soldOut, waiting, warnings } = judged(license(20, 20), { asked: 3, freed: 0 });
  expect({ soldOut, waiting }).toEqual({ soldOut: ['7'], waiting: 3 });
  expect(warnings.join()).toContain('3 people wait for a seat of licence "Meeting Pro" (7): all 20 are taken');
});

test('who leaves in the same cycle makes room', () => {
  expect(judged(license(20, 20), { asked: 1, freed: 1 })).toMatchObject({ soldOut: [], waiting: 0 });
});

test('a warning comes before it happens, from the set share on', () => {
  expect(judged(license(20, 17), { asked: 1, freed: 0 }).warnings.join()).toContain('2 of 20 seats');
  expect(judged(license(20, 10), { asked: 1, freed: 0 }).warnings).toEqual([]);
});

test.each([
  ['GoTo does not say how many there are', license(null, 5)],
  ['more people hold it than there are seats', license(5, 6)],
])('nothing is decided where %s', (_, one) => {
  expect(judged(one, { asked: 1, freed: 0 })).toEqual({ soldOut: [], waiting: 0, warnings: [] });
});

test('only licences that somebody does not have yet are asked for, and only held ones become free', () => {
  const demand = addDemand({}, [
    { before: null, after: { licenseKeys: ['1', '2'] }, drops: [] },
    { before: { licenseKeys: ['1'] }, after: { licenseKeys: ['1', '2'] }, drops: [] },
    { before: { licenseKeys: ['1', '9'] }, after: { licenseKeys: ['9'] }, drops: ['1'] },
  ]);
  expect(demand).toEqual({ '1': { asked: 1, freed: 1 }, '2': { asked: 2, freed: 0 } });
});
