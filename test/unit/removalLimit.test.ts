/** I06: how many may lose access within 24 hours before somebody is asked. */
import { removalsAllowed } from '../../shared/rules/removalLimit';

const DEFAULT = { count: 50, percent: 10 };

test.each([
  // A large company: the count is the smaller one.
  [10_000, 50],
  [501, 50],
  [500, 50],
  // In between: the share.
  [300, 30],
  [41, 5],
  // A small company: three, as long as they are less than half.
  [30, 3],
  [12, 3],
  [7, 3],
  [6, 2],
  [5, 2],
  [4, 1],
  [2, 1],
  // One person may always go.
  [1, 1],
  [0, 1],
])('of %i managed people %i may go in a day', (managed, allowed) => {
  expect(removalsAllowed(DEFAULT, managed)).toBe(allowed);
});

test('zero asks for every removal, as count or as share', () => {
  expect(removalsAllowed({ count: 0, percent: 10 }, 1_000)).toBe(0);
  expect(removalsAllowed({ count: 50, percent: 0 }, 1_000)).toBe(0);
});

test('a hundred per cent leaves the count alone to decide', () => {
  expect(removalsAllowed({ count: 200, percent: 100 }, 1_000)).toBe(200);
});
